// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {DescendingPrice} from "../../src/libraries/DescendingPrice.sol";
import {Emission} from "../../src/libraries/Emission.sol";
import {RewardMath} from "../../src/libraries/RewardMath.sol";
import {Test} from "../base/Test.sol";

/// @notice What this test reads beyond the common cheatcodes.
interface Json {
    function readFile(string calldata path) external view returns (string memory);
    function parseJsonUintArray(string calldata json, string calldata key) external pure returns (uint256[] memory);
}

/// @notice The libraries against the numbers of the Rust model, `bindings/src/economy.rs`.
contract EconomyVectorsTest is Test {
    string private json;

    function setUp() external {
        json = Json(address(vm)).readFile("test/fixtures/economy.json");
    }

    function column(string memory key) private view returns (uint256[] memory) {
        return Json(address(vm)).parseJsonUintArray(json, string.concat(".", key));
    }

    function test_emissions() external view {
        uint256[] memory epochs = column("emissionEpoch");
        uint256[] memory granted = column("emissionGranted");
        uint256[] memory caps = column("emission");
        vm.assertLe(160, caps.length, "the whole schedule");
        for (uint256 i = 0; i < caps.length; ++i) {
            vm.assertEq(Emission.cap(epochs[i], granted[i]), caps[i], "emission");
        }
    }

    function test_rewards() external view {
        uint256[] memory proceeds = column("proceeds");
        uint256[] memory potProceeds = column("potProceeds");
        uint256[] memory potFees = column("potFees");
        uint256[] memory fees = column("fee");
        uint256[] memory pools = column("pool");
        vm.assertEq(pools.length, 200, "cases");
        for (uint256 i = 0; i < pools.length; ++i) {
            uint256 as8 = RewardMath.share(pools[i], proceeds[i], potProceeds[i], potFees[i], fees[i], 8);
            uint256 as2 = RewardMath.share(pools[i], proceeds[i], potProceeds[i], potFees[i], fees[i], 2);
            vm.assertEq(as8, column("prover")[i], "prover");
            vm.assertEq(as2, column("creator")[i], "creator");
        }
    }

    function test_pools_and_limits() external view {
        uint256[] memory proceeds = column("proceeds");
        uint256[] memory bps = column("bps");
        uint256[] memory epochs = column("epoch");
        uint256[] memory pools = column("pool");
        uint256[] memory stakes = column("stake");
        uint256[] memory limits = column("limit");
        for (uint256 i = 0; i < pools.length; ++i) {
            vm.assertEq(RewardMath.pool(proceeds[i], bps[i], Emission.cap(epochs[i], 0)), pools[i], "pool");
            vm.assertEq(stakes[i] / RewardMath.STAKE_DIVISOR, limits[i], "limit");
        }
    }

    function test_prices() external view {
        uint256[] memory starts = column("start");
        uint256[] memory floors = column("floor");
        uint256[] memory elapsed = column("elapsed");
        uint256[] memory amounts = column("amount");
        uint256[] memory prices = column("price");
        uint256[] memory costs = column("cost");
        vm.assertEq(costs.length, 200, "cases");
        for (uint256 i = 0; i < costs.length; ++i) {
            vm.assertEq(DescendingPrice.at(starts[i], floors[i], elapsed[i]), prices[i], "price");
            vm.assertEq(DescendingPrice.cost(amounts[i], prices[i]), costs[i], "cost");
        }
    }
}
