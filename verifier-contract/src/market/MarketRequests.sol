// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {MarketStorage} from "./MarketStorage.sol";
import {Orders} from "./Orders.sol";
import {PrivateJobs} from "./PrivateJobs.sol";

/// @title Requests, and the handing over of private inputs: the second contract of the market
/// @notice One contract cannot hold all fifteen rows. `InferenceMarket` runs this one's code on its own storage, and is the only
/// thing to be called: called directly, this holds nothing and takes nothing, since no token is on its list.
contract MarketRequests is Orders, PrivateJobs {
    /// @param wiring The same as the market's.
    constructor(Wiring memory wiring) MarketStorage(wiring) {}
}
