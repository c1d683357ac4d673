// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IFeeAuction} from "../interfaces/IFeeAuction.sol";
import {IIntelligenceRewards} from "../interfaces/IIntelligenceRewards.sol";
import {INetworkToken} from "../interfaces/INetworkToken.sol";
import {IProverStaking} from "../interfaces/IProverStaking.sol";
import {ITreasury} from "../interfaces/ITreasury.sol";
import {Emission} from "../libraries/Emission.sol";
import {RewardMath} from "../libraries/RewardMath.sol";

/// @title Intelligence rewards
/// @notice Holds the contributor allocation and the proceeds of open epochs. Tokens leave as rewards for recorded work, as
/// burns, and to the fixed treasury. The governor can set k, within its bound, for weeks to come, and nothing else.
/// @dev Why a coalition that is requester, owner, prover and bidder at once cannot gain: of a price it gets back all but the
/// fee, and the rewards for that work are at most k of what was paid for the fee in the auction. See docs/economy.md.
/// Only fees pulled from the market enter an epoch's books; tokens sent here in any other way change nothing.
contract IntelligenceRewards is IIntelligenceRewards, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeERC20 for INetworkToken;
    using SafeCast for uint256;
    using Checkpoints for Checkpoints.Trace208;

    /// @notice Length of an epoch.
    uint256 public constant EPOCH = 7 days;
    /// @notice How long after its end an epoch's fees are for sale.
    uint256 public constant AUCTION_WINDOW = 24 hours;
    /// @notice k at deployment, in 1/10,000.
    uint256 public constant INITIAL_SHARE = 7_500;
    /// @notice The most that k can be. At 1 washing would be free.
    uint256 public constant MAX_SHARE = 8_000;

    /// @inheritdoc IIntelligenceRewards
    INetworkToken public immutable token;
    /// @inheritdoc IIntelligenceRewards
    address public immutable market;
    /// @inheritdoc IIntelligenceRewards
    IFeeAuction public immutable auction;
    /// @notice Knows how much provers had at stake.
    IProverStaking public immutable staking;
    /// @notice Receives the part of the proceeds that is not burned.
    ITreasury public immutable treasury;
    /// @inheritdoc IIntelligenceRewards
    address public immutable governor;
    /// @inheritdoc IIntelligenceRewards
    uint256 public immutable start;

    /// @inheritdoc IIntelligenceRewards
    uint256 public nextToClose;
    /// @inheritdoc IIntelligenceRewards
    uint256 public totalRewards;
    /// @notice The treasury's part of closed epochs that has not been handed over yet.
    uint256 public treasuryDue;
    /// @inheritdoc IIntelligenceRewards
    mapping(IERC20 token => uint256) public uncollected;

    Checkpoints.Trace208 private _shares;
    mapping(uint256 epoch => Epoch) private _epochs;
    mapping(uint256 epoch => IERC20[]) private _paymentTokens;
    mapping(uint256 epoch => mapping(IERC20 token => Pot)) private _pots;
    /// @notice Fees of the jobs an account proved in an epoch; zero again once claimed.
    mapping(uint256 epoch => mapping(IERC20 token => mapping(address prover => uint256))) public proverFees;
    /// @notice Fees of the jobs done on an account's models in an epoch; zero again once claimed.
    mapping(uint256 epoch => mapping(IERC20 token => mapping(address creator => uint256))) public creatorFees;
    /// @notice What an account got for proving in an epoch: counts towards the limit that its stake sets.
    mapping(uint256 epoch => mapping(address prover => uint256)) public proverPaid;

    /// @param wiring The contracts this one is deployed for.
    constructor(Wiring memory wiring) {
        require(wiring.market != address(0) && address(wiring.auction) != address(0), ZeroAddress());
        require(address(wiring.staking) != address(0) && address(wiring.treasury) != address(0), ZeroAddress());
        require(wiring.governor != address(0), ZeroAddress());
        uint256 allocated = wiring.token.balanceOf(address(this));
        require(allocated >= Emission.ALLOCATION, MissingAllocation(Emission.ALLOCATION, allocated));
        (token, market, auction) = (wiring.token, wiring.market, wiring.auction);
        (staking, treasury, governor) = (wiring.staking, wiring.treasury, wiring.governor);
        start = block.timestamp;
        _shares.push(0, uint208(INITIAL_SHARE));
        emit RewardShareSet(0, INITIAL_SHARE);
    }

    /// @inheritdoc IIntelligenceRewards
    function recordWork(IERC20 paymentToken, address prover, address[] calldata creators, uint256[] calldata fees)
        external
        nonReentrant
    {
        require(msg.sender == market, NotMarket(msg.sender));
        require(creators.length == fees.length, LengthMismatch(creators.length, fees.length));
        uint256 epoch = currentEpoch();
        uint256 total;
        for (uint256 i = 0; i < fees.length; ++i) {
            total += fees[i];
            creatorFees[epoch][paymentToken][creators[i]] += fees[i];
            emit WorkRecorded(epoch, paymentToken, prover, creators[i], fees[i]);
        }
        if (total == 0) return;
        proverFees[epoch][paymentToken][prover] += total;
        Pot storage pot = _pots[epoch][paymentToken];
        if (pot.fees == 0) _paymentTokens[epoch].push(paymentToken);
        pot.fees += total.toUint128();
        if (address(paymentToken) == address(token)) {
            // Needs no sale: the fees are the proceeds.
            _book(epoch, paymentToken, total, total);
            token.safeTransferFrom(msg.sender, address(this), total);
            return;
        }
        if (paymentToken.trySafeTransferFrom(msg.sender, address(auction), total)) {
            auction.deposit(paymentToken, total);
        } else {
            uncollected[paymentToken] += total;
            emit FeesUncollected(epoch, paymentToken, total);
        }
    }

    /// @inheritdoc IIntelligenceRewards
    function collect(IERC20 paymentToken) external nonReentrant returns (uint256 amount) {
        amount = uncollected[paymentToken];
        require(amount != 0, NothingToCollect(paymentToken));
        delete uncollected[paymentToken];
        emit FeesCollected(paymentToken, amount);
        paymentToken.safeTransferFrom(market, address(auction), amount);
        auction.sync(paymentToken);
    }

    /// @inheritdoc IIntelligenceRewards
    function recordProceeds(uint256 epoch, IERC20 paymentToken, uint256 amount, uint256 counted) external {
        require(msg.sender == address(auction), NotAuction(msg.sender));
        _book(epoch, paymentToken, amount, counted);
    }

    /// @inheritdoc IIntelligenceRewards
    function closeThrough(uint256 epoch) external nonReentrant {
        require(epoch < type(uint64).max && block.timestamp >= _endOf(epoch) + AUCTION_WINDOW, EpochNotOver(epoch));
        uint256 burned;
        // In order, because after the schedule an epoch's cap depends on all earlier grants.
        for (uint256 next = nextToClose; next <= epoch; ++next) {
            burned += _close(next);
        }
        if (burned != 0) token.burn(burned);
    }

    /// @inheritdoc IIntelligenceRewards
    function claim(uint256 epoch, address account) external returns (uint256) {
        return _claim(epoch, account, _paymentTokens[epoch]);
    }

    /// @inheritdoc IIntelligenceRewards
    function claim(uint256 epoch, address account, IERC20[] calldata tokens) external returns (uint256) {
        return _claim(epoch, account, tokens);
    }

    /// @inheritdoc IIntelligenceRewards
    function forward() external nonReentrant returns (uint256 amount) {
        amount = treasuryDue;
        require(amount != 0, NothingToForward());
        delete treasuryDue;
        emit IncomeForwarded(amount);
        token.forceApprove(address(treasury), amount);
        treasury.receiveIncome(token, amount);
    }

    /// @inheritdoc IIntelligenceRewards
    function setRewardShare(uint256 bps) external {
        require(msg.sender == governor, NotGovernor(msg.sender));
        require(bps <= MAX_SHARE, OutOfBounds(MAX_SHARE, bps));
        uint256 epoch = currentEpoch() + 1;
        _shares.push(epoch.toUint48(), uint208(bps));
        emit RewardShareSet(epoch, bps);
    }

    /// @inheritdoc IIntelligenceRewards
    function claimable(uint256 epoch, address account) external view returns (uint256) {
        if (epoch >= nextToClose) return 0;
        uint256 asProver;
        uint256 asCreator;
        IERC20[] memory tokens = _paymentTokens[epoch];
        for (uint256 i = 0; i < tokens.length; ++i) {
            (uint256 proving, uint256 creating) = _earned(epoch, tokens[i], account);
            (asProver, asCreator) = (asProver + proving, asCreator + creating);
        }
        return asProver - _excess(epoch, account, asProver) + asCreator;
    }

    /// @inheritdoc IIntelligenceRewards
    function rewardShare(uint256 epoch) public view returns (uint256) {
        return _shares.upperLookupRecent(epoch.toUint48());
    }

    /// @inheritdoc IIntelligenceRewards
    function currentEpoch() public view returns (uint256) {
        return (block.timestamp - start) / EPOCH;
    }

    /// @inheritdoc IIntelligenceRewards
    function epochOf(uint256 epoch) external view returns (Epoch memory) {
        return _epochs[epoch];
    }

    /// @inheritdoc IIntelligenceRewards
    function potOf(uint256 epoch, IERC20 paymentToken) external view returns (Pot memory) {
        return _pots[epoch][paymentToken];
    }

    /// @inheritdoc IIntelligenceRewards
    function paymentTokens(uint256 epoch) external view returns (IERC20[] memory) {
        return _paymentTokens[epoch];
    }

    function _book(uint256 epoch, IERC20 paymentToken, uint256 amount, uint256 counted) private {
        Epoch storage books = _epochs[epoch];
        books.income += amount.toUint128();
        books.proceeds += counted.toUint128();
        _pots[epoch][paymentToken].proceeds += counted.toUint128();
        emit ProceedsRecorded(epoch, paymentToken, amount, counted);
    }

    function _close(uint256 epoch) private returns (uint256 burned) {
        Epoch storage books = _epochs[epoch];
        (uint256 proceeds, uint256 income) = (books.proceeds, books.income);
        uint256 rewards = RewardMath.pool(proceeds, rewardShare(epoch), Emission.cap(epoch, totalRewards));
        burned = income / 2;
        books.rewards = rewards.toUint128();
        totalRewards += rewards;
        treasuryDue += income - burned;
        nextToClose = epoch + 1;
        emit EpochClosed(epoch, proceeds, rewards, burned, income - burned);
    }

    function _claim(uint256 epoch, address account, IERC20[] memory tokens)
        private
        nonReentrant
        returns (uint256 reward)
    {
        require(epoch < nextToClose, EpochNotClosed(epoch));
        uint256 asProver;
        uint256 asCreator;
        for (uint256 i = 0; i < tokens.length; ++i) {
            (uint256 proving, uint256 creating) = _earned(epoch, tokens[i], account);
            delete proverFees[epoch][tokens[i]][account];
            delete creatorFees[epoch][tokens[i]][account];
            (asProver, asCreator) = (asProver + proving, asCreator + creating);
        }
        require(asProver + asCreator != 0, NothingToClaim(epoch, account));
        uint256 withheld = _excess(epoch, account, asProver);
        asProver -= withheld;
        proverPaid[epoch][account] += asProver;
        // Back into the rest, which runs on after the schedule; nobody else's part grows.
        totalRewards -= withheld;
        reward = asProver + asCreator;
        emit RewardClaimed(epoch, account, asProver, asCreator, withheld, tokens);
        if (reward != 0) token.safeTransfer(account, reward);
    }

    function _earned(uint256 epoch, IERC20 paymentToken, address account) private view returns (uint256, uint256) {
        Epoch memory books = _epochs[epoch];
        Pot memory pot = _pots[epoch][paymentToken];
        uint256 proved = proverFees[epoch][paymentToken][account];
        uint256 created = creatorFees[epoch][paymentToken][account];
        return (
            RewardMath.share(books.rewards, books.proceeds, pot.proceeds, pot.fees, proved, RewardMath.PROVER_TENTHS),
            RewardMath.share(books.rewards, books.proceeds, pot.proceeds, pot.fees, created, RewardMath.CREATOR_TENTHS)
        );
    }

    /// @dev What of a reward for proving exceeds the limit that the prover's stake sets.
    function _excess(uint256 epoch, address account, uint256 asProver) private view returns (uint256) {
        if (asProver == 0) return 0;
        uint256 end = _endOf(epoch);
        uint256 stake = staking.averageStake(account, uint64(end - EPOCH), uint64(end));
        uint256 limit = stake / RewardMath.STAKE_DIVISOR;
        uint256 paid = proverPaid[epoch][account];
        uint256 room = limit > paid ? limit - paid : 0;
        return asProver > room ? asProver - room : 0;
    }

    function _endOf(uint256 epoch) private view returns (uint256) {
        return start + (epoch + 1) * EPOCH;
    }
}
