// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RevenueShares} from "../base/RevenueShares.sol";

/// @notice A share against a model that keeps every arrival and every holding, and adds up their overlaps: no sums per share,
/// no rates, no settling.
contract RevenueStreamTest is RevenueShares {
    uint256 private constant HOLDERS = 4;
    uint256 private constant SCALE = 1 << 64;

    struct Arrival {
        uint256 amount;
        uint256 from;
        uint256 to;
    }

    struct Segment {
        uint256 from;
        uint256[4] balances;
    }

    Arrival[] private arrivals;
    Segment[] private segments;

    function setUp() external {
        deployShares();
    }

    function holder(uint256 i) private view returns (address) {
        return i == 0 ? owner : address(uint160(0x4000 + i));
    }

    function mark() private {
        Segment storage segment = segments.push();
        segment.from = time();
        for (uint256 i = 0; i < HOLDERS; ++i) {
            segment.balances[i] = share.balanceOf(holder(i));
        }
    }

    function overlap(uint256 a, uint256 b, uint256 c, uint256 d) private pure returns (uint256) {
        uint256 low = a > c ? a : c;
        uint256 high = b < d ? b : d;
        return high > low ? high - low : 0;
    }

    /// @dev In 1/2^64. Amounts are below 2^80, balances below 2^80, so that nothing overflows.
    function earned(uint256 who) private view returns (uint256 sum) {
        for (uint256 s = 0; s < segments.length; ++s) {
            uint256 to = s + 1 < segments.length ? segments[s + 1].from : time();
            for (uint256 a = 0; a < arrivals.length; ++a) {
                Arrival memory arrival = arrivals[a];
                uint256 seconds_ = overlap(segments[s].from, to, arrival.from, arrival.to);
                if (seconds_ == 0) continue;
                uint256 held = segments[s].balances[who] * seconds_;
                sum += arrival.amount * SCALE / (arrival.to - arrival.from) * held / SHARES;
            }
        }
    }

    function midnightAfter(uint256 moment) private pure returns (uint256) {
        return moment % 1 days == 0 ? moment : moment - moment % 1 days + 1 days;
    }

    function testFuzz_holders_earn_what_the_model_says(uint256 seed) external {
        mark();
        uint256[4] memory claimed;
        uint256 total;
        for (uint256 n = 0; n < 24; ++n) {
            seed = uint256(keccak256(abi.encode(seed, n)));
            pass((seed >> 8) % 2 days);
            uint256 who = (seed >> 32) % HOLDERS;
            if (seed % 4 == 0) {
                uint256 amount = (seed >> 64) % 10 ** ((seed >> 56) % 24) + 1;
                earn(amount);
                arrivals.push(Arrival(amount, time(), midnightAfter(time() + 7 days)));
                total += amount;
            } else if (seed % 4 == 3) {
                if (share.claimable(coin, holder(who)) != 0) claimed[who] += take(holder(who));
            } else {
                uint256 balance = share.balanceOf(holder(who));
                give(holder(who), holder((seed >> 40) % HOLDERS), (seed >> 64) % (balance + 1));
                mark();
            }
        }
        uint256 sum;
        for (uint256 i = 0; i < HOLDERS; ++i) {
            uint256 owed = claimed[i] + share.claimable(coin, holder(i));
            uint256 model = earned(i) / SCALE;
            // Neither side's roundings reach a unit in this many steps; at an integer they may fall on either side.
            vm.assertLe(owed, model + 1, "not more");
            vm.assertLe(model, owed + 1, "not less");
            sum += owed;
        }
        vm.assertLe(sum + share.unstreamed(coin), total, "nothing from nowhere");
        vm.assertLe(total, sum + share.unstreamed(coin) + HOLDERS, "nothing lost but dust");
        vm.assertEq(share.received(coin), total, "all noticed");
        vm.assertEq(coin.balanceOf(address(share)), total - share.claimed(coin), "backed");
    }
}
