// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRecordVerifier} from "../../src/interfaces/IRecordVerifier.sol";
import {IVerifierRouter} from "../../src/interfaces/IVerifierRouter.sol";
import {RecordVerifier} from "../../src/verify/RecordVerifier.sol";
import {VerifierRouter} from "../../src/verify/VerifierRouter.sol";
import {Verification} from "../base/Verification.sol";

contract VerifierRouterTest is Verification {
    bytes4 private constant OTHER = 0x00000002;

    function setUp() external {
        deployVerification();
    }

    function test_begins_with_what_it_was_given() external view {
        vm.assertEq(address(router.verifierOf(SEALS)), address(verifier), "verifier");
        vm.assertEq(address(router.active(SEALS)), address(verifier), "active");
        vm.assertEq(bytes32(router.selectorOf(verifier)), bytes32(SEALS), "selector");
        vm.assertEq(router.governor(), governor, "governor");
        vm.assertEq(router.selectors().length, 1, "one");
        vm.assertEq(bytes32(router.selectors()[0]), bytes32(SEALS), "this one");
    }

    function test_add() external {
        RecordVerifier other = newVerifier();
        vm.expectEmit(address(router));
        emit IVerifierRouter.VerifierAdded(OTHER, other);
        vm.prank(governor);
        router.add(OTHER, other);
        vm.assertEq(address(router.active(OTHER)), address(other), "added");
        vm.assertEq(address(router.active(SEALS)), address(verifier), "the first stays");
        vm.assertEq(router.selectors().length, 2, "listed");
    }

    function test_never_replaces() external {
        RecordVerifier other = newVerifier();
        vm.startPrank(governor);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRouter.SelectorTaken.selector, SEALS));
        router.add(SEALS, other);
        router.tombstone(SEALS);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRouter.SelectorTaken.selector, SEALS));
        router.add(SEALS, other);
        vm.assertEq(address(router.verifierOf(SEALS)), address(verifier), "as it was");
    }

    function test_a_verifier_has_one_selector() external {
        vm.prank(governor);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRouter.VerifierTaken.selector, verifier, SEALS));
        router.add(OTHER, verifier);
    }

    function test_add_needs_code_and_a_selector() external {
        vm.startPrank(governor);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRouter.NoCode.selector, stranger));
        router.add(OTHER, IRecordVerifier(stranger));
        vm.expectRevert(abi.encodeWithSelector(IVerifierRouter.NoCode.selector, address(0)));
        router.add(OTHER, IRecordVerifier(address(0)));
        vm.expectRevert(IVerifierRouter.ZeroSelector.selector);
        router.add(0, verifier);
    }

    function test_tombstone_stops_new_requests_only() external {
        vm.expectEmit(address(router));
        emit IVerifierRouter.VerifierTombstoned(SEALS);
        vm.prank(governor);
        router.tombstone(SEALS);
        vm.assertEq(address(router.verifierOf(SEALS)), address(verifier), "open requests run on");
        vm.assertEq(router.tombstonedAt(SEALS), time(), "since now");
        vm.expectRevert(abi.encodeWithSelector(IVerifierRouter.TombstonedVerifier.selector, SEALS));
        router.active(SEALS);
    }

    function test_tombstone_once() external {
        vm.startPrank(governor);
        router.tombstone(SEALS);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRouter.TombstonedVerifier.selector, SEALS));
        router.tombstone(SEALS);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRouter.UnknownVerifier.selector, OTHER));
        router.tombstone(OTHER);
    }

    function test_unknown_selectors() external {
        vm.assertEq(address(router.verifierOf(OTHER)), address(0), "none");
        vm.expectRevert(abi.encodeWithSelector(IVerifierRouter.UnknownVerifier.selector, OTHER));
        router.active(OTHER);
    }

    function testFuzz_only_the_governor(address caller, bytes4 selector) external {
        vm.assume(caller != governor);
        RecordVerifier other = newVerifier();
        bytes memory refused = abi.encodeWithSelector(IVerifierRouter.NotGovernor.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(refused);
        router.add(selector, other);
        vm.expectRevert(refused);
        router.tombstone(SEALS);
    }

    function deployWith(address by, bytes4[] calldata selectors, IRecordVerifier[] calldata verifiers) external {
        new VerifierRouter(by, selectors, verifiers);
    }

    function test_constructor_checks() external {
        vm.expectRevert(abi.encodeWithSelector(IVerifierRouter.NotGovernor.selector, address(0)));
        this.deployWith(address(0), listOf(SEALS), list(verifier));
        vm.expectRevert(abi.encodeWithSelector(IVerifierRouter.LengthMismatch.selector, 1, 0));
        this.deployWith(governor, listOf(SEALS), new IRecordVerifier[](0));
        vm.expectRevert(IVerifierRouter.ZeroSelector.selector);
        this.deployWith(governor, new bytes4[](1), list(verifier));
    }
}
