// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {INetworkToken} from "../../src/interfaces/INetworkToken.sol";

/// @notice An allocation of the supply in which those who do nothing in tests have addresses of nobody.
function allocate(address contributors, address team, address treasury) pure returns (INetworkToken.Allocation memory) {
    return INetworkToken.Allocation({
        contributors: contributors,
        team: team,
        venture: address(0x7E1),
        treasury: treasury,
        advisors: address(0x7E2),
        management: address(0x7E3),
        reserve: address(0x7E4)
    });
}
