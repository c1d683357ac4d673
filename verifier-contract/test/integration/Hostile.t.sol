// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IIntelligenceRewards} from "../../src/interfaces/IIntelligenceRewards.sol";
import {IInferenceMarket} from "../../src/interfaces/IInferenceMarket.sol";
import {INetworkToken} from "../../src/interfaces/INetworkToken.sol";
import {InferenceMarket} from "../../src/market/InferenceMarket.sol";
import {Deployment} from "../base/Deployment.sol";

/// @notice A token that calls back into the market on every transfer: nothing the real one does, everything the
/// market must survive.
contract ReentrantToken is ERC20, INetworkToken {
    address private target;
    bytes private attack;
    bytes public answer;

    constructor(address holder) ERC20("", "") {
        _mint(holder, 1_000_000e18);
    }

    function arm(address target_, bytes calldata attack_) external {
        (target, attack) = (target_, attack_);
    }

    function burn(uint256) external {}

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (target == address(0)) return;
        (bool ok, bytes memory data) = target.call(attack);
        require(!ok, "the market let the attacker in");
        answer = data;
    }
}

/// @notice Rewards for a market with any token.
contract PlainRewards {
    INetworkToken public token;
    address public market;

    constructor(INetworkToken token_, address market_) {
        (token, market) = (token_, market_);
    }

    function recordWork(address, address[] calldata, uint256[] calldata fees) external {
        for (uint256 i = 0; i < fees.length; ++i) {
            token.transferFrom(msg.sender, address(this), fees[i]);
        }
    }
}

contract HostileTest is Deployment {
    ReentrantToken private evil;

    function setUp() external {
        deploy();
        evil = new ReentrantToken(requester);
        address predicted = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        PlainRewards plain = new PlainRewards(evil, predicted);
        market = new InferenceMarket(evil, registry, verifier, IIntelligenceRewards(address(plain)));
        vm.prank(requester);
        evil.approve(address(market), type(uint256).max);
    }

    function assertBlocked() private view {
        bytes memory blocked = abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        vm.assertEq(evil.answer(), blocked, "reentry refused");
    }

    function arm(bytes memory attack) private {
        evil.arm(address(market), attack);
    }

    function test_no_reentry_during_request() external {
        arm(abi.encodeCall(market.request, (orderFor(2), inputOf(2))));
        requestJob(1);
        assertBlocked();
    }

    function test_no_reentry_during_fulfil() external {
        bytes32 jobId = requestJob(1);
        prove(list(jobId), inputOf(1), outputOf(1), prover);
        arm(abi.encodeCall(market.fulfil, (list(jobId), inputOf(1), outputOf(1), "seal", prover)));
        market.fulfil(list(jobId), inputOf(1), outputOf(1), "seal", prover);
        assertBlocked();
        vm.assertEq(market.creditOf(prover), 790e18, "paid once");
    }

    function test_no_reentry_during_withdraw() external {
        bytes32 jobId = requestJob(1);
        bytes32 expired = requestJob(2);
        proveAndFulfil(list(jobId), inputOf(1), outputOf(1));
        vm.warp(market.job(expired).deadline + 1);
        arm(abi.encodeCall(market.refund, (expired)));
        vm.prank(prover);
        market.withdraw(prover);
        assertBlocked();
        arm(abi.encodeCall(market.withdraw, (prover)));
        evil.arm(address(0), "");
        vm.prank(prover);
        vm.expectRevert(abi.encodeWithSelector(IInferenceMarket.NoCredit.selector, prover));
        market.withdraw(prover);
    }
}
