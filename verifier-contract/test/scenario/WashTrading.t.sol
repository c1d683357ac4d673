// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Emission} from "../../src/libraries/Emission.sol";
import {Amounts} from "../base/Amounts.sol";
import {Scenario} from "../base/Scenario.sol";
import {PaymentToken} from "../base/Tokens.sol";

/// @notice A closed coalition (requester, owner of the model, prover, and bidder in the auction) buys its own work to earn rewards.
contract WashTradingTest is Scenario {
    /// @dev Who buys the pot, and for how much.
    enum Bidder {
        Others,
        CoalitionAtFairPrice,
        CoalitionAtTwiceThat
    }

    PaymentToken private coin;
    address private bidder = actor("coalition's bidder");
    address private honestOwner = actor("honest owner");
    address private honestProver = actor("honest prover");
    address private honestBidder = actor("honest bidder");
    uint256 private honestListing;

    function setUp() external {
        deploy();
        coin = new PaymentToken(18);
        accept(coin);
        honestListing = listIn(coin, honestOwner);
        // No stake limits anybody here: it could only make the coalition's part smaller.
        stakeAs(prover, 100_000_000e18);
        give(bidder, 45_000_000e18);
        give(honestBidder, 30_000_000e18);
        vm.prank(bidder);
        token.approve(address(feeAuction), type(uint256).max);
        vm.prank(honestBidder);
        token.approve(address(feeAuction), type(uint256).max);
        open(requester, 100_000_000e18);
        open(stranger, 100_000_000e18);
    }

    function open(address account, uint256 amount) private {
        coin.mint(account, amount);
        vm.prank(account);
        coin.approve(address(market), type(uint256).max);
    }

    function test_a_closed_coalition_loses_at_every_volume() external {
        uint256[4] memory volumes = [uint256(1_000), 100_000, 10_000_000, 100_000_000];
        uint256[3] memory honest = [uint256(0), 10_000, 1_000_000];
        for (uint256 v = 0; v < volumes.length; ++v) {
            for (uint256 h = 0; h < honest.length; ++h) {
                row(volumes[v] * 1e18, honest[h] * 1e18);
            }
        }
    }

    /// @dev volume, honest fees | fee spent, rewards and net if others buy | net if the coalition buys | if it overbids.
    function row(uint256 volume, uint256 honest) private {
        (uint256 rewarded, int256 net) = play(volume, honest, Bidder.Others);
        (, int256 buying) = play(volume, honest, Bidder.CoalitionAtFairPrice);
        (, int256 overbidding) = play(volume, honest, Bidder.CoalitionAtTwiceThat);
        uint256 spent = worth(volume / 100);
        int256 quarter = int256(spent / 4);
        vm.assertTrue(net <= -quarter && buying <= -quarter && overbidding <= -quarter, "a quarter of the fee is lost");
        vm.assertTrue(overbidding < buying, "bidding more loses more");
        vm.assertTrue(net == change(spent, rewarded), "others buy: fee against rewards");
        string memory left = string.concat("| ", Amounts.text(volume), " | ", Amounts.text(honest), " | ");
        string memory middle = string.concat(Amounts.text(spent), " | ", Amounts.signed(cents(int256(rewarded))), " | ");
        string memory right = string.concat(
            Amounts.signed(cents(net)),
            " | ",
            Amounts.signed(cents(buying)),
            " | ",
            Amounts.signed(cents(overbidding)),
            " |"
        );
        tabled(string.concat(left, middle, right));
    }

    /// @dev Two decimals are enough to read.
    function cents(int256 amount) private pure returns (int256) {
        return amount / 1e16 * 1e16;
    }

    /// @dev One week: what the coalition was rewarded, and what it has more than before, in network tokens.
    function play(uint256 volume, uint256 honest, Bidder who) private returns (uint256 rewarded, int256 net) {
        uint256 state = vm.snapshotState();
        uint256 before = coalition();
        settle(requestAs(requester, 1, termsIn(coin, 1, volume)), 1, prover);
        if (honest != 0) honestWork(honest);
        uint256 fees = volume / 100 + honest;
        uint256 proceeds = sell(fees, who);
        closeEpoch(0);
        rewarded = rewards.claim(0, prover) + rewards.claim(0, owner);
        uint256 pool = Math.min(proceeds * 3 / 4, Emission.cap(0, 0));
        uint256 part = Math.mulDiv(pool, volume / 100, fees);
        vm.assertLe(rewarded, part, "no more than its part of the pool");
        vm.assertLe(part, rewarded + 4, "and no less, but for rounding");
        net = change(before, coalition());
        vm.revertToState(state);
    }

    function honestWork(uint256 fees) private {
        uint256 own = listingId;
        listingId = honestListing;
        settle(requestAs(stranger, 2, termsIn(coin, 2, fees * 100)), 2, honestProver);
        listingId = own;
    }

    function sell(uint256 fees, Bidder who) private returns (uint256 cost) {
        // From four times the fair price it halves every hour.
        toWindow(0, who == Bidder.CoalitionAtTwiceThat ? 1 hours : 2 hours);
        address by = who == Bidder.Others ? honestBidder : bidder;
        vm.prank(by);
        (, cost) = feeAuction.buy(coin, fees, type(uint256).max, by);
        uint256 factor = who == Bidder.CoalitionAtTwiceThat ? 2 : 1;
        vm.assertEq(cost, worth(fees) * factor, "the pot's price");
    }

    function worth(uint256 coins) private pure returns (uint256) {
        return coins * FAIR_PRICE / 1e18;
    }

    function coalition() private view returns (uint256 sum) {
        address[4] memory members = [requester, owner, prover, bidder];
        for (uint256 i = 0; i < members.length; ++i) {
            sum += wealth(members[i]) + worth(wealth(members[i], coin));
        }
    }

    /// @dev Fees in network tokens need no auction, and no assumption about one.
    function test_in_network_tokens() external {
        vm.prank(owner);
        listingId = registry.register(recordHash, LISTED, OWNER_BPS, "");
        uint256 before = coalition();
        settle(requestAs(requester, 3, termsIn(token, 3, 1_000_000e18)), 3, prover);
        closeEpoch(0);
        rewards.claim(0, prover);
        rewards.claim(0, owner);
        int256 net = change(before, coalition());
        vm.assertTrue(net == -2_500e18, "a quarter of the fee of 10,000");
        profit("washing 1,000,000 of volume in network tokens", net);
    }
}
