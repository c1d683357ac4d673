// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {MarketStorage} from "../../src/market/MarketStorage.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";
import {marketWiring} from "./MarketWiring.sol";

contract MarketRequestsComponent is Component {
    function name() public pure override returns (string memory) {
        return "MarketRequests";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        return bytes.concat(creationCode(), abi.encode(marketWiring(plan)));
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        bytes32 expected = keccak256(abi.encode(marketWiring(plan)));
        report.same("MarketRequests: wiring", expected, MarketStorage(plan.addressOf(name())).wiringHash());
    }
}
