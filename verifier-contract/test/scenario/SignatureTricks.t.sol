// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {InferenceMarket} from "../../src/market/InferenceMarket.sol";
import {Scenario} from "../base/Scenario.sol";

/// @notice A requester whose signature is whatever it likes.
contract TrickWallet is IERC1271 {
    enum Mood {
        AcceptsAll,
        RefusesAll,
        Burns,
        Reenters
    }

    InferenceMarket private immutable _market;
    Mood public mood;

    constructor(InferenceMarket market) {
        _market = market;
    }

    function become(Mood mood_) external {
        mood = mood_;
    }

    function approve(IERC20 token, uint256 amount) external {
        token.approve(address(_market), amount);
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        if (mood == Mood.Burns) {
            while (gasleft() != 0) {}
        }
        if (mood == Mood.Reenters) {
            // A static call: it can only fail at whatever would change something.
            (bool ok,) = address(_market).staticcall(abi.encodeCall(_market.noticeCancel, (0)));
            require(ok, "kept out");
        }
        return mood == Mood.RefusesAll ? bytes4(0) : IERC1271.isValidSignature.selector;
    }
}

/// @notice Orders of wallets that sign everything, nothing, or one thing now and another later.
contract SignatureTricksTest is Scenario {
    uint256 private constant KEY = 0xA11CE;
    TrickWallet private wallet;
    IMarketTypes.Terms private terms;
    IMarketTypes.Permit private none;

    function setUp() external {
        deploy();
        fundProver(prover, PRICE);
        wallet = new TrickWallet(market);
        give(address(wallet), PRICE);
        wallet.approve(token, PRICE);
        terms = termsFor(1);
    }

    function relay(address by, uint256 nonce, bytes memory signature)
        private
        returns (bool ok, bytes memory why, uint256 gas_)
    {
        bytes memory call_ = abi.encodeCall(market.requestFor, (by, nonce, terms, inputOf(1), signature, none));
        gas_ = gasleft();
        vm.prank(stranger);
        (ok, why) = address(market).call(call_);
        gas_ -= gasleft();
    }

    /// @dev It says yes to anybody's order: with its own money, and nobody else's.
    function test_a_wallet_that_accepts_everything_pays_for_everything() external {
        uint256 relayer = wealth(stranger);
        (bool ok,,) = relay(address(wallet), 1, "anything");
        vm.assertTrue(ok, "an order is an order");
        bytes32 jobId = market.jobIdOf(address(wallet), 1, terms);
        settle(jobId, 1, prover);
        vm.assertEq(credit(prover), 790e18, "paid");
        vm.assertEq(wealth(stranger), relayer, "the relayer paid its gas");
        (ok,,) = relay(address(wallet), 2, "anything");
        vm.assertFalse(ok, "until its money is gone");
        profit("a wallet that accepts everybody's orders", int256(wealth(address(wallet))) - int256(uint256(PRICE)));
    }

    /// @dev What it answers later is not asked: not to lock, not to settle.
    function test_a_wallet_that_changes_its_mind_has_ordered() external {
        (bool ok,,) = relay(address(wallet), 1, "anything");
        vm.assertTrue(ok, "yes");
        wallet.become(TrickWallet.Mood.RefusesAll);
        bytes32 jobId = market.jobIdOf(address(wallet), 1, terms);
        lockAs(prover, jobId);
        settle(jobId, 1, prover);
        vm.assertEq(credit(prover), 790e18, "paid all the same");
        profit(
            "a wallet that revokes its signature after the lock",
            int256(wealth(address(wallet))) - int256(uint256(PRICE))
        );
    }

    /// @dev Accepting when the relayer simulates and refusing when it sends costs the relayer gas, a bounded amount.
    function test_what_tricks_cost_the_relayer() external {
        bytes memory bad = abi.encodeWithSelector(IMarketEvents.BadSignature.selector, wallet);
        uint256 most;
        for (uint256 i = 1; i <= uint256(type(TrickWallet.Mood).max); ++i) {
            wallet.become(TrickWallet.Mood(i));
            (bool ok, bytes memory why, uint256 gas_) = relay(address(wallet), i, "anything");
            vm.assertFalse(ok, "refused");
            vm.assertEq(why, bad, "for its signature");
            if (gas_ > most) most = gas_;
        }
        vm.assertLt(most, 300_000 + 50_000, "ERC-1271 gas, and little more");
        vm.assertEq(wealth(address(wallet)), PRICE, "nothing moved");
        profit(
            "a wallet that refuses, burns gas, or re-enters", int256(wealth(address(wallet))) - int256(uint256(PRICE))
        );
    }

    /// @dev EIP-7702: whatever code the account runs, its key signs, and its code may besides; both spend the account's money.
    function test_a_delegated_account() external {
        address signer = vm.addr(KEY);
        fund(signer, 2 * PRICE);
        vm.etch(signer, address(wallet).code);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, market.orderDigest(signer, 1, terms));
        (bool ok,,) = relay(signer, 1, abi.encodePacked(r, s, v));
        vm.assertTrue(ok, "its key");
        (ok,,) = relay(signer, 2, "anything");
        vm.assertTrue(ok, "its code");
        vm.etch(signer, "");
        (ok,,) = relay(signer, 3, "anything");
        vm.assertFalse(ok, "without code, its key alone");
        settle(market.jobIdOf(signer, 1, terms), 1, prover);
        settle(market.jobIdOf(signer, 2, terms), 1, prover);
        vm.assertEq(credit(prover), 2 * 790e18, "both are paid, delegation or not");
        profit(
            "an account that ends its delegation after ordering", int256(wealth(signer)) - 2 * int256(uint256(PRICE))
        );
    }
}
