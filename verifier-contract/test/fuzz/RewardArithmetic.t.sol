// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {DescendingPrice} from "../../src/libraries/DescendingPrice.sol";
import {RewardMath} from "../../src/libraries/RewardMath.sol";
import {Economy} from "../base/Economy.sol";

/// @notice Rewards and auction against the formulas, written out in whole numbers small enough not to overflow.
contract RewardArithmeticTest is Economy {
    uint256 private constant WORKERS = 5;
    address private bob;

    /// @dev What a model of one epoch remembers: fees by token and worker, and what each token brought.
    struct Books {
        uint256[5][3] proved;
        uint256[5][3] created;
        uint256[3] fees;
        uint256[3] proceeds;
        uint256 total;
    }

    function setUp() external {
        deployEconomy();
        bob = bidder("bob", 90_000_000e18);
    }

    function worker(uint256 i) private pure returns (address) {
        return address(uint160(0x3000 + i));
    }

    function tokens() private view returns (IERC20[3] memory) {
        return [IERC20(token), coin, cent];
    }

    /// @dev min(0.8 lambda w, 5 % of stake) and 0.2 lambda w, lambda = min(k, E / B), by hand.
    function expected(Books memory books, uint256 i, uint256 stake) private pure returns (uint256, uint256) {
        uint256 pool = books.total * 7_500 / 10_000;
        uint256 emission = uint256(156) * 390_000_000e18 / 12_246;
        if (emission < pool) pool = emission;
        uint256 asProver;
        uint256 asCreator;
        for (uint256 t = 0; t < 3; ++t) {
            if (books.proceeds[t] == 0) continue;
            uint256 weight = books.proceeds[t] * books.proved[t][i] / books.fees[t];
            asProver += pool * 8 * weight / (books.total * 10);
            weight = books.proceeds[t] * books.created[t][i] / books.fees[t];
            asCreator += pool * 2 * weight / (books.total * 10);
        }
        if (asProver > stake / 20) asProver = stake / 20;
        return (asProver, asCreator);
    }

    function toil(Books memory books, uint256 seed) private {
        for (uint256 n = 0; n < 12; ++n) {
            seed = uint256(keccak256(abi.encode(seed, n)));
            uint256 t = seed % 3;
            uint256 by = (seed >> 8) % WORKERS;
            uint256 on = (seed >> 16) % WORKERS;
            // From dust to far more than an epoch can reward.
            uint256 fee = (seed >> 32) % (t == 2 ? 10 ** (seed >> 24 & 7) : 10 ** (seed % 24));
            work(tokens()[t], worker(by), worker(on), fee);
            books.proved[t][by] += fee;
            books.created[t][on] += fee;
            books.fees[t] += fee;
        }
        books.proceeds[0] = books.fees[0];
    }

    /// @dev Buys parts of the lots at several times, as the seed says, and adds up what they cost.
    function sell(Books memory books, uint256 seed) private {
        for (uint256 n = 0; n < 6; ++n) {
            seed = uint256(keccak256(abi.encode(seed, n)));
            toWindow(0, n * 4 hours + seed % 4 hours);
            uint256 t = 1 + (seed >> 64) % 2;
            (, uint256 left, uint256 price) = auction.offer(tokens()[t]);
            uint256 amount = left == 0 ? 0 : (seed >> 80) % (left + 1);
            if (amount == 0) continue;
            uint256 cost = (amount * price + 1e18 - 1) / 1e18;
            if (cost > token.balanceOf(bob)) continue;
            (, uint256 paid) = buy(bob, tokens()[t], amount);
            vm.assertEq(paid, cost, "amount times price, rounded up");
            books.proceeds[t] += cost;
        }
    }

    function testFuzz_rewards_are_those_of_the_formula(uint256 seed, uint256[5] memory stakes) external {
        Books memory books;
        toil(books, seed);
        sell(books, seed);
        books.total = books.proceeds[0] + books.proceeds[1] + books.proceeds[2];
        uint256 pool = books.total * 3 / 4;
        closeEpoch(0);
        vm.assertEq(rewards.epochOf(0).proceeds, books.total, "B");
        uint256 claimed;
        for (uint256 i = 0; i < WORKERS; ++i) {
            uint256 stake = bound(stakes[i], 0, 10 ** (stakes[i] % 27));
            staking.setStake(worker(i), stake);
            (uint256 asProver, uint256 asCreator) = expected(books, i, stake);
            vm.assertEq(rewards.claimable(0, worker(i)), asProver + asCreator, "as the formula says");
            if (asProver + asCreator == 0) continue;
            claimed += rewards.claim(0, worker(i));
            vm.assertEq(token.balanceOf(worker(i)), asProver + asCreator, "paid");
        }
        vm.assertLe(claimed, pool, "k B");
        vm.assertLe(claimed, rewards.totalRewards(), "what was granted and not withheld");
    }

    function testFuzz_the_price_never_rises(uint128 start, uint128 floor, uint32 early, uint32 late) external pure {
        if (early > late) (early, late) = (late, early);
        uint256 before = DescendingPrice.at(start, floor, early);
        uint256 after_ = DescendingPrice.at(start, floor, late);
        vm.assertLe(after_, before, "falls");
        vm.assertLe(floor, after_, "not below the floor");
        vm.assertLe(1, after_, "never free");
    }

    /// @dev By hours in a loop, where the library shifts.
    function testFuzz_the_price_halves_every_hour(uint128 start, uint256 elapsed) external pure {
        elapsed = bound(elapsed, 0, 30 hours);
        uint256 price = start;
        uint256 left = elapsed;
        for (; left >= 3_600; left -= 3_600) {
            price /= 2;
        }
        price = price - price * left / 7_200;
        vm.assertEq(DescendingPrice.at(start, 0, elapsed), price == 0 ? 1 : price, "as by hand");
    }

    function testFuzz_buying_in_parts_costs_no_less(uint96 amount, uint96 part, uint96 price) external pure {
        part = uint96(bound(part, 0, amount));
        uint256 whole = DescendingPrice.cost(amount, price);
        uint256 parts = DescendingPrice.cost(part, price) + DescendingPrice.cost(amount - part, price);
        vm.assertLe(whole, parts, "rounded up each time");
        vm.assertLe(parts, whole + 1, "by at most one");
    }

    /// @dev Shares of a pot never add up to more than it has, and differ from it by less than two wei each.
    function testFuzz_shares_of_a_pot(uint96 potProceeds, uint96[8] memory fees, uint16 bps) external pure {
        uint256 sum;
        for (uint256 i = 0; i < 8; ++i) {
            sum += fees[i];
        }
        if (sum == 0 || potProceeds == 0) return;
        uint256 pool = RewardMath.pool(potProceeds, bps % 8_001, type(uint256).max);
        uint256 paid;
        for (uint256 i = 0; i < 8; ++i) {
            paid += RewardMath.share(pool, potProceeds, potProceeds, sum, fees[i], 8);
            paid += RewardMath.share(pool, potProceeds, potProceeds, sum, fees[i], 2);
        }
        vm.assertLe(paid, pool, "never more");
        vm.assertLe(pool, paid + 32, "hardly less");
    }
}
