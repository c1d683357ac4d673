// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {INetworkToken} from "../../src/interfaces/INetworkToken.sol";
import {IWorkRecorder} from "../../src/interfaces/IWorkRecorder.sol";
import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";

/// @notice TEST ONLY. Records work with a rewards contract that takes the network token alone.
contract WorkForwarder is IWorkRecorder {
    IntelligenceRewards public immutable rewards;
    address public immutable market;

    error NotMarket(address caller);
    error WrongToken(IERC20 paymentToken);

    constructor(IntelligenceRewards rewards_, address market_) {
        (rewards, market) = (rewards_, market_);
    }

    function recordWork(IERC20 paymentToken, address prover, address[] calldata creators, uint256[] calldata fees)
        external
    {
        require(msg.sender == market, NotMarket(msg.sender));
        require(address(paymentToken) == address(token()), WrongToken(paymentToken));
        uint256 sum;
        for (uint256 i = 0; i < fees.length; ++i) {
            sum += fees[i];
        }
        paymentToken.transferFrom(msg.sender, address(this), sum);
        paymentToken.approve(address(rewards), sum);
        rewards.recordWork(prover, creators, fees);
    }

    function token() public view returns (INetworkToken) {
        return rewards.token();
    }
}

/// @notice TEST ONLY. Rewards that take fees in any token, and can be made to refuse.
contract RewardsDouble {
    IERC20 public token;
    address public market;
    bool public refusing;
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

    function recordWork(IERC20 paymentToken, address payout, address[] calldata creators, uint256[] calldata fees_)
        external
    {
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
