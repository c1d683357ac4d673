// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IInferenceMarket} from "../interfaces/IInferenceMarket.sol";
import {IIntelligenceRewards} from "../interfaces/IIntelligenceRewards.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {INetworkToken} from "../interfaces/INetworkToken.sol";
import {IRecordVerifier} from "../interfaces/IRecordVerifier.sol";
import {BatchStatement} from "../libraries/BatchStatement.sol";
import {PriceSplit} from "../libraries/PriceSplit.sol";

/// @title Inference market
/// @notice Holds the price of each open job and pays it out on proof or back after the deadline. No owner, no
/// pause, no parameter: every address and rule is fixed at deployment.
/// @dev Anyone may fulfil. What protects a prover is the statement, not the sender: the seal's context covers
/// chain, this contract, payout address and ordered job list, and all challenges of the proof depend on it. A
/// copied transaction pays the original payout; with any other payout the old seal does not verify and a new
/// one takes the proving work. Balance = prices of open jobs + credits, always.
contract InferenceMarket is IInferenceMarket, ReentrancyGuardTransient {
    using SafeERC20 for INetworkToken;

    /// @notice The furthest a deadline may lie ahead; below any unbonding period a stake will have.
    uint256 public constant MAX_LIFETIME = 14 days;

    /// @notice The token prices are paid in.
    INetworkToken public immutable token;
    /// @notice Where listings live.
    IModelRegistry public immutable registry;
    /// @notice What decides on seals.
    IRecordVerifier public immutable verifier;
    /// @notice Receives the fees and the records of paid work.
    IIntelligenceRewards public immutable rewards;

    mapping(bytes32 jobId => Job) private _jobs;
    mapping(address account => uint256) private _credits;

    /// @dev Totals and lists of one settlement, handed to the rewards contract in one call.
    struct Settlement {
        uint256 proverAmount;
        uint256 paid;
        address[] creators;
        uint256[] fees;
    }

    /// @param token_ The token prices are paid in.
    /// @param registry_ Where listings live.
    /// @param verifier_ What decides on seals.
    /// @param rewards_ The rewards contract, deployed for this market's address.
    constructor(
        INetworkToken token_,
        IModelRegistry registry_,
        IRecordVerifier verifier_,
        IIntelligenceRewards rewards_
    ) {
        require(rewards_.market() == address(this) && address(rewards_.token()) == address(token_), WrongWiring());
        require(address(registry_).code.length != 0 && address(verifier_).code.length != 0, WrongWiring());
        token = token_;
        registry = registry_;
        verifier = verifier_;
        rewards = rewards_;
        // The rewards contract pulls each fee when it is recorded. Its code has no other way to use this.
        token_.forceApprove(address(rewards_), type(uint256).max);
    }

    /// @inheritdoc IInferenceMarket
    function request(Order calldata order, bytes calldata input) external nonReentrant returns (bytes32 jobId) {
        IModelRegistry.Listing memory terms = registry.listing(order.listingId);
        require(!terms.deprecated, ListingDeprecated(order.listingId));
        require(terms.recordHash == order.recordHash, RecordMismatch(terms.recordHash, order.recordHash));
        require(terms.ownerBps == order.ownerBps, OwnerShareChanged(order.ownerBps, terms.ownerBps));
        require(order.maxPrice >= terms.price, PriceTooLow(terms.price, order.maxPrice));
        require(
            order.deadline >= block.timestamp && order.deadline <= block.timestamp + MAX_LIFETIME,
            BadDeadline(order.deadline)
        );
        require(input.length == terms.inputBytes, BadInputLength(terms.inputBytes, input.length));
        bytes32 digest = keccak256(input);
        require(digest == order.inputDigest, InputMismatch(order.inputDigest, digest));

        jobId = jobIdOf(msg.sender, order);
        require(_jobs[jobId].status == Status.None, JobExists(jobId));
        _jobs[jobId] = Job({
            requester: msg.sender,
            deadline: order.deadline,
            ownerBps: order.ownerBps,
            status: Status.Open,
            privateInput: terms.privateInput,
            price: order.maxPrice,
            listingId: SafeCast.toUint64(order.listingId),
            inputBytes: terms.inputBytes,
            outputBytes: terms.outputBytes,
            recordHash: order.recordHash,
            inputDigest: digest,
            outputDigest: 0
        });
        emit JobRequested(jobId, msg.sender, order.listingId, order, input);
        token.safeTransferFrom(msg.sender, address(this), order.maxPrice);
    }

    /// @inheritdoc IInferenceMarket
    function fulfil(
        bytes32[] calldata jobIds,
        bytes calldata input,
        bytes calldata output,
        bytes calldata seal,
        address payout
    ) external nonReentrant {
        require(payout != address(0), ZeroAddress());
        bytes32 recordHash = _checkStatement(jobIds, input, output);
        verifier.verify(recordHash, contextOf(jobIds, payout), input, output, seal);
        _settle(jobIds, output, payout);
    }

    /// @inheritdoc IInferenceMarket
    function refund(bytes32 jobId) external nonReentrant {
        Job storage ended = _jobs[jobId];
        require(ended.status == Status.Open && block.timestamp > ended.deadline, NotRefundable(jobId));
        ended.status = Status.Refunded;
        _credits[ended.requester] += ended.price;
        emit JobRefunded(jobId, ended.requester, ended.price);
    }

    /// @inheritdoc IInferenceMarket
    function withdraw(address to) external nonReentrant returns (uint256 amount) {
        require(to != address(0), ZeroAddress());
        amount = _credits[msg.sender];
        require(amount != 0, NoCredit(msg.sender));
        delete _credits[msg.sender];
        emit Withdrawn(msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc IInferenceMarket
    function contextOf(bytes32[] calldata jobIds, address payout) public view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), payout, jobIds));
    }

    /// @inheritdoc IInferenceMarket
    function jobIdOf(address requester, Order calldata order) public view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), requester, order));
    }

    /// @inheritdoc IInferenceMarket
    function job(bytes32 jobId) external view returns (Job memory) {
        return _jobs[jobId];
    }

    /// @inheritdoc IInferenceMarket
    function creditOf(address account) external view returns (uint256) {
        return _credits[account];
    }

    /// @dev Ties the statement to storage: one record for all jobs, and in every slot the input that the job
    /// was requested with. What the prover supplies is only compared, never believed.
    function _checkStatement(bytes32[] calldata jobIds, bytes calldata input, bytes calldata output)
        private
        view
        returns (bytes32 recordHash)
    {
        Job memory first = _jobs[_firstJob(jobIds)];
        recordHash = first.recordHash;
        uint256 inputBytes = jobIds.length * first.inputBytes;
        require(input.length == inputBytes, BadInputLength(inputBytes, input.length));
        uint256 outputBytes = jobIds.length * first.outputBytes;
        require(output.length == outputBytes, BadOutputLength(outputBytes, output.length));

        bool anyPayable;
        for (uint256 i = 0; i < jobIds.length; ++i) {
            bytes calldata slot = BatchStatement.slot(input, i, first.inputBytes);
            if (jobIds[i] != 0) {
                if (_checkSlot(jobIds[i], recordHash, slot)) anyPayable = true;
            } else {
                // The zero string is no commitment, so a private record leaves the prover to choose one.
                require(first.privateInput || BatchStatement.isZero(slot), UnusedSlotNotZero(i));
            }
        }
        // Before the expensive part, so that losing a race is cheap.
        require(anyPayable, NothingToFulfil());
    }

    function _checkSlot(bytes32 jobId, bytes32 recordHash, bytes calldata input) private view returns (bool) {
        Job storage requested = _jobs[jobId];
        require(requested.status != Status.None, UnknownJob(jobId));
        require(requested.recordHash == recordHash, MixedRecords(recordHash, requested.recordHash));
        bytes32 digest = keccak256(input);
        require(digest == requested.inputDigest, InputMismatch(requested.inputDigest, digest));
        return _isPayable(requested);
    }

    /// @dev Pays each job of a verified batch that is still payable, once: the first payment ends it.
    function _settle(bytes32[] calldata jobIds, bytes calldata output, address payout) private {
        Settlement memory sum;
        sum.creators = new address[](jobIds.length);
        sum.fees = new uint256[](jobIds.length);
        for (uint256 i = 0; i < jobIds.length; ++i) {
            Job storage requested = _jobs[jobIds[i]];
            if (_isPayable(requested)) {
                _pay(jobIds[i], requested, BatchStatement.slot(output, i, requested.outputBytes), payout, sum);
            }
        }
        _credits[payout] += sum.proverAmount;

        (address[] memory creators, uint256[] memory fees, uint256 paid) = (sum.creators, sum.fees, sum.paid);
        assembly ("memory-safe") {
            mstore(creators, paid)
            mstore(fees, paid)
        }
        rewards.recordWork(payout, creators, fees);
    }

    function _pay(bytes32 jobId, Job storage requested, bytes calldata output, address payout, Settlement memory sum)
        private
    {
        requested.status = Status.Fulfilled;
        requested.outputDigest = keccak256(output);
        // The holder of today: whoever bought the listing bought its income.
        address owner = registry.ownerOf(requested.listingId);
        (uint256 fee, uint256 ownerAmount, uint256 proverAmount) = PriceSplit.split(requested.price, requested.ownerBps);

        _credits[owner] += ownerAmount;
        sum.proverAmount += proverAmount;
        sum.creators[sum.paid] = owner;
        sum.fees[sum.paid] = fee;
        ++sum.paid;
        emit JobFulfilled(jobId, payout, owner, proverAmount, ownerAmount, fee, output);
    }

    function _firstJob(bytes32[] calldata jobIds) private view returns (bytes32 jobId) {
        for (uint256 i = 0; i < jobIds.length && jobId == 0; ++i) {
            jobId = jobIds[i];
        }
        require(jobId != 0, NothingToFulfil());
        require(_jobs[jobId].status != Status.None, UnknownJob(jobId));
    }

    function _isPayable(Job storage requested) private view returns (bool) {
        return requested.status == Status.Open && block.timestamp <= requested.deadline;
    }
}
