// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IIntelligenceRewards} from "../interfaces/IIntelligenceRewards.sol";
import {INetworkToken} from "../interfaces/INetworkToken.sol";
import {Emission} from "../libraries/Emission.sol";

/// @title Intelligence rewards
/// @notice Holds the contributor allocation and the fees of the running epochs. Nobody owns it: tokens leave
/// as rewards for recorded work, as burns, and to the fixed treasury.
/// @dev Why a coalition that is requester, owner and prover at once cannot gain: of a price p it gets back all
/// but the fee f, and the rewards for that work are at most 0.75 f. Only fees pulled from the market enter an
/// epoch's books; tokens sent here in any other way change nothing.
contract IntelligenceRewards is IIntelligenceRewards {
    using SafeERC20 for INetworkToken;
    using SafeCast for uint256;

    /// @notice Length of an epoch.
    uint256 public constant EPOCH = 7 days;
    /// @notice Provers' part of an epoch's rewards, in tenths; creators get the rest.
    uint256 public constant PROVER_TENTHS = 8;

    /// @inheritdoc IIntelligenceRewards
    INetworkToken public immutable token;
    /// @inheritdoc IIntelligenceRewards
    address public immutable market;
    /// @notice Receives the part of the fees that is not burned.
    address public immutable treasury;
    /// @notice When epoch 0 began.
    uint256 public immutable start;

    /// @inheritdoc IIntelligenceRewards
    uint256 public nextToClose;
    /// @inheritdoc IIntelligenceRewards
    uint256 public totalRewards;

    mapping(uint256 epoch => Epoch) private _epochs;
    /// @notice Fees of the jobs an account proved in an epoch; zero again once claimed.
    mapping(uint256 epoch => mapping(address prover => uint256)) public proverFees;
    /// @notice Fees of the jobs done on an account's models in an epoch; zero again once claimed.
    mapping(uint256 epoch => mapping(address creator => uint256)) public creatorFees;

    /// @param token_ The network token, which has allocated the contributors' share to this address.
    /// @param market_ The market; may be deployed after this contract.
    /// @param treasury_ Receives half of the fees.
    constructor(INetworkToken token_, address market_, address treasury_) {
        require(market_ != address(0) && treasury_ != address(0), ZeroAddress());
        uint256 allocated = token_.balanceOf(address(this));
        require(allocated >= Emission.ALLOCATION, MissingAllocation(Emission.ALLOCATION, allocated));
        token = token_;
        market = market_;
        treasury = treasury_;
        start = block.timestamp;
    }

    /// @inheritdoc IIntelligenceRewards
    function recordWork(address prover, address[] calldata creators, uint256[] calldata fees) external {
        require(msg.sender == market, NotMarket(msg.sender));
        require(creators.length == fees.length, LengthMismatch(creators.length, fees.length));
        uint256 epoch = currentEpoch();
        uint256 total;
        for (uint256 i = 0; i < fees.length; ++i) {
            total += fees[i];
            creatorFees[epoch][creators[i]] += fees[i];
            emit WorkRecorded(epoch, prover, creators[i], fees[i]);
        }
        proverFees[epoch][prover] += total;
        _epochs[epoch].fees += total.toUint128();
        token.safeTransferFrom(msg.sender, address(this), total);
    }

    /// @inheritdoc IIntelligenceRewards
    function closeThrough(uint256 epoch) external {
        require(epoch < currentEpoch(), EpochNotOver(epoch));
        // In order, because after the schedule an epoch's cap depends on all earlier grants.
        for (uint256 next = nextToClose; next <= epoch; ++next) {
            _close(next);
        }
    }

    /// @inheritdoc IIntelligenceRewards
    function claim(uint256 epoch, address account) external returns (uint256 reward) {
        require(epoch < nextToClose, EpochNotClosed(epoch));
        (uint256 proverReward, uint256 creatorReward) = _rewardsOf(epoch, account);
        reward = proverReward + creatorReward;
        require(reward != 0, NothingToClaim(epoch, account));
        delete proverFees[epoch][account];
        delete creatorFees[epoch][account];
        emit RewardClaimed(epoch, account, proverReward, creatorReward);
        token.safeTransfer(account, reward);
    }

    /// @inheritdoc IIntelligenceRewards
    function claimable(uint256 epoch, address account) external view returns (uint256) {
        if (epoch >= nextToClose) return 0;
        (uint256 proverReward, uint256 creatorReward) = _rewardsOf(epoch, account);
        return proverReward + creatorReward;
    }

    /// @inheritdoc IIntelligenceRewards
    function currentEpoch() public view returns (uint256) {
        return (block.timestamp - start) / EPOCH;
    }

    /// @inheritdoc IIntelligenceRewards
    function epochOf(uint256 epoch) external view returns (Epoch memory) {
        return _epochs[epoch];
    }

    function _close(uint256 epoch) private {
        uint256 fees = _epochs[epoch].fees;
        uint256 rewards = Math.min(fees * 3 / 4, Emission.cap(epoch, totalRewards));
        uint256 burned = fees / 2;
        _epochs[epoch].rewards = rewards.toUint128();
        totalRewards += rewards;
        nextToClose = epoch + 1;
        emit EpochClosed(epoch, fees, rewards, burned, fees - burned);
        if (fees == 0) return;
        token.burn(burned);
        token.safeTransfer(treasury, fees - burned);
    }

    /// @dev Both divisions round down, so that claims never add up to more than the epoch's rewards.
    function _rewardsOf(uint256 epoch, address account) private view returns (uint256 asProver, uint256 asCreator) {
        Epoch memory books = _epochs[epoch];
        if (books.fees == 0) return (0, 0);
        uint256 whole = uint256(books.fees) * 10;
        asProver = Math.mulDiv(books.rewards * PROVER_TENTHS, proverFees[epoch][account], whole);
        asCreator = Math.mulDiv(books.rewards * (10 - PROVER_TENTHS), creatorFees[epoch][account], whole);
    }
}
