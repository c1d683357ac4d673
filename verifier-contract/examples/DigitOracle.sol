// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IInferenceCallback} from "../src/interfaces/IInferenceCallback.sol";
import {IInferenceMarket} from "../src/interfaces/IInferenceMarket.sol";
import {IMarketTypes} from "../src/interfaces/IMarketTypes.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";

/// @title Digit oracle
/// @notice A dApp that has an inference made: whoever asks pays a price that is known beforehand, and gets the proved answer, or the
/// price back. This contract is the market's requester; it keeps nothing of the money.
contract DigitOracle is IInferenceCallback {
    using SafeERC20 for IERC20;

    /// @param asker Who paid.
    /// @param answered Whether the market has told the output.
    /// @param digit What the model reads in the image, once answered.
    /// @param paidBack Whether the asker has the price back.
    struct Question {
        address asker;
        bool answered;
        uint8 digit;
        bool paidBack;
    }

    uint256 private constant DIGITS = 10;
    /// @dev What the callback may use: a test says that it is enough.
    uint32 private constant CALLBACK_GAS = 100_000;
    uint64 private constant TAKEN_WITHIN = 10 minutes;
    uint32 private constant PROVED_WITHIN = 10 minutes;
    /// @dev For how long anybody may still prove what its prover did not: the answer is then free.
    uint64 private constant LATE_WITHIN = 10 minutes;

    IInferenceMarket private immutable MARKET;
    IModelRegistry private immutable REGISTRY;
    IERC20 private immutable TOKEN;
    uint256 private immutable LISTING;
    /// @dev Recomputed from the published model by whoever deploys this: a record says nothing about who made it.
    bytes32 private immutable RECORD;
    /// @dev As it was at deployment: where the listing names another one, requests are refused.
    bytes4 private immutable PROOF_SYSTEM;
    uint256 private immutable WIDTH;

    mapping(bytes32 jobId => Question) public questions;
    uint256 private _asked;

    event Asked(bytes32 indexed jobId, address indexed asker, uint256 price);
    event Answered(bytes32 indexed jobId, uint8 digit);
    event PaidBack(bytes32 indexed jobId, address indexed asker, uint256 amount);

    /// @notice Only the market tells what was proved.
    error NotTheMarket(address caller);
    /// @notice Nobody asked this here.
    error UnknownQuestion(bytes32 jobId);
    /// @notice The job was done on time and paid, the price was paid back before, or the job is not at its end.
    error NothingToPayBack(bytes32 jobId);

    /// @param token What the listing is paid in.
    /// @param record The record that the listing must be of.
    /// @param width Bytes of one value of the record's output.
    constructor(
        IInferenceMarket market,
        IModelRegistry registry,
        IERC20 token,
        uint256 listing,
        bytes32 record,
        uint256 width
    ) {
        (MARKET, REGISTRY, TOKEN, LISTING, RECORD, WIDTH) = (market, registry, token, listing, record, width);
        PROOF_SYSTEM = registry.listing(listing).proofSystem;
    }

    /// @notice The least that the listing takes. Provers may want more: their quotes say how much.
    function leastPrice() external view returns (uint256) {
        return REGISTRY.listing(LISTING).price;
    }

    /// @notice Has the digit in `image` read, for `price`, neither more nor less (approve this contract first).
    /// @param image One input, as the record lays it out. The market refuses values that no proof can be of.
    function ask(bytes calldata image, uint128 price) external returns (bytes32 jobId) {
        TOKEN.safeTransferFrom(msg.sender, address(this), price);
        TOKEN.forceApprove(address(MARKET), price);
        jobId = MARKET.request(_asked++, _terms(image, price), image);
        // Nothing can have been answered yet: the market lets nobody in while it takes a request.
        questions[jobId].asker = msg.sender;
        emit Asked(jobId, msg.sender, price);
    }

    /// @inheritdoc IInferenceCallback
    /// @dev The market has verified the seal. It calls whom a request names, and anybody may request with this contract's name.
    function onInference(bytes32 jobId, bytes calldata output) external {
        require(msg.sender == address(MARKET), NotTheMarket(msg.sender));
        Question storage question = questions[jobId];
        require(question.asker != address(0), UnknownQuestion(jobId));
        uint8 digit = _largest(output);
        (question.answered, question.digit) = (true, digit);
        emit Answered(jobId, digit);
    }

    /// @notice Gives the asker the price of a job back that nobody did, or that was done late. Anyone may call it.
    function payBack(bytes32 jobId) external {
        Question storage question = questions[jobId];
        require(question.asker != address(0), UnknownQuestion(jobId));
        // The market ends it where nobody has, or says that it is too early.
        IMarketTypes.Status status = MARKET.job(jobId).status;
        if (status == IMarketTypes.Status.Open) MARKET.expire(jobId);
        if (status == IMarketTypes.Status.Locked) MARKET.refund(jobId);

        IMarketTypes.Job memory job = MARKET.job(jobId);
        require(_isReturned(job.status) && !question.paidBack, NothingToPayBack(jobId));
        question.paidBack = true;
        // What the market credits is credited for all questions at once; what is not this one's stays here for the others.
        uint256 amount = job.terms.maxPrice;
        if (TOKEN.balanceOf(address(this)) < amount) MARKET.withdraw(TOKEN, address(this));
        TOKEN.safeTransfer(question.asker, amount);
        emit PaidBack(jobId, question.asker, amount);
    }

    function _terms(bytes calldata image, uint128 price) private view returns (IMarketTypes.Terms memory) {
        uint64 lockBy = uint64(block.timestamp) + TAKEN_WITHIN;
        return IMarketTypes.Terms({
            listingId: LISTING,
            recordHash: RECORD,
            inputDigest: keccak256(image),
            verifier: PROOF_SYSTEM,
            token: TOKEN,
            // How a price is divided is between owner and prover.
            ownerBps: REGISTRY.listing(LISTING).ownerBps,
            // It does not rise: so all of it is paid, or all of it comes back.
            floorPrice: price,
            maxPrice: price,
            bond: 0,
            curveStart: 0,
            curveSeconds: 0,
            lockBy: lockBy,
            proveWindow: PROVED_WITHIN,
            deadline: lockBy + PROVED_WITHIN + LATE_WITHIN,
            direct: true,
            callback: address(this),
            callbackGas: CALLBACK_GAS
        });
    }

    /// @dev Whether the market has credited this contract with the whole price.
    function _isReturned(IMarketTypes.Status status) private pure returns (bool) {
        return status > IMarketTypes.Status.Fulfilled;
    }

    function _largest(bytes calldata scores) private view returns (uint8 best) {
        int256 most = type(int256).min;
        for (uint256 i = 0; i < DIGITS; ++i) {
            int256 score = int256(uint256(bytes32(scores[i * WIDTH:(i + 1) * WIDTH]))); // sign bit first
            if (score > most) (most, best) = (score, uint8(i));
        }
    }
}
