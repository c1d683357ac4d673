// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IIntelligenceRewards} from "../../src/interfaces/IIntelligenceRewards.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {Emission} from "../../src/libraries/Emission.sol";
import {RevenueShare} from "../../src/revenue/RevenueShare.sol";
import {MarketBooks} from "./MarketBooks.sol";
import {MarketLedger} from "./MarketLedger.sol";
import {SystemHandler} from "./SystemHandler.sol";

/// @notice The whole network at once, one invariant for each that the design names.
contract SystemInvariants is MarketBooks {
    uint256 private constant ACTORS = 12;

    SystemHandler private handler;
    SystemHandler.Parts private parts;
    RevenueShare private share;

    function setUp() external {
        handler = new SystemHandler();
        audit(handler);
        parts = handler.system();
        share = handler.share();
    }

    function invariant_1_every_contract_holds_what_it_owes() external view {
        checkBalances();
        IERC20 coin = handler.coin();
        vm.assertEq(coin.balanceOf(address(parts.feeAuction)), parts.feeAuction.held(coin), "fee pots");
        vm.assertEq(coin.balanceOf(address(parts.slashAuction)), parts.slashAuction.held(coin), "slash pots");
        uint256 open;
        for (uint256 e = parts.rewards.nextToClose(); e <= parts.rewards.currentEpoch(); ++e) {
            open += parts.rewards.epochOf(e).income;
        }
        uint256 owed = Emission.ALLOCATION + open + parts.rewards.treasuryDue() - handler.claimed();
        vm.assertEq(tokens[0].balanceOf(address(parts.rewards)), owed, "rewards");
        uint256 held = share.received(tokens[0]) - share.claimed(tokens[0]);
        vm.assertEq(tokens[0].balanceOf(address(share)), held, "revenue share");
        for (uint256 t = 0; t < 2; ++t) {
            uint256 balance = tokens[t].balanceOf(address(parts.income));
            vm.assertLe(parts.income.educationOf(tokens[t]), balance, "treasury");
        }
    }

    /// @dev Deposits = refund + prover + owners + fee + bonds.
    function invariant_2_jobs_end_and_owe_nothing_then() external view {
        checkJobs();
    }

    function invariant_3_a_job_is_paid_and_recorded_once() external view {
        vm.assertEq(handler.recordedJobs(), ledger.paidJobs(), "a record for a payment");
        for (uint256 t = 0; t < 2; ++t) {
            uint256 fees;
            for (uint256 e = 0; e <= parts.rewards.currentEpoch(); ++e) {
                fees += parts.rewards.potOf(e, tokens[t]).fees;
            }
            vm.assertEq(fees, ledger.feesOut(address(tokens[t])), "all fees are in pots");
        }
    }

    function invariant_4_prices_and_terms_hold() external view {
        for (uint256 i = 0; i < handler.jobCount(); ++i) {
            bytes32 id = handler.jobs(i);
            IMarketTypes.Job memory job = market.job(id);
            vm.assertEq(handler.termsHash(id), handler.termsOf(id), "terms never change");
            if (job.price != 0) checkPrice(job.terms, job.price);
            if (ledger.entry(id).payments != 0) checkPrice(job.terms, ledger.entry(id).paid);
        }
    }

    function invariant_5_collateral_is_accounted_for() external view {
        checkCollateral();
    }

    /// @dev That every job can be ended, `afterInvariant` shows.
    function invariant_6_nobody_is_paid_or_slashed_out_of_time() external view {
        for (uint256 i = 0; i < handler.jobCount(); ++i) {
            IMarketTypes.Job memory job = market.job(handler.jobs(i));
            MarketLedger.Entry memory entry = ledger.entry(handler.jobs(i));
            if (job.status == IMarketTypes.Status.Fulfilled) {
                uint256 limit = job.prover == address(0) ? job.terms.lockBy : job.lockEnd;
                vm.assertLe(entry.endedAt, limit, "paid in time");
            } else if (job.status == IMarketTypes.Status.FulfilledLate) {
                vm.assertLt(job.lockEnd, entry.endedAt, "late");
                vm.assertLe(entry.endedAt, job.terms.deadline, "not too late");
            } else if (job.status == IMarketTypes.Status.Refunded) {
                vm.assertLt(job.isPrivate ? job.lockEnd : job.terms.deadline, entry.endedAt, "slashed afterwards");
            }
        }
    }

    function invariant_7_a_stop_in_time_slashes_nobody() external view {
        for (uint256 i = 0; i < handler.jobCount(); ++i) {
            IMarketTypes.Job memory job = market.job(handler.jobs(i));
            uint256 stopped = parts.stop.stoppedAt(job.terms.verifier, job.terms.recordHash);
            uint256 slashed = ledger.entry(handler.jobs(i)).slashed;
            if (job.status == IMarketTypes.Status.Voided) {
                vm.assertEq(slashed, 0, "voided");
            } else if (job.status == IMarketTypes.Status.Refunded && stopped != 0) {
                vm.assertLt(job.isPrivate ? job.lockEnd : job.terms.deadline, stopped, "the stop came later");
            }
        }
    }

    function invariant_8_revenue_is_claimed_claimable_or_to_come() external view {
        uint256 sum = share.claimed(tokens[0]) + share.unstreamed(tokens[0]);
        for (uint256 i = 0; i < accounts.length; ++i) {
            sum += share.claimable(tokens[0], accounts[i]);
        }
        vm.assertLe(sum, share.received(tokens[0]), "never more");
        vm.assertLe(share.received(tokens[0]), sum + accounts.length + 1, "dust below one unit a holder");
    }

    function invariant_9_stake_is_bonded_unbonding_withdrawn_or_slashed() external view {
        uint256 here;
        for (uint256 i = 0; i < ACTORS; ++i) {
            here += stakeWith(handler.account(i));
        }
        here += stakeWith(handler.washer(2));
        vm.assertEq(here + handler.withdrawn() + handler.slashed(), handler.deposited(), "to the wei");
        uint256 owed = here + handler.distributed() - handler.stakeRewardsClaimed();
        vm.assertEq(tokens[0].balanceOf(address(parts.staking)), owed, "stake and its rewards");
    }

    function stakeWith(address prover) private view returns (uint256) {
        return parts.staking.bondedStake(prover) + parts.staking.unbondingStake(prover);
    }

    function invariant_10_rewards_stay_under_every_cap() external view {
        for (uint256 e = 0; e < parts.rewards.nextToClose(); ++e) {
            IIntelligenceRewards.Epoch memory books = parts.rewards.epochOf(e);
            vm.assertLe(handler.claimedIn(e), books.rewards, "claims");
            vm.assertLe(books.rewards, uint256(books.proceeds) * parts.rewards.rewardShare(e) / 10_000, "k B");
            vm.assertLe(books.rewards, Emission.cap(e, 0), "E");
            uint64 start = uint64(parts.rewards.start() + e * 7 days);
            for (uint256 i = 0; i < ACTORS; ++i) {
                uint256 stake = parts.staking.averageStake(handler.account(i), start, start + 7 days);
                vm.assertLe(parts.rewards.proverPaid(e, handler.account(i)), stake / 20, "5 % of the stake");
            }
        }
        vm.assertLe(handler.claimed(), parts.rewards.totalRewards(), "claims stay under grants");
        vm.assertLe(parts.rewards.totalRewards(), Emission.ALLOCATION, "grants stay under 390,000,000");
    }

    /// @dev k is never above 0.8.
    function invariant_11_a_closed_coalition_loses_a_fifth_of_its_fees() external view {
        vm.assertLe(handler.washWealth() + handler.washFees() / 5, handler.washEndowment(), "at least");
    }

    /// @dev That a round trip of stake gains no votes, its action asserts.
    function invariant_12_supply_education_and_records() external view {
        vm.assertEq(tokens[0].totalSupply() + handler.burned(), 1_000_000_000e18, "supply");
        for (uint256 t = 0; t < 2; ++t) {
            vm.assertEq(parts.income.educationOf(tokens[t]), handler.education(tokens[t]), "sum of floors");
        }
        for (uint256 i = 0; i < handler.kindCount(); ++i) {
            bytes32 hash = handler.kindHash(i);
            vm.assertEq(keccak256(parts.store.read(hash)), hash, "records hash to their keys");
        }
    }

    /// @dev The campaign is not about an idle network: some 800 random actions use every part of it, and the books hold.
    function test_random_actions_use_every_part() external {
        uint256 seed = 7;
        for (uint256 i = 0; i < 800; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            step(seed % 22, uint256(keccak256(abi.encode(seed, 1))), uint256(keccak256(abi.encode(seed, 2))));
        }
        string[6] memory uses = ["fees sold", "slashes sold", "closed", "rewarded", "revenue", "unstaked"];
        for (uint256 i = 0; i < uses.length; ++i) {
            vm.assertLt(0, handler.times(uses[i]), uses[i]);
        }
        vm.assertLt(0, handler.washFees(), "washed");
        vm.assertLt(0, handler.burned(), "burned");
        this.invariant_1_every_contract_holds_what_it_owes();
        this.invariant_2_jobs_end_and_owe_nothing_then();
        this.invariant_3_a_job_is_paid_and_recorded_once();
        this.invariant_4_prices_and_terms_hold();
        this.invariant_5_collateral_is_accounted_for();
        this.invariant_6_nobody_is_paid_or_slashed_out_of_time();
        this.invariant_7_a_stop_in_time_slashes_nobody();
        this.invariant_8_revenue_is_claimed_claimable_or_to_come();
        this.invariant_9_stake_is_bonded_unbonding_withdrawn_or_slashed();
        this.invariant_10_rewards_stay_under_every_cap();
        this.invariant_11_a_closed_coalition_loses_a_fifth_of_its_fees();
        this.invariant_12_supply_education_and_records();
        this.afterInvariant();
    }

    function step(uint256 action, uint256 a, uint256 b) private {
        if (action < 3) handler.requestMany(a, b, a, b);
        if (action == 3) handler.lock(a, b, 0, b >> 9);
        if (action == 4 || action == 5) handler.lockAndFulfil(a, b, a % 3 == 0);
        if (action == 6) handler.fulfil(a, b, [a, b, a >> 9, b >> 9]);
        if (action == 7) handler.refund(a);
        if (action == 8) handler.expire(a);
        if (action == 9) handler.stakeSome(a, b, a);
        if (action == 10) handler.unbondSome(a, a >> 128);
        if (action == 11) handler.withdrawStake(a);
        if (action == 12) a % 8 == 0 ? handler.nextWindow(a, b, type(uint256).max) : handler.pass(a);
        if (action == 13) handler.close();
        if (action == 14) handler.claimReward(a, b);
        if (action == 15) handler.pullRevenue();
        if (action == 16) handler.claimRevenue(a);
        if (action == 17) handler.wash(a);
        if (action == 18) handler.claimWash(a, b);
        if (action == 19) handler.stakeSome(a, a >> 128, b);
        if (action == 20) handler.slashSome(a, b);
        if (action == 21) handler.shareRoundTrip(a, b, a);
    }

    /// @dev 6: in the end everything can be ended and taken out.
    function afterInvariant() external {
        handler.endAll();
        for (uint256 i = 0; i < handler.jobCount(); ++i) {
            vm.assertEq(ledger.entry(handler.jobs(i)).ends, 1, "ended");
        }
    }
}
