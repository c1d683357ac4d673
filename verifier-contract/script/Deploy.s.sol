// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {print, scriptVm} from "./base/ScriptVm.sol";
import {Check} from "./Check.s.sol";
import {Call, Component} from "./Component.sol";
import {components} from "./Components.sol";
import {Parameters, ParametersFile} from "./Parameters.sol";
import {Plan, Plans} from "./Plan.sol";
import {Report} from "./Report.sol";

/// @title Deployment
/// @notice Deploys what is not there yet, at addresses that are known beforehand, and checks all of it. Can be run again after it
/// was interrupted.
///     tools/forge script script/Deploy.s.sol --sig 'deploy(string)' local --rpc-url URL --broadcast
contract Deploy is Check {
    /// @notice The chain has no deterministic deployment proxy.
    error NoCreate2Deployer(address expected);

    /// @notice Deploys by a parameter file.
    function deploy(string calldata name) external {
        deploy(ParametersFile.read(name));
    }

    /// @notice Deploys by these parameters.
    function deploy(Parameters memory parameters) public returns (Report memory) {
        send(parameters);
        return check(parameters);
    }

    /// @notice Deploys, and does not check.
    function send(Parameters memory parameters) public {
        parameters.validate();
        Plan memory plan = Plans.make(parameters);
        Component[] memory list = components();
        scriptVm.startBroadcast(parameters.deployer);
        _deployFactory(plan);
        for (uint256 i = 0; i < list.length; ++i) {
            _deploy(plan, list[i]);
        }
        scriptVm.stopBroadcast();
    }

    function _deployFactory(Plan memory plan) private {
        if (address(plan.factory).code.length != 0) return;
        address deployer = Plans.CREATE2_DEPLOYER;
        require(deployer.code.length != 0, NoCreate2Deployer(deployer));
        (bool ok,) = deployer.call(bytes.concat(bytes32(0), Plans.factoryCode()));
        require(ok && address(plan.factory).code.length != 0, NoCreate2Deployer(deployer));
        print(string.concat("DeploymentFactory at ", scriptVm.toString(address(plan.factory))));
    }

    function _deploy(Plan memory plan, Component component) private {
        string memory name = component.name();
        address where = plan.addressOf(name);
        if (where.code.length == 0) plan.factory.deploy(Plans.salt(name), component.initCode(plan));
        print(string.concat(name, " at ", scriptVm.toString(where)));
        Call[] memory calls = component.calls(plan);
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool ok, bytes memory why) = calls[i].target.call(calls[i].data);
            if (!ok) {
                assembly ("memory-safe") {
                    revert(add(why, 0x20), mload(why))
                }
            }
        }
    }
}
