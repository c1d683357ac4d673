// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice TEST ONLY. Rewards that take fees in any token, and can be made to refuse, or to need more gas.
contract RewardsDouble {
    IERC20 public token;
    address public market;
    bool public refusing;
    uint256 public neededGas;
    uint256 public calls;
    uint256 public jobs;
    mapping(IERC20 token => uint256) public fees;
    mapping(address payout => uint256) public credits;

    error Refused();

    constructor(IERC20 token_, address market_) {
        (token, market) = (token_, market_);
    }

    function refuse(bool refusing_) external {
        refusing = refusing_;
    }

    function needGas(uint256 gas_) external {
        neededGas = gas_;
    }

    function recordWork(IERC20 paymentToken, address payout, address[] calldata creators, uint256[] calldata fees_)
        external
    {
        require(gasleft() >= neededGas, Refused());
        require(!refusing && msg.sender == market && creators.length == fees_.length, Refused());
        uint256 sum;
        for (uint256 i = 0; i < fees_.length; ++i) {
            sum += fees_[i];
        }
        ++calls;
        jobs += fees_.length;
        credits[payout] += fees_.length;
        fees[paymentToken] += sum;
        require(paymentToken.transferFrom(msg.sender, address(this), sum), Refused());
    }
}
