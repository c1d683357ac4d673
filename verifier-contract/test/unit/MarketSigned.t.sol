// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {Deployment} from "../base/Deployment.sol";
import {PlainToken} from "../base/MarketTokens.sol";
import {EvilWallet, KeyWallet} from "../base/Wallets.sol";

/// @notice Row 1, sent by a relayer.
contract MarketSignedTest is Deployment {
    uint256 private constant KEY = 0xA11CE;

    PlainToken private payment = new PlainToken();
    address private signer = vm.addr(KEY);
    IMarketTypes.Terms private terms;
    IMarketTypes.Permit private none;

    function setUp() external {
        deploy();
        allow(payment);
        vm.prank(owner);
        listingId = registry.list(recordHash, SELECTOR, IModelRegistry.Terms(LISTED, LISTED, 0, OWNER_BPS, payment), "");
        terms = termsFor(1);
        terms.token = payment;
        payment.mint(signer, 10 * PRICE);
        vm.prank(signer);
        payment.approve(address(market), type(uint256).max);
    }

    function sign(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function signed(address by, uint256 nonce) private view returns (bytes memory) {
        return sign(KEY, market.orderDigest(by, nonce, terms));
    }

    function relay(address by, uint256 nonce, bytes memory signature) private returns (bytes32) {
        vm.prank(stranger);
        return market.requestFor(by, nonce, terms, inputOf(1), signature, none);
    }

    function rejects(address by, uint256 nonce, bytes memory signature) private {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.BadSignature.selector, by));
        market.requestFor(by, nonce, terms, inputOf(1), signature, none);
    }

    function test_a_relayer_opens_the_signers_job_with_the_signers_money() external {
        bytes32 jobId = relay(signer, 7, signed(signer, 7));
        vm.assertEq(jobId, market.jobIdOf(signer, 7, terms), "the signer's id");
        vm.assertEq(market.job(jobId).requester, signer, "requester");
        vm.assertEq(payment.balanceOf(signer), 9 * PRICE, "paid");
        vm.assertEq(payment.balanceOf(address(market)), PRICE, "held");
        vm.assertTrue(market.nonceUsed(signer, 7), "used");
    }

    function test_a_signature_is_good_once() external {
        bytes memory signature = signed(signer, 1);
        relay(signer, 1, signature);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NonceUsed.selector, signer, 1));
        relay(signer, 1, signature);
        // Also when the signer has used the nonce itself, or thrown it away.
        signature = signed(signer, 2);
        vm.prank(signer);
        market.invalidateNonces(0, 4);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NonceUsed.selector, signer, 2));
        relay(signer, 2, signature);
    }

    function test_a_signature_is_for_one_chain_market_requester_nonce_and_order() external {
        bytes memory signature = signed(signer, 1);
        rejects(stranger, 1, signature);
        rejects(signer, 2, signature);
        terms.maxPrice += 1;
        rejects(signer, 1, signature);
        terms.maxPrice -= 1;
        vm.chainId(4242);
        rejects(signer, 1, signature);
        vm.chainId(31_337);
        relay(signer, 1, signature);
    }

    function test_malformed_signatures() external {
        bytes memory signature = signed(signer, 1);
        rejects(signer, 1, "");
        rejects(signer, 1, bytes.concat(signature, hex"00"));
        // The other s of the same signature.
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, market.orderDigest(signer, 1, terms));
        uint256 n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        rejects(signer, 1, abi.encodePacked(r, bytes32(n - uint256(s)), v == 27 ? uint8(28) : uint8(27)));
        rejects(address(0), 1, abi.encodePacked(r, s, uint8(29)));
    }

    /// @dev EIP-712 by hand, as a wallet does it.
    function test_the_digest_is_what_wallets_compute() external view {
        string memory type_ = "Terms(uint256 listingId,bytes32 recordHash,bytes32 inputDigest,bytes4 verifier,"
            "address token,uint16 ownerBps,uint128 floorPrice,uint128 maxPrice,uint128 bond,uint64 curveStart,"
            "uint32 curveSeconds,uint64 lockBy,uint32 proveWindow,uint64 deadline,bool direct,address callback,"
            "uint32 callbackGas)";
        bytes memory head = abi.encode(
            keccak256(bytes(type_)),
            terms.listingId,
            terms.recordHash,
            terms.inputDigest,
            terms.verifier,
            terms.token,
            terms.ownerBps,
            terms.floorPrice,
            terms.maxPrice,
            terms.bond
        );
        bytes memory tail = abi.encode(
            terms.curveStart,
            terms.curveSeconds,
            terms.lockBy,
            terms.proveWindow,
            terms.deadline,
            terms.direct,
            terms.callback,
            terms.callbackGas
        );
        bytes32 order = keccak256(
            abi.encode(
                keccak256(bytes(string.concat("Order(address requester,uint256 nonce,Terms terms)", type_))),
                signer,
                uint256(7),
                keccak256(bytes.concat(head, tail))
            )
        );
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Verin Inference Market"),
                keccak256("1"),
                block.chainid,
                address(market)
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, order));
        vm.assertEq(market.orderDigest(signer, 7, terms), digest, "digest");
    }

    // ---- contracts

    function walletOf(address key) private returns (KeyWallet wallet) {
        wallet = new KeyWallet(key);
        payment.mint(address(wallet), PRICE);
        wallet.approve(payment, address(market));
    }

    function test_a_contract_signs_by_erc1271() external {
        KeyWallet wallet = walletOf(signer);
        KeyWallet other = walletOf(signer);
        bytes memory signature = signed(address(wallet), 1);
        // The same key, but another requester.
        rejects(address(other), 1, signature);
        rejects(address(wallet), 1, sign(KEY + 1, market.orderDigest(address(wallet), 1, terms)));
        bytes32 jobId = relay(address(wallet), 1, signature);
        vm.assertEq(market.job(jobId).requester, address(wallet), "requester");
    }

    function test_malicious_contracts_sign_nothing() external {
        EvilWallet wallet = new EvilWallet();
        payment.mint(address(wallet), PRICE);
        wallet.approve(payment, address(market));
        for (uint256 i = 0; i <= uint256(type(EvilWallet.Mood).max); ++i) {
            wallet.become(EvilWallet.Mood(i));
            bytes memory call_ =
                abi.encodeCall(market.requestFor, (address(wallet), 1, terms, inputOf(1), bytes("anything"), none));
            uint256 before = gasleft();
            (bool ok, bytes memory why) = address(market).call(call_);
            vm.assertFalse(ok, "refused");
            bytes memory bad = abi.encodeWithSelector(IMarketEvents.BadSignature.selector, wallet);
            vm.assertEq(why, bad, "for its signature");
            vm.assertLt(before - gasleft(), 400_000, "and cheaply");
        }
    }

    /// @dev EIP-7702: an account with a key and code. Whether the code knows ERC-1271 or not, the key signs.
    function test_a_delegated_account_still_has_its_key() external {
        vm.etch(signer, address(payment).code);
        relay(signer, 1, signed(signer, 1));
        vm.etch(signer, address(new EvilWallet()).code);
        relay(signer, 2, signed(signer, 2));
    }

    // ---- permits

    function permitOf(uint256 value, uint256 deadline) private view returns (IMarketTypes.Permit memory) {
        bytes32 type_ = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 hash = keccak256(abi.encode(type_, signer, address(market), value, payment.nonces(signer), deadline));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", payment.DOMAIN_SEPARATOR(), hash));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, digest);
        return IMarketTypes.Permit(value, deadline, v, r, s);
    }

    function test_a_permit_saves_the_approval() external {
        vm.prank(signer);
        payment.approve(address(market), 0);
        bytes memory signature = signed(signer, 1);
        IMarketTypes.Permit memory permit = permitOf(PRICE, time());
        market.requestFor(signer, 1, terms, inputOf(1), signature, permit);
        vm.assertEq(payment.allowance(signer, address(market)), 0, "used up");
        vm.assertEq(payment.balanceOf(signer), 9 * PRICE, "paid");
    }

    /// @dev Somebody else has sent the permit first: the allowance is there, and that is what counts.
    function test_a_front_run_permit_stops_nothing() external {
        vm.prank(signer);
        payment.approve(address(market), 0);
        bytes memory signature = signed(signer, 1);
        IMarketTypes.Permit memory p = permitOf(PRICE, time());
        payment.permit(signer, address(market), p.value, p.deadline, p.v, p.r, p.s);
        market.requestFor(signer, 1, terms, inputOf(1), signature, p);
        vm.assertEq(payment.balanceOf(signer), 9 * PRICE, "paid");
    }

    function test_a_bad_permit_is_as_none() external {
        bytes memory signature = signed(signer, 1);
        IMarketTypes.Permit memory p = permitOf(PRICE, time() - 1);
        market.requestFor(signer, 1, terms, inputOf(1), signature, p);
        vm.prank(signer);
        payment.approve(address(market), 0);
        signature = signed(signer, 2);
        vm.expectRevert();
        market.requestFor(signer, 2, terms, inputOf(1), signature, p);
    }

    function testFuzz_only_the_signers_key_signs(uint256 key, uint256 nonce) external {
        key = bound(key, 1, type(uint128).max);
        bytes memory signature = sign(key, market.orderDigest(signer, nonce, terms));
        if (key == KEY) relay(signer, nonce, signature);
        else rejects(signer, nonce, signature);
    }
}
