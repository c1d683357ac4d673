// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {scriptVm} from "./base/ScriptVm.sol";

/// @notice One thing that was read back from the chain.
struct Line {
    string what;
    string expected;
    string got;
    bool ok;
}

/// @notice A list of them that grows.
struct Report {
    Line[] lines;
}

using Reports for Report global;

/// @title Reports
/// @notice Compares what was read with what should be there. Nothing reverts: a report is complete, whatever is wrong.
library Reports {
    function same(Report memory report, string memory what, address expected, address got) internal pure {
        add(report, what, scriptVm.toString(expected), scriptVm.toString(got));
    }

    function same(Report memory report, string memory what, bytes32 expected, bytes32 got) internal pure {
        add(report, what, scriptVm.toString(expected), scriptVm.toString(got));
    }

    function same(Report memory report, string memory what, uint256 expected, uint256 got) internal pure {
        add(report, what, scriptVm.toString(expected), scriptVm.toString(got));
    }

    function same(Report memory report, string memory what, bool expected, bool got) internal pure {
        add(report, what, scriptVm.toString(expected), scriptVm.toString(got));
    }

    function add(Report memory report, string memory what, string memory expected, string memory got) internal pure {
        append(report, Line(what, expected, got, keccak256(bytes(expected)) == keccak256(bytes(got))));
    }

    function append(Report memory report, Line memory line) internal pure {
        Line[] memory longer = new Line[](report.lines.length + 1);
        for (uint256 i = 0; i < report.lines.length; ++i) {
            longer[i] = report.lines[i];
        }
        longer[report.lines.length] = line;
        report.lines = longer;
    }

    function failures(Report memory report) internal pure returns (uint256 count) {
        for (uint256 i = 0; i < report.lines.length; ++i) {
            if (!report.lines[i].ok) ++count;
        }
    }
}
