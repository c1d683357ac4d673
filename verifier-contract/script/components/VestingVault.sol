// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {VestingVault} from "../../src/rewards/VestingVault.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

/// @notice One part of the supply. Its terms follow from whose part it is; start and beneficiary are parameters.
abstract contract VestingVaultComponent is Component {
    function artifact() public pure override returns (string memory) {
        return "VestingVault";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        bytes memory arguments = abi.encode(part(), beneficiary(plan), plan.parameters.vestingStart);
        return bytes.concat(creationCode(), arguments);
    }

    /// @dev The balance is a line of the network token.
    function check(Plan memory plan) external view override returns (Report memory report) {
        VestingVault vault = VestingVault(payable(plan.addressOf(name())));
        (uint256 cliff, uint256 duration) = terms();
        report.same(string.concat(name(), ": part"), uint256(part()), uint256(vault.part()));
        report.same(string.concat(name(), ": beneficiary"), beneficiary(plan), vault.owner());
        report.same(string.concat(name(), ": start"), plan.parameters.vestingStart, vault.start());
        report.same(string.concat(name(), ": cliff"), plan.parameters.vestingStart + cliff, vault.cliff());
        report.same(string.concat(name(), ": duration"), duration, vault.duration());
    }

    function part() internal pure virtual returns (VestingVault.Part);
    function beneficiary(Plan memory plan) internal pure virtual returns (address);

    /// @dev Years are of 365 days.
    function terms() internal pure virtual returns (uint256 cliff, uint256 duration);
}

contract TeamVaultComponent is VestingVaultComponent {
    function name() public pure override returns (string memory) {
        return "VestingVault.team";
    }

    function part() internal pure override returns (VestingVault.Part) {
        return VestingVault.Part.Team;
    }

    function beneficiary(Plan memory plan) internal pure override returns (address) {
        return plan.parameters.team;
    }

    function terms() internal pure override returns (uint256, uint256) {
        return (365 days, 4 * 365 days);
    }
}

contract VentureVaultComponent is VestingVaultComponent {
    function name() public pure override returns (string memory) {
        return "VestingVault.venture";
    }

    function part() internal pure override returns (VestingVault.Part) {
        return VestingVault.Part.Venture;
    }

    function beneficiary(Plan memory plan) internal pure override returns (address) {
        return plan.parameters.venture;
    }

    function terms() internal pure override returns (uint256, uint256) {
        return (365 days, 3 * 365 days);
    }
}

contract AdvisorsVaultComponent is VestingVaultComponent {
    function name() public pure override returns (string memory) {
        return "VestingVault.advisors";
    }

    function part() internal pure override returns (VestingVault.Part) {
        return VestingVault.Part.Advisors;
    }

    function beneficiary(Plan memory plan) internal pure override returns (address) {
        return plan.parameters.advisors;
    }

    function terms() internal pure override returns (uint256, uint256) {
        return (182 days, 2 * 365 days);
    }
}

contract ManagementVaultComponent is VestingVaultComponent {
    function name() public pure override returns (string memory) {
        return "VestingVault.management";
    }

    function part() internal pure override returns (VestingVault.Part) {
        return VestingVault.Part.Management;
    }

    function beneficiary(Plan memory plan) internal pure override returns (address) {
        return plan.parameters.management;
    }

    function terms() internal pure override returns (uint256, uint256) {
        return (365 days, 4 * 365 days);
    }
}
