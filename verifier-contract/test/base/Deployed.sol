// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Deploy} from "../../script/Deploy.s.sol";
import {Parameters} from "../../script/Parameters.sol";
import {Plans} from "../../script/Plan.sol";
import {Line, Report} from "../../script/Report.sol";
import {Test} from "./Test.sol";

/// @notice The deployment script, on a chain that has the deterministic deployment proxy.
abstract contract Deployed is Test {
    Deploy internal script;
    address internal stranger = actor("stranger");

    function prepare() internal {
        vm.warp(1_800_000_000);
        // As it is on every chain: takes a salt and creation code.
        vm.etch(
            Plans.CREATE2_DEPLOYER,
            hex"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
        );
        script = new Deploy();
    }

    function local() internal view returns (Parameters memory) {
        return script.read("local");
    }

    function deployed(string memory name) internal view returns (address) {
        return script.addressOf(local(), name);
    }

    /// @notice Whether some line of this name is wrong.
    function isWrong(Report memory report, string memory what) internal pure returns (bool) {
        for (uint256 i = 0; i < report.lines.length; ++i) {
            Line memory line = report.lines[i];
            if (!line.ok && keccak256(bytes(line.what)) == keccak256(bytes(what))) return true;
        }
        return false;
    }
}
