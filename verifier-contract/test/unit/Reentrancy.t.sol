// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {INetworkToken} from "../../src/interfaces/INetworkToken.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {SlashAuction} from "../../src/auction/SlashAuction.sol";
import {Treasury} from "../../src/governance/Treasury.sol";
import {ProverStaking} from "../../src/staking/ProverStaking.sol";
import {StakedVotes} from "../../src/staking/StakedVotes.sol";
import {Economy} from "../base/Economy.sol";
import {MarketCreditsDouble} from "../base/MarketCreditsDouble.sol";
import {Reentrancy} from "../base/Reentrancy.sol";
import {StakingDeployment} from "../base/StakingDeployment.sol";
import {HostileToken} from "../base/Tokens.sol";

contract TreasuryReentrancyTest is Reentrancy {
    Treasury private treasury = new Treasury(actor("timelock"), actor("school"));
    HostileToken private evil = new HostileToken();

    function donate() private {
        treasury.donate(evil, 1);
    }

    function test_no_reentry() external {
        evil.mint(address(this), 10);
        evil.approve(address(treasury), 10);
        bytes[] memory calls = new bytes[](4);
        calls[0] = abi.encodeCall(treasury.receiveIncome, (evil, 0));
        calls[1] = abi.encodeCall(treasury.donate, (evil, 0));
        calls[2] = abi.encodeCall(treasury.spend, (evil, address(evil), 0));
        calls[3] = abi.encodeCall(treasury.withdrawEducation, (evil, address(evil)));
        assertGuarded(evil, address(treasury), calls, donate);
    }
}

contract AuctionReentrancyTest is Economy, Reentrancy {
    HostileToken private evil = new HostileToken();
    MarketCreditsDouble private credits = new MarketCreditsDouble();
    SlashAuction private slashes;

    function setUp() external {
        deployEconomy();
        slashes = new SlashAuction(rewards, credits, ITreasury(treasury));
        vm.prank(governor);
        auction.setTerms(evil, COIN_PRICE, 0);
        evil.approve(address(rewards), type(uint256).max);
        token.approve(address(auction), type(uint256).max);
    }

    function buyOne() private {
        auction.buy(evil, 1, type(uint256).max, address(this));
    }

    function pullOne() private {
        credits.credit(address(slashes), evil, 1);
        slashes.pull(evil);
    }

    function recordOne() private {
        (address[] memory creators, uint256[] memory fees) = (new address[](1), new uint256[](1));
        fees[0] = 1;
        rewards.recordWork(evil, prover, creators, fees);
    }

    function test_no_reentry_into_the_fee_auction() external {
        work(evil, prover, owner, 10);
        toWindow(0, 2 hours);
        bytes[] memory calls = new bytes[](3);
        calls[0] = abi.encodeCall(auction.buy, (evil, 1, type(uint256).max, address(evil)));
        calls[1] = abi.encodeCall(auction.sync, (evil));
        calls[2] = abi.encodeCall(auction.deposit, (evil, 1));
        assertGuarded(evil, address(auction), calls, buyOne);
    }

    function test_no_reentry_into_the_slash_auction() external {
        evil.mint(address(credits), 10);
        bytes[] memory calls = new bytes[](4);
        calls[0] = abi.encodeCall(slashes.buy, (evil, 1, type(uint256).max, address(evil)));
        calls[1] = abi.encodeCall(slashes.sync, (evil));
        calls[2] = abi.encodeCall(slashes.pull, (evil));
        calls[3] = abi.encodeCall(slashes.forward, ());
        assertGuarded(evil, address(slashes), calls, pullOne);
    }

    function test_no_reentry_into_the_rewards() external {
        evil.mint(address(this), 10);
        bytes[] memory calls = new bytes[](5);
        calls[0] = abi.encodeCall(rewards.recordWork, (evil, prover, new address[](0), new uint256[](0)));
        calls[1] = abi.encodeCall(rewards.collect, (evil));
        calls[2] = abi.encodeCall(rewards.closeThrough, (0));
        calls[3] = abi.encodeCall(rewards.forward, ());
        calls[4] = abi.encodeWithSignature("claim(uint256,address)", 0, prover);
        assertGuarded(evil, address(rewards), calls, recordOne);
    }
}

/// @notice With a token that calls out, which the network's own does not.
contract StakingReentrancyTest is StakingDeployment, Reentrancy {
    HostileToken private evil = new HostileToken();

    function setUp() external {
        address stakingAt = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        votes = new StakedVotes(stakingAt);
        INetworkToken hostile = INetworkToken(address(evil));
        staking = new ProverStaking(hostile, votes, timelock, parameters(), new address[](0), new address[](0));
        evil.mint(address(this), 10 * MINIMUM);
        evil.approve(address(staking), type(uint256).max);
    }

    function stakeMinimum() private {
        staking.stake(address(this), MINIMUM);
    }

    function test_no_reentry() external {
        bytes[] memory calls = new bytes[](7);
        calls[0] = abi.encodeCall(staking.stake, (address(this), 1));
        calls[1] = abi.encodeCall(staking.stakeWithPermit, (address(this), 1, 0, 0, 0, 0));
        calls[2] = abi.encodeCall(staking.unbond, (address(this), 1));
        calls[3] = abi.encodeCall(staking.withdraw, (1, address(this)));
        calls[4] = abi.encodeCall(staking.slash, (address(this), 1, "why"));
        calls[5] = abi.encodeCall(staking.distributeReward, (address(this), 1));
        calls[6] = abi.encodeCall(staking.claimReward, (address(this), address(this)));
        assertGuarded(evil, address(staking), calls, stakeMinimum);
    }
}
