// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {StakingDeployment} from "../base/StakingDeployment.sol";

/// @notice Twelve actors, four of them provers, who stake, unbond, withdraw, slash, reward and claim in any order, and
/// a plain model of what must come of it. No action here may revert but where it says so.
contract StakingHandler is StakingDeployment {
    uint256 public constant ACTORS = 12;
    uint256 public constant PROVERS = 4;

    uint256[] public tickets;

    uint256 public deposited;
    uint256 public withdrawn;
    uint256 public slashed;
    uint256 public slashedBonded;
    uint256 public donated;
    uint256 public burned;
    uint256 public rewarded;
    uint256 public claimed;
    uint256 public stakes;
    mapping(address prover => uint256) public stakeSeconds;
    mapping(address prover => uint256) public locks;
    mapping(address account => uint256) public paidIn;

    constructor() {
        deployStaking();
        grantRoles();
        for (uint256 i = 0; i < ACTORS; ++i) {
            fund(account(i), 10_000_000e18);
        }
        for (uint256 i = 0; i < PROVERS; ++i) {
            doStake(account(i), account(i), 20_000e18 + i);
        }
    }

    function account(uint256 seed) public pure returns (address) {
        return address(uint160(0xAC700 + seed % ACTORS));
    }

    function proverAt(uint256 seed) public pure returns (address) {
        return account(seed % PROVERS);
    }

    function parts() external view returns (address, address, address) {
        return (address(token), address(votes), address(staking));
    }

    function ticketCount() external view returns (uint256) {
        return tickets.length;
    }

    function auctioned() external view returns (uint256) {
        return token.balanceOf(auction);
    }

    function canJoin(address who, address with) private view returns (bool) {
        IProverStaking.Pool memory pool = staking.poolOf(with);
        if (uint256(pool.bondedShares) + pool.unbondingShares > uint256(pool.assets) * 1e6) return false;
        return who == with || staking.stakeOf(with, with) >= MINIMUM;
    }

    function doStake(address who, address with, uint256 amount) private {
        vm.prank(who);
        staking.stake(with, amount);
        deposited += amount;
        paidIn[who] += amount;
        ++stakes;
    }

    // ---- stakers

    function stakeSome(uint256 who, uint256 with, uint256 amount) external {
        (address by, address to) = (account(who), proverAt(with));
        if (!canJoin(by, to)) return;
        amount = bound(amount, 1, 100_000e18);
        // One unit more than the minimum, for the rounding of a pool that was slashed.
        if (by == to && staking.stakeOf(to, by) + amount <= MINIMUM + 1) amount = MINIMUM + 2;
        if (token.balanceOf(by) < amount) return;
        doStake(by, to, amount);
    }

    function unbondSome(uint256 who, uint256 from, uint256 shares, bool all) external {
        (address by, address with) = (account(who), proverAt(from));
        IProverStaking.Position memory position = staking.positionOf(with, by);
        if (position.shares == 0) return;
        if (time() < uint256(position.bondedAt) + 1 days) {
            vm.expectRevert(
                abi.encodeWithSelector(IProverStaking.BondedTooRecently.selector, uint256(position.bondedAt) + 1 days)
            );
            unbond(by, with, position.shares);
            return;
        }
        shares = all || by == with ? position.shares : bound(shares, 1, position.shares);
        tickets.push(unbond(by, with, shares));
    }

    function withdrawOne(uint256 which) external {
        if (tickets.length == 0) return;
        uint256 place = which % tickets.length;
        uint256 ticket = tickets[place];
        IProverStaking.Ticket memory stub = staking.ticketOf(ticket);
        if (time() < stub.unlocksAt) {
            vm.expectRevert(
                abi.encodeWithSelector(IProverStaking.StillUnbonding.selector, ticket, uint256(stub.unlocksAt))
            );
            withdraw(stub.account, ticket);
            return;
        }
        withdrawn += withdraw(stub.account, ticket);
        tickets[place] = tickets[tickets.length - 1];
        tickets.pop();
    }

    /// @dev Invariant 12: in one block stake that came cannot leave, so its votes are the tokens that stay.
    function roundTrip(uint256 who, uint256 with, uint256 amount) external {
        (address by, address to) = (account(who), proverAt(with));
        amount = bound(amount, MINIMUM + 2, 1_000_000e18);
        if (!canJoin(by, to) || token.balanceOf(by) < amount) return;
        staking.syncVotes(to, by);
        uint256 before = votes.getVotes(by);
        doStake(by, to, amount);
        vm.assertEq(votes.getVotes(by), before + amount, "a vote per token");
        uint256 shares = staking.positionOf(to, by).shares;
        vm.expectRevert(abi.encodeWithSelector(IProverStaking.BondedTooRecently.selector, time() + 1 days));
        unbond(by, to, shares);
    }

    function sync(uint256 who, uint256 with) external {
        staking.syncVotes(proverAt(with), account(who));
    }

    function claim(uint256 who, uint256 with) external {
        (address by, address with) = (account(who), proverAt(with));
        uint256 expected = staking.claimable(with, by);
        if (expected == 0) return;
        vm.prank(by);
        vm.assertEq(staking.claimReward(with, by), expected, "as announced");
        claimed += expected;
    }

    // ---- provers and the network

    function setCommission(uint256 who, uint256 bps) external {
        address by = proverAt(who);
        uint256 most = staking.commissionOf(by) + 200;
        bps = bound(bps, 0, most < 10_000 ? most : 10_000);
        vm.prank(by);
        staking.setCommission(bps);
    }

    function reward(uint256 which, uint256 amount) external {
        amount = bound(amount, 1, 1_000e18);
        pay(proverAt(which), amount);
        rewarded += amount;
    }

    function slashSome(uint256 which, uint256 amount, bool most) external {
        address whom = proverAt(which);
        uint256 max = staking.maxSlash(whom);
        if (max == 0) return;
        amount = most ? max : bound(amount, 1, max);
        uint256 before = staking.bondedStake(whom);
        slash(whom, amount);
        slashed += amount;
        slashedBonded += before - staking.bondedStake(whom);
    }

    function openLock(uint256 which) external {
        address whom = proverAt(which);
        uint256 covered = staking.bondedStake(whom) / PER_LOCK;
        bool may = staking.stakeOf(whom, whom) >= MINIMUM && locks[whom] < covered;
        if (!may) vm.expectRevert();
        vm.prank(market);
        staking.openLock(whom);
        if (may) ++locks[whom];
    }

    function closeLock(uint256 which) external {
        address whom = proverAt(which);
        if (locks[whom] == 0) return;
        vm.prank(market);
        staking.closeLock(whom);
        --locks[whom];
    }

    // ---- anybody

    function pass(uint256 duration) external {
        duration = bound(duration, 1, 4 days);
        for (uint256 i = 0; i < PROVERS; ++i) {
            stakeSeconds[account(i)] += staking.bondedStake(account(i)) * duration;
        }
        wait_(duration);
    }

    function donate(uint256 who, uint256 amount) external {
        amount = bound(amount, 0, token.balanceOf(account(who)) / 1_000);
        vm.prank(account(who));
        token.transfer(address(staking), amount);
        donated += amount;
    }

    function burn(uint256 who, uint256 amount) external {
        amount = bound(amount, 0, token.balanceOf(account(who)) / 1_000);
        vm.prank(account(who));
        token.burn(amount);
        burned += amount;
    }
}
