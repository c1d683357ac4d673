// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {NetworkToken} from "../../src/rewards/NetworkToken.sol";
import {ProverStaking} from "../../src/staking/ProverStaking.sol";
import {StakedVotes} from "../../src/staking/StakedVotes.sol";
import {allocate} from "./Allocations.sol";
import {Test} from "./Test.sol";

/// @notice Token, receipts and staking, and the steps of a stake's life. The timelock is an account here.
abstract contract StakingDeployment is Test {
    uint128 internal constant MINIMUM = 10_000e18;
    uint128 internal constant PER_LOCK = 1_000e18;
    uint16 internal constant MAX_SLASH = 2_000;
    uint256 internal constant START = 1_800_000_000;

    NetworkToken internal token;
    StakedVotes internal votes;
    ProverStaking internal staking;

    address internal timelock = actor("timelock");
    address internal team = actor("team");
    address internal treasury = actor("treasury");
    address internal market = actor("market");
    address internal slasher = actor("slasher");
    address internal auction = actor("slash auction");
    address internal prover = actor("prover");
    address internal delegator = actor("delegator");
    address internal stranger = actor("stranger");

    function parameters() internal view returns (IProverStaking.Parameters memory) {
        return IProverStaking.Parameters(MINIMUM, PER_LOCK, MAX_SLASH, auction);
    }

    /// @notice Token, receipts, staking: three consecutive deployments, under the account `timelock`.
    function deployStaking() internal {
        vm.warp(START);
        address stakingAt = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 2);
        token = new NetworkToken(allocate(address(0x7E0), team, treasury));
        votes = new StakedVotes(stakingAt);
        staking = new ProverStaking(token, votes, timelock, parameters(), new address[](0), new address[](0));
    }

    function grantRoles() internal {
        vm.startPrank(timelock);
        staking.grantRole(staking.MARKET_ROLE(), market);
        staking.grantRole(staking.SLASHER_ROLE(), slasher);
        vm.stopPrank();
    }

    function fund(address account, uint256 amount) internal {
        vm.prank(team);
        token.transfer(account, amount);
        vm.prank(account);
        token.approve(address(staking), type(uint256).max);
    }

    function stake(address account, address with, uint256 amount) internal returns (uint256) {
        fund(account, amount);
        vm.prank(account);
        return staking.stake(with, amount);
    }

    function unbond(address account, address with, uint256 shares) internal returns (uint256) {
        vm.prank(account);
        return staking.unbond(with, shares);
    }

    function withdraw(address account, uint256 ticketId) internal returns (uint256) {
        vm.prank(account);
        return staking.withdraw(ticketId, account);
    }

    function slash(address who, uint256 amount) internal {
        vm.prank(slasher);
        staking.slash(who, amount, "why");
    }

    function pay(address to, uint256 amount) internal {
        fund(address(this), amount);
        token.approve(address(staking), amount);
        staking.distributeReward(to, amount);
    }

    function wait_(uint256 duration) internal {
        vm.warp(time() + duration);
    }
}
