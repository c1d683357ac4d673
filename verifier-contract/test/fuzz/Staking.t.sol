// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {StakePool} from "../../src/libraries/StakePool.sol";
import {StakingDeployment} from "../base/StakingDeployment.sol";

/// @notice The arithmetic of pools, commissions and averages, for all amounts.
contract StakingFuzzTest is StakingDeployment {
    using StakePool for IProverStaking.Pool;

    IProverStaking.Pool private pool;

    function setUp() external {
        deployStaking();
        grantRoles();
    }

    /// @dev Any pool that stakes and slashes can lead to: assets at most the shares, not depleted.
    function arrange(uint256 assets, uint256 bonded, uint256 unbonding) private {
        bonded = bound(bonded, 1, 5e32);
        unbonding = bound(unbonding, 0, 5e32);
        uint256 total = bonded + unbonding;
        assets = bound(assets, (total + 1e6 - 1) / 1e6, total < 1e27 ? total : 1e27);
        pool = IProverStaking.Pool(uint128(assets), uint128(bonded), uint128(unbonding));
    }

    function testFuzz_joining_costs_less_than_a_unit_and_dilutes_nobody(
        uint256 assets,
        uint256 bonded,
        uint256 unbonding,
        uint256 amount
    ) external {
        arrange(assets, bonded, unbonding);
        amount = bound(amount, 1, 1e27);
        (uint256 a, uint256 s) = (pool.assets, pool.totalShares());
        uint256 shares = pool.join(amount);
        uint256 value = pool.valueOf(shares);
        vm.assertLe(amount, shares, "a share per unit at least");
        vm.assertLe(value, amount, "not more than was paid");
        vm.assertLe(amount, value + 2, "and hardly less");
        // The price of a share did not fall: (a + amount) / (s + shares) >= a / s.
        vm.assertLe(a * (s + shares), (a + amount) * s, "nobody is diluted");
        vm.assertLe(pool.assets, pool.totalShares(), "a share is worth a unit at most");
    }

    function testFuzz_leaving_takes_no_more_than_its_worth(
        uint256 assets,
        uint256 bonded,
        uint256 unbonding,
        uint256 shares
    ) external {
        arrange(assets, bonded, unbonding);
        shares = bound(shares, 1, pool.bondedShares);
        (uint256 a, uint256 s) = (pool.assets, pool.totalShares());
        pool.unbond(shares);
        vm.assertEq(pool.totalShares(), s, "unbonding moves shares");
        vm.assertEq(pool.assets, a, "and no tokens");
        uint256 amount = pool.redeem(shares);
        vm.assertLe(amount * s, a * shares, "floor");
        vm.assertLt(a * shares, (amount + 1) * s, "of the part");
        vm.assertLe(pool.assets, pool.totalShares(), "a share is worth a unit at most");
        if (pool.totalShares() == 0) vm.assertEq(pool.assets, 0, "the last takes all");
    }

    function testFuzz_a_slash_is_pro_rata(uint256 own, uint256 delegated, uint256 leaving, uint256 amount) external {
        own = bound(own, MINIMUM, 20_000_000e18);
        delegated = bound(delegated, 1, 20_000_000e18);
        leaving = bound(leaving, 1, delegated);
        stake(prover, prover, own);
        stake(delegator, prover, delegated);
        wait_(1 days);
        uint256 ticket = unbond(delegator, prover, leaving);
        amount = bound(amount, 1, staking.maxSlash(prover));
        (uint256 bonded, uint256 unbonding) = (staking.bondedStake(prover), staking.unbondingStake(prover));
        slash(prover, amount);
        uint256 fromBonded = bonded - staking.bondedStake(prover);
        uint256 fromUnbonding = unbonding - staking.unbondingStake(prover);
        vm.assertEq(fromBonded + fromUnbonding, amount, "to the wei");
        // |fromBonded - amount * bonded / total| < 1
        uint256 total = bonded + unbonding;
        vm.assertLt(fromBonded * total, amount * bonded + total, "no unit too much");
        vm.assertLt(amount * bonded, fromBonded * total + total, "no unit too little");

        // All leave: together they get what is left, to the wei, and nobody more than its part.
        uint256 owns = unbond(prover, prover, own);
        uint256 rest = delegated - leaving;
        uint256 rests = rest == 0 ? 0 : unbond(delegator, prover, rest);
        wait_(15 days);
        uint256 paid = withdraw(prover, owns);
        vm.assertLe(paid * total, own * (total - amount), "the prover's part");
        paid += withdraw(delegator, ticket);
        if (rest != 0) paid += withdraw(delegator, rests);
        vm.assertEq(paid, total - amount, "all that is left");
        vm.assertEq(token.balanceOf(address(staking)), 0, "nothing stays behind");
    }

    /// @dev Staking and leaving at any price of a share never pays.
    function testFuzz_a_round_trip_never_gains(uint256 slashed, uint256 amount) external {
        stake(prover, prover, 40_000_000e18 + 7);
        slash(prover, bound(slashed, 1, staking.maxSlash(prover)));
        amount = bound(amount, 1, 20_000_000e18);
        uint256 shares = stake(delegator, prover, amount);
        wait_(1 days);
        uint256 ticket = unbond(delegator, prover, shares);
        wait_(15 days);
        uint256 back = withdraw(delegator, ticket);
        vm.assertLe(back, amount, "no gain");
        vm.assertLe(amount, back + 1, "at most one unit lost");
    }

    /// @dev The attack on vaults by the first depositor: nothing it does takes from who comes next.
    function testFuzz_no_inflation_attack(uint256 gift, uint256 cuts, uint256 amount) external {
        stake(prover, prover, MINIMUM);
        for (uint256 i = 0; i < cuts % 40; ++i) {
            slash(prover, staking.maxSlash(prover));
        }
        gift = bound(gift, 0, 50_000_000e18);
        fund(prover, gift + MINIMUM);
        vm.startPrank(prover);
        token.transfer(address(staking), gift);
        staking.stake(prover, MINIMUM);
        vm.stopPrank();
        amount = bound(amount, 1, 50_000_000e18);
        stake(delegator, prover, amount);
        vm.assertLe(amount, staking.stakeOf(prover, delegator) + 2, "the next has its stake");
        vm.assertLe(votes.balanceOf(delegator), amount, "and no more votes than tokens");
    }

    function testFuzz_rewards_are_split_and_never_created(
        uint256 reward,
        uint256 commission,
        uint256 own,
        uint256 delegated
    ) external {
        commission = bound(commission, 0, 10_000);
        own = bound(own, MINIMUM, 20_000_000e18);
        delegated = bound(delegated, 1, 20_000_000e18);
        reward = bound(reward, 1, 10_000_000e18);
        vm.prank(prover);
        staking.setCommission(commission);
        stake(prover, prover, own);
        stake(delegator, prover, delegated);
        pay(prover, reward);
        uint256 kept = reward * commission / 10_000;
        uint256 shared = reward - kept;
        uint256 proverGets = staking.claimable(prover, prover);
        uint256 delegatorGets = staking.claimable(prover, delegator);
        vm.assertLe(proverGets + delegatorGets, reward, "not more than was paid in");
        vm.assertLe(reward, proverGets + delegatorGets + 3, "hardly less");
        vm.assertLe(delegatorGets * (own + delegated), shared * delegated, "the delegator's part");
        vm.assertLe(kept, proverGets, "the commission, exactly, and something for its shares");
    }

    function testFuzz_a_commission_rises_by_two_points_in_three_weeks(uint256 from, uint256[6] memory asked) external {
        vm.startPrank(prover);
        from = bound(from, 0, 10_000);
        staking.setCommission(from);
        vm.stopPrank();
        stake(prover, prover, MINIMUM);
        uint256 start = time();
        for (uint256 i = 0; i < 6; ++i) {
            uint256 before = staking.commissionOf(prover);
            uint256 bps = bound(asked[i], 0, 10_000);
            vm.startPrank(prover);
            if (bps > before + 200) {
                vm.expectRevert(
                    abi.encodeWithSelector(IProverStaking.CommissionStepTooLarge.selector, bps - before, 200)
                );
            }
            staking.setCommission(bps);
            vm.stopPrank();
            vm.assertEq(staking.commissionOf(prover), bps < before ? bps : before, "only down at once");
            wait_(asked[i] % 30 days);
            vm.assertLe(staking.commissionOf(prover), from + 200 * ((time() - start) / 22 days), "two points a step");
        }
    }

    function testFuzz_an_average_is_the_sum_over_seconds(uint256[6] memory amounts, uint256 from, uint256 to) external {
        uint256[60] memory stakes;
        stake(prover, prover, MINIMUM);
        uint256 bonded = MINIMUM;
        for (uint256 t = 0; t < 60; ++t) {
            if (t % 10 == 3) {
                uint256 amount = bound(amounts[t / 10], 1, 1_000_000e18);
                if (amount % 2 == 0) {
                    stake(delegator, prover, amount);
                } else {
                    amount = bound(amount, 1, staking.maxSlash(prover));
                    // Below its minimum a prover takes no more delegations; make it up.
                    slash(prover, amount);
                    stake(prover, prover, MINIMUM);
                }
                bonded = staking.bondedStake(prover);
            }
            stakes[t] = bonded;
            wait_(1);
        }
        from = bound(from, 0, 58);
        to = bound(to, from + 1, 60);
        uint256 sum;
        for (uint256 t = from; t < to; ++t) {
            sum += stakes[t];
        }
        uint256 average = staking.averageStake(prover, uint64(START + from), uint64(START + to));
        vm.assertEq(average, sum / (to - from), "mean");
    }
}
