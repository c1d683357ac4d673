// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {NetworkToken} from "../../src/rewards/NetworkToken.sol";
import {ProverStaking} from "../../src/staking/ProverStaking.sol";
import {StakedVotes} from "../../src/staking/StakedVotes.sol";
import {Test} from "../base/Test.sol";
import {StakingHandler} from "./StakingHandler.sol";

contract StakingInvariants is Test {
    uint256 private constant START = 1_800_000_000;

    StakingHandler private handler;
    NetworkToken private token;
    StakedVotes private votes;
    ProverStaking private staking;
    uint256 private actors;
    uint256 private provers;

    function setUp() external {
        handler = new StakingHandler();
        (address token_, address votes_, address staking_) = handler.parts();
        (token, votes, staking) = (NetworkToken(token_), StakedVotes(votes_), ProverStaking(staking_));
        (actors, provers) = (handler.ACTORS(), handler.PROVERS());
        targetContract(address(handler));
    }

    function staked() private view returns (uint256 bonded, uint256 unbonding) {
        for (uint256 i = 0; i < provers; ++i) {
            bonded += staking.bondedStake(handler.account(i));
            unbonding += staking.unbondingStake(handler.account(i));
        }
    }

    function owedRewards() private view returns (uint256 sum) {
        for (uint256 i = 0; i < actors; ++i) {
            address account = handler.account(i);
            uint256 credit = staking.creditOf(account);
            sum += credit;
            for (uint256 j = 0; j < provers; ++j) {
                sum += staking.claimable(handler.account(j), account) - credit;
            }
        }
    }

    /// @dev Invariant 9.
    function invariant_bonded_unbonding_withdrawn_and_slashed_are_the_deposits() external view {
        (uint256 bonded, uint256 unbonding) = staked();
        vm.assertEq(bonded + unbonding + handler.withdrawn() + handler.slashed(), handler.deposited(), "to the wei");
        vm.assertEq(handler.auctioned(), handler.slashed(), "what was slashed is with the auction");
    }

    function invariant_the_balance_is_stake_rewards_and_donations() external view {
        (uint256 bonded, uint256 unbonding) = staked();
        uint256 held = token.balanceOf(address(staking)) - handler.donated() - bonded - unbonding;
        vm.assertEq(held, handler.rewarded() - handler.claimed(), "rewards, to the wei");
        vm.assertLe(owedRewards(), held, "and what is owed is there");
    }

    function invariant_positions_and_tickets_are_all_of_a_pool() external view {
        for (uint256 i = 0; i < provers; ++i) {
            address prover = handler.account(i);
            IProverStaking.Pool memory pool = staking.poolOf(prover);
            uint256 bonded;
            uint256 worth;
            for (uint256 j = 0; j < actors; ++j) {
                bonded += staking.positionOf(prover, handler.account(j)).shares;
                worth += staking.stakeOf(prover, handler.account(j));
            }
            uint256 unbonding;
            for (uint256 j = 0; j < handler.ticketCount(); ++j) {
                IProverStaking.Ticket memory ticket = staking.ticketOf(handler.tickets(j));
                if (ticket.prover == prover) unbonding += ticket.shares;
            }
            vm.assertEq(bonded, pool.bondedShares, "positions");
            vm.assertEq(unbonding, pool.unbondingShares, "tickets");
            vm.assertLe(worth, staking.bondedStake(prover), "rounding creates nothing");
            vm.assertLe(staking.bondedStake(prover), worth + actors, "and loses next to nothing");
            vm.assertLe(pool.assets, bonded + unbonding, "a share is worth a unit at most");
        }
    }

    /// @dev Invariant 12, of votes: they are the bonded stake, and what a slash took from it until someone says so.
    function invariant_votes_are_tokens_bonded() external view {
        uint256 all;
        uint256 backed;
        for (uint256 i = 0; i < actors; ++i) {
            address account = handler.account(i);
            uint256 sum;
            for (uint256 j = 0; j < provers; ++j) {
                address prover = handler.account(j);
                uint256 held = staking.positionOf(prover, account).votes;
                uint256 worth = staking.stakeOf(prover, account);
                sum += held;
                backed += held < worth ? held : worth;
            }
            vm.assertEq(votes.balanceOf(account), sum, "receipts of its positions");
            vm.assertEq(votes.getVotes(account), sum, "and votes for them");
            vm.assertLe(sum, handler.paidIn(account), "never more than it put in");
            all += sum;
        }
        (uint256 bonded,) = staked();
        vm.assertEq(votes.totalSupply(), all, "nobody else has any");
        vm.assertLe(all, bonded + handler.slashedBonded() + 2 * handler.stakes(), "bonded, slashed, rounding");
        vm.assertLe(backed, bonded, "once synced, bonded");
    }

    function invariant_averages_are_those_of_the_model() external view {
        uint256 elapsed = time() - START;
        if (elapsed == 0) return;
        for (uint256 i = 0; i < provers; ++i) {
            address prover = handler.account(i);
            uint256 average = staking.averageStake(prover, uint64(START), uint64(time()));
            vm.assertEq(average, handler.stakeSeconds(prover) / elapsed, "mean");
        }
    }

    function invariant_locks_are_those_of_the_model() external view {
        for (uint256 i = 0; i < provers; ++i) {
            vm.assertEq(staking.openLocks(handler.account(i)), handler.locks(handler.account(i)), "locks");
        }
    }

    /// @dev Invariant 12, of the supply.
    function invariant_supply_and_burned_are_a_billion() external view {
        vm.assertEq(token.totalSupply() + handler.burned(), 1_000_000_000e18, "supply + burned");
    }
}
