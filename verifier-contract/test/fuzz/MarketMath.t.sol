// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {Collateral} from "../../src/libraries/Collateral.sol";
import {OrderHash} from "../../src/libraries/OrderHash.sol";
import {PriceCurve} from "../../src/libraries/PriceCurve.sol";
import {PriceSplit} from "../../src/libraries/PriceSplit.sol";
import {Test} from "../base/Test.sol";

/// @notice Makes calldata of what a test has in memory.
contract OrderHasher {
    function jobId(address requester, uint256 nonce, IMarketTypes.Terms calldata terms)
        external
        view
        returns (bytes32)
    {
        return OrderHash.jobId(requester, nonce, terms);
    }

    function structHash(address requester, uint256 nonce, IMarketTypes.Terms calldata terms)
        external
        pure
        returns (bytes32)
    {
        return OrderHash.structHash(requester, nonce, terms);
    }
}

contract MarketMathFuzz is Test {
    OrderHasher private hasher = new OrderHasher();

    function testFuzz_the_price_stays_between_floor_and_cap(
        uint128 floor,
        uint128 cap,
        uint64 start,
        uint32 duration,
        uint64 when
    ) external pure {
        if (floor > cap) (floor, cap) = (cap, floor);
        uint256 price = PriceCurve.priceAt(floor, cap, start, duration, when);
        vm.assertLe(floor, price, "floor");
        vm.assertLe(price, cap, "cap");
        if (when <= start) vm.assertEq(price, floor, "before");
        if (when > start && uint256(when) >= uint256(start) + duration) vm.assertEq(price, cap, "after");
    }

    function testFuzz_the_price_never_falls(
        uint128 floor,
        uint128 cap,
        uint64 start,
        uint32 duration,
        uint64 when,
        uint64 later
    ) external pure {
        if (floor > cap) (floor, cap) = (cap, floor);
        if (when > later) (when, later) = (later, when);
        uint256 first = PriceCurve.priceAt(floor, cap, start, duration, when);
        vm.assertLe(first, PriceCurve.priceAt(floor, cap, start, duration, later), "rises");
    }

    /// @dev On the line, rounded down: no more than it, and less than one below it.
    function testFuzz_the_price_is_on_the_line(uint128 floor, uint128 cap, uint32 duration, uint32 elapsed)
        external
        pure
    {
        if (floor > cap) (floor, cap) = (cap, floor);
        vm.assume(duration != 0);
        elapsed = uint32(bound(elapsed, 1, duration));
        uint256 risen = PriceCurve.priceAt(floor, cap, 1_000, duration, 1_000 + uint256(elapsed)) - floor;
        uint256 exact = uint256(cap - floor) * elapsed;
        vm.assertLe(risen * duration, exact, "not above");
        vm.assertLt(exact, (risen + 1) * duration, "not a unit below");
    }

    function testFuzz_collateral(uint128 maxPrice, uint120 floor) external pure {
        uint256 c = Collateral.required(maxPrice, floor);
        vm.assertLe(maxPrice, c, "covers the price");
        vm.assertLe(floor, c, "and the floor");
        vm.assertTrue(c == maxPrice || c == floor, "and is one of them");
        (uint256 half, uint256 rest) = Collateral.halves(c);
        vm.assertEq(half + rest, c, "to the wei");
        vm.assertTrue(rest == half || rest == half + 1, "half is the smaller one");
    }

    /// @dev Whatever a curve and a listing may give: the parts add up, for every share a listing can have.
    function testFuzz_the_split_of_any_price(uint128 price, uint16 bps) external pure {
        bps = uint16(bound(bps, 0, 9_900));
        (uint256 fee, uint256 owner, uint256 prover) = PriceSplit.split(price, bps);
        vm.assertEq(fee + owner + prover, price, "to the wei");
        vm.assertEq(fee, uint256(price) / 100 + (price % 100 == 0 ? 0 : 1), "fee is rounded up");
        vm.assertEq(owner, uint256(price) * bps / 10_000, "owner is rounded down");
    }

    function testFuzz_ids_and_hashes_tell_orders_apart(
        address requester,
        uint256 nonce,
        IMarketTypes.Terms memory terms,
        uint8 field,
        uint8 bit
    ) external {
        bytes32 id = hasher.jobId(requester, nonce, terms);
        bytes32 hash = hasher.structHash(requester, nonce, terms);
        vm.assertEq(
            id, keccak256(abi.encode(block.chainid, address(hasher), requester, nonce, terms)), "the formula of ids"
        );
        vm.assertTrue(id != hasher.jobId(requester, nonce ^ (1 << bit), terms), "nonce");
        vm.assertTrue(hash != hasher.structHash(requester, nonce ^ (1 << bit), terms), "nonce");
        address other = address(uint160(requester) ^ uint160(1) << bit % 160);
        vm.assertTrue(id != hasher.jobId(other, nonce, terms), "requester");
        vm.assertTrue(hash != hasher.structHash(other, nonce, terms), "requester");
        flip(terms, field % 17, bit);
        vm.assertTrue(id != hasher.jobId(requester, nonce, terms), "terms");
        vm.assertTrue(hash != hasher.structHash(requester, nonce, terms), "terms");
        vm.chainId(4242);
        flip(terms, field % 17, bit);
        vm.assertTrue(id != hasher.jobId(requester, nonce, terms), "chain");
        vm.assertEq(hash, hasher.structHash(requester, nonce, terms), "the chain is in the domain");
    }

    /// @dev Flips a bit that the type of the field has; the struct is one word per field.
    function flip(IMarketTypes.Terms memory terms, uint256 field, uint256 bit) private pure {
        uint16[17] memory bits = [256, 256, 256, 32, 160, 16, 128, 128, 128, 64, 32, 64, 32, 64, 1, 160, 32];
        uint256 mask = 1 << (bit % bits[field] + (field == 3 ? 224 : 0));
        assembly ("memory-safe") {
            let slot := add(terms, shl(5, field))
            mstore(slot, xor(mload(slot), mask))
        }
    }
}
