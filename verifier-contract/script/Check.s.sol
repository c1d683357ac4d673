// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {print} from "./base/ScriptVm.sol";
import {Component} from "./Component.sol";
import {components} from "./Components.sol";
import {Parameters, ParametersFile} from "./Parameters.sol";
import {Plan, Plans} from "./Plan.sol";
import {Line, Report} from "./Report.sol";

/// @title Check of a deployment
/// @notice Reads back what was deployed, with what code and constructor arguments, and every role and parameter; prints all and
/// fails when anything is not as the parameters have it. Sends nothing. Of a deployment nobody has used yet: balances and stops
/// are compared too.
///     tools/forge script script/Check.s.sol --sig 'run(string)' local --rpc-url URL
contract Check {
    /// @notice So many lines of the report are wrong.
    error CheckFailed(uint256 wrong);

    /// @notice Checks the deployment that a parameter file describes.
    function run(string calldata name) external {
        check(ParametersFile.read(name));
    }

    /// @notice The parameters in a file.
    function read(string calldata name) external view returns (Parameters memory) {
        return ParametersFile.read(name);
    }

    /// @notice Where the contract of this name is, or will be.
    function addressOf(Parameters memory parameters, string calldata name) external view returns (address) {
        return Plans.make(parameters).addressOf(name);
    }

    /// @notice Checks the deployment that these parameters describe.
    function check(Parameters memory parameters) public returns (Report memory report) {
        parameters.validate();
        report = inspect(parameters);
        for (uint256 i = 0; i < report.lines.length; ++i) {
            _print(report.lines[i]);
        }
        uint256 wrong = report.failures();
        require(wrong == 0, CheckFailed(wrong));
    }

    /// @notice What is on the chain, beside what should be.
    function inspect(Parameters memory parameters) public returns (Report memory report) {
        Plan memory plan = Plans.make(parameters);
        bool factory = address(plan.factory).code.length != 0;
        report.same("DeploymentFactory: has code", true, factory);
        Component[] memory list = components();
        for (uint256 i = 0; i < list.length; ++i) {
            string memory name = list[i].name();
            address where = plan.addressOf(name);
            report.same(string.concat(name, ": has code"), true, where.code.length != 0);
            bytes32 initCodeHash = factory ? plan.factory.initCodeHashOf(where) : bytes32(0);
            bytes32 expected = keccak256(list[i].initCode(plan));
            report.same(string.concat(name, ": code and arguments"), expected, initCodeHash);
            // An impostor may not even have what is asked for.
            try list[i].check(plan) returns (Report memory part) {
                for (uint256 j = 0; j < part.lines.length; ++j) {
                    report.append(part.lines[j]);
                }
            } catch {
                report.add(string.concat(name, ": can be read"), "yes", "no");
            }
        }
    }

    function _print(Line memory line) private view {
        string memory comparison = line.ok ? line.got : string.concat(line.got, ", should be ", line.expected);
        print(string.concat(line.ok ? "  ok     " : "  WRONG  ", line.what, " = ", comparison));
    }
}
