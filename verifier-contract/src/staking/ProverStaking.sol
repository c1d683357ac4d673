// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {INetworkToken} from "../interfaces/INetworkToken.sol";
import {IProverStaking} from "../interfaces/IProverStaking.sol";
import {IStakedVotes} from "../interfaces/IStakedVotes.sol";
import {StakePool} from "../libraries/StakePool.sol";
import {StakeLedger} from "./StakeLedger.sol";
import {StakeRewards} from "./StakeRewards.sol";
import {StakingParameters} from "./StakingParameters.sol";

/// @title Prover staking
/// @notice Stake comes in by `stake`, leaves by `unbond` and, 15 days later, `withdraw`, or by `slash`. There is no
/// pause, and no role reaches the stake but the slasher, within its bound.
/// @dev Balance = assets of all pools + rewards not claimed yet (and their dust) + tokens sent here by mistake,
/// which change no books.
contract ProverStaking is StakeRewards, StakingParameters {
    using SafeCast for uint256;
    using SafeERC20 for INetworkToken;
    using StakePool for Pool;

    /// @inheritdoc IProverStaking
    uint256 public constant UNBONDING = 15 days;
    /// @inheritdoc IProverStaking
    uint256 public constant MIN_BONDING = 1 days;

    /// @notice Tickets made so far; ids run from 1.
    uint256 public ticketCount;
    /// @inheritdoc IProverStaking
    mapping(address prover => uint256) public openLocks;
    /// @notice Open locks by the market that opened them.
    mapping(address market => mapping(address prover => uint256)) public openLocksOf;
    mapping(uint256 ticketId => Ticket) private _tickets;

    /// @param token_ The staked token.
    /// @param votes_ The receipts, deployed for this address.
    /// @param timelock Holds the admin role; sets parameters, appoints markets and slashers.
    /// @param initial The parameters to begin with.
    /// @param markets Contracts that open locks from the beginning; may be deployed after this one.
    /// @param slashers Contracts that slash from the beginning.
    constructor(
        INetworkToken token_,
        IStakedVotes votes_,
        address timelock,
        Parameters memory initial,
        address[] memory markets,
        address[] memory slashers
    ) StakeLedger(token_, votes_) StakingParameters(timelock, initial, markets, slashers) {}

    /// @inheritdoc IProverStaking
    function stake(address prover, uint256 amount) external nonReentrant returns (uint256) {
        return _stake(prover, amount);
    }

    /// @inheritdoc IProverStaking
    function stakeWithPermit(address prover, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        nonReentrant
        returns (uint256)
    {
        // Whoever saw the signature may have used it already: what counts is the allowance.
        try IERC20Permit(address(token)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        return _stake(prover, amount);
    }

    /// @inheritdoc IProverStaking
    function unbond(address prover, uint256 shares) external nonReentrant returns (uint256 ticketId) {
        Pool storage pool = _pools[prover];
        Position storage position = _positions[prover][msg.sender];
        uint256 held = position.shares;
        require(shares != 0, ZeroAmount());
        require(shares <= held, InsufficientShares(shares, held));
        uint256 until = position.bondedAt + MIN_BONDING;
        require(block.timestamp >= until, BondedTooRecently(until));

        _accrue(prover, msg.sender);
        syncVotes(prover, msg.sender);
        position.shares = (held - shares).toUint128();
        pool.unbond(shares);
        if (prover == msg.sender && shares != held) _checkOwnStake(prover);
        _burnUnbacked(pool, position, msg.sender);
        _note(prover);

        ticketId = ++ticketCount;
        uint256 unlocksAt = block.timestamp + UNBONDING;
        _tickets[ticketId] = Ticket(msg.sender, prover, shares.toUint128(), unlocksAt.toUint48());
        emit Unbonding(ticketId, prover, msg.sender, shares, pool.valueOf(shares), unlocksAt);
    }

    /// @inheritdoc IProverStaking
    function withdraw(uint256 ticketId, address to) external nonReentrant returns (uint256 amount) {
        Ticket memory ticket = _tickets[ticketId];
        require(ticket.account == msg.sender, NotTicketOwner(ticketId, msg.sender));
        require(block.timestamp >= ticket.unlocksAt, StillUnbonding(ticketId, ticket.unlocksAt));
        delete _tickets[ticketId];
        amount = _pools[ticket.prover].redeem(ticket.shares);
        // What rounding left behind belongs to all remaining shares, the bonded ones too.
        _note(ticket.prover);
        emit Withdrawn(ticketId, ticket.prover, msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc IProverStaking
    function slash(address prover, uint256 amount, bytes32 reason) external nonReentrant onlyRole(SLASHER_ROLE) {
        require(amount != 0, ZeroAmount());
        uint256 max = maxSlash(prover);
        require(amount <= max, SlashTooLarge(amount, max));
        uint256 fromBonded = bondedStake(prover);
        _pools[prover].cut(amount);
        fromBonded -= bondedStake(prover);
        _note(prover);
        emit Slashed(prover, fromBonded, amount - fromBonded, reason);
        // The prover's own votes fall with its stake. Its delegators are as many as they like to be.
        syncVotes(prover, prover);
        token.safeTransfer(parameters().slashAuction, amount);
    }

    /// @inheritdoc IProverStaking
    function openLock(address prover) external onlyRole(MARKET_ROLE) {
        _checkOwnStake(prover);
        uint256 open = openLocks[prover] + 1;
        uint256 bonded = bondedStake(prover);
        uint256 needed = open * parameters().stakePerLock;
        require(bonded >= needed, LockCapReached(prover, bonded, needed));
        openLocks[prover] = open;
        ++openLocksOf[msg.sender][prover];
        emit LockOpened(msg.sender, prover, open);
    }

    /// @inheritdoc IProverStaking
    function closeLock(address prover) external {
        require(openLocksOf[msg.sender][prover] != 0, NoOpenLock(msg.sender, prover));
        --openLocksOf[msg.sender][prover];
        uint256 open = --openLocks[prover];
        emit LockClosed(msg.sender, prover, open);
    }

    /// @inheritdoc IProverStaking
    function ticketOf(uint256 ticketId) external view returns (Ticket memory) {
        return _tickets[ticketId];
    }

    /// @inheritdoc IProverStaking
    function maxSlash(address prover) public view returns (uint256) {
        return uint256(_pools[prover].assets) * parameters().maxSlashBps / 10_000;
    }

    function _stake(address prover, uint256 amount) private returns (uint256 shares) {
        require(amount != 0, ZeroAmount());
        require(prover != address(0), ZeroAddress());
        // More than there can be is refused by name, and no sum below overflows.
        uint128 stake_ = amount.toUint128();
        // From a prover's first stake on there may be delegators, whom its commission has been shown to.
        if (prover == msg.sender) _commissions[prover].bound = true;
        else _checkOwnStake(prover);

        Position storage position = _positions[prover][msg.sender];
        _accrue(prover, msg.sender);
        syncVotes(prover, msg.sender);
        shares = _pools[prover].join(stake_);
        position.shares = (position.shares + shares).toUint128();
        position.votes = (uint256(position.votes) + stake_).toUint128();
        position.bondedAt = uint48(block.timestamp);
        if (prover == msg.sender) _checkOwnStake(prover);
        _note(prover);
        emit Staked(prover, msg.sender, amount, shares);
        votes.mint(msg.sender, amount);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    function _checkOwnStake(address prover) private view {
        uint256 own = stakeOf(prover, prover);
        uint256 minimum = parameters().minimumStake;
        require(own >= minimum, BelowMinimumStake(prover, own, minimum));
    }
}
