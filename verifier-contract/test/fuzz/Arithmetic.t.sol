// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BatchStatement} from "../../src/libraries/BatchStatement.sol";
import {Emission} from "../../src/libraries/Emission.sol";
import {PriceSplit} from "../../src/libraries/PriceSplit.sol";
import {Test} from "../base/Test.sol";

contract ArithmeticTest is Test {
    function testFuzz_a_price_is_split_to_the_wei(uint128 price, uint256 bps) external pure {
        bps = bound(bps, 0, 9_900);
        (uint256 fee, uint256 owner, uint256 prover) = PriceSplit.split(price, bps);
        vm.assertEq(fee + owner + prover, price, "conserved");
        // ceil(p / 100) and floor(p * bps / 10,000), by their defining inequalities.
        vm.assertLe(price, fee * 100, "fee is at least 1 %");
        vm.assertLt(fee * 100, uint256(price) + 100, "and the least such");
        vm.assertLe(owner * 10_000, price * bps, "owner gets at most its share");
        vm.assertLt(price * bps, (owner + 1) * 10_000, "and the most such");
    }

    function split(uint256 price, uint256 bps) external pure {
        PriceSplit.split(price, bps);
    }

    function test_the_largest_share_fits_and_the_next_does_not() external {
        for (uint256 price = 0; price <= 1_000; ++price) {
            PriceSplit.split(price, 9_900);
        }
        vm.expectRevert();
        this.split(10_000, 9_901);
    }

    function testFuzz_no_epoch_grants_more_than_is_left(uint256 epoch, uint256 granted) external pure {
        granted = bound(granted, 0, Emission.ALLOCATION);
        epoch = bound(epoch, 156, 10_000);
        vm.assertLe(Emission.cap(epoch, granted), (Emission.ALLOCATION - granted) / 52, "the tail");
    }

    function slots(bytes calldata data, uint256 size) external pure returns (bytes memory joined) {
        for (uint256 i = 0; (i + 1) * size <= data.length; ++i) {
            joined = bytes.concat(joined, BatchStatement.slot(data, i, size));
        }
    }

    function slot(bytes calldata data, uint256 index, uint256 size) external pure returns (bytes memory) {
        return BatchStatement.slot(data, index, size);
    }

    function isZero(bytes calldata data) external pure returns (bool) {
        return BatchStatement.isZero(data);
    }

    function testFuzz_slots_partition_the_data(bytes32 seed, uint256 size, uint256 count) external {
        (size, count) = (bound(size, 1, 70), bound(count, 1, 9));
        bytes memory data = new bytes(size * count);
        for (uint256 i = 0; i < data.length; ++i) {
            data[i] = keccak256(abi.encode(seed, i))[0];
        }
        vm.assertEq(this.slots(data, size), data, "nothing lost, nothing twice");
        vm.expectRevert();
        this.slot(data, count, size);
    }

    function testFuzz_isZero(uint256 length, uint256 position, bytes1 value) external view {
        length = bound(length, 0, 200);
        bytes memory data = new bytes(length);
        vm.assertTrue(this.isZero(data), "zeros");
        if (length == 0 || value == 0) return;
        data[position % length] = value;
        vm.assertFalse(this.isZero(data), "one byte is enough");
    }

    /// @dev Bytes behind the string must not count.
    function test_isZero_ignores_what_follows() external view {
        bytes memory call_ = abi.encodeCall(this.isZero, (new bytes(33)));
        call_[call_.length - 1] = 0xff;
        (bool ok, bytes memory answer) = address(this).staticcall(call_);
        vm.assertTrue(ok && abi.decode(answer, (bool)), "padding is not data");
    }
}
