// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IInferenceMarket} from "../../src/interfaces/IInferenceMarket.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {MarketStorage} from "../../src/market/MarketStorage.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";
import {marketWiring} from "./MarketWiring.sol";

/// @dev The getter of `Delegating`: a script need not compile the market.
interface Delegator {
    function requests() external view returns (address);
}

contract InferenceMarketComponent is Component {
    function name() public pure override returns (string memory) {
        return "InferenceMarket";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        bytes memory arguments = abi.encode(marketWiring(plan), plan.addressOf("MarketRequests"), rules(plan));
        return bytes.concat(creationCode(), arguments);
    }

    /// @dev Of the network token, the only one until governance allows another.
    function rules(Plan memory plan) private pure returns (IMarketTypes.TokenRules memory) {
        return IMarketTypes.TokenRules(true, plan.parameters.collateralFloor, plan.parameters.bondFloor);
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        address where = plan.addressOf(name());
        wiring(report, plan, MarketStorage(where));
        address requests = Delegator(where).requests();
        report.same("InferenceMarket: requests", plan.addressOf("MarketRequests"), requests);
        report.same("InferenceMarket: guardian", plan.parameters.guardian, MarketStorage(where).guardian());
        report.same("InferenceMarket: paused", false, MarketStorage(where).paused());
        report.same("InferenceMarket: acknowledgement window", 30 minutes, MarketStorage(where).ackWindow());
        IMarketTypes.TokenRules memory expected = rules(plan);
        IMarketTypes.TokenRules memory got = IInferenceMarket(where).rulesOf(IERC20(plan.addressOf("NetworkToken")));
        report.same("InferenceMarket: network token is allowed", expected.allowed, got.allowed);
        report.same("InferenceMarket: floor of collateral", expected.collateralFloor, got.collateralFloor);
        report.same("InferenceMarket: floor of bonds", expected.bondFloor, got.bondFloor);
    }

    function wiring(Report memory report, Plan memory plan, MarketStorage market) private view {
        MarketStorage.Wiring memory expected = marketWiring(plan);
        report.same("InferenceMarket: registry", address(expected.registry), address(market.registry()));
        report.same("InferenceMarket: store", address(expected.store), address(market.store()));
        report.same("InferenceMarket: router", address(expected.router), address(market.router()));
        report.same("InferenceMarket: stop", address(expected.stop), address(market.stop()));
        report.same("InferenceMarket: rewards", address(expected.rewards), address(market.rewards()));
        report.same("InferenceMarket: staking", address(expected.staking), address(market.staking()));
        report.same("InferenceMarket: treasury", address(expected.treasury), address(market.treasury()));
        report.same("InferenceMarket: slash auction", expected.slashAuction, market.slashAuction());
        report.same("InferenceMarket: governor", expected.governor, market.governor());
        report.same("InferenceMarket: token", plan.addressOf("NetworkToken"), address(market.networkToken()));
        report.same("InferenceMarket: wiring", keccak256(abi.encode(expected)), market.wiringHash());
    }
}
