// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRecordVerifier} from "../../src/interfaces/IRecordVerifier.sol";
import {EmergencyStop} from "../../src/verify/EmergencyStop.sol";
import {VerifierRouter} from "../../src/verify/VerifierRouter.sol";
import {Test} from "../base/Test.sol";
import {VerificationHandler} from "./VerificationHandler.sol";

contract VerificationInvariants is Test {
    VerificationHandler private handler;
    VerifierRouter private router;
    EmergencyStop private stop;

    function setUp() external {
        handler = new VerificationHandler();
        (address router_, address stop_) = handler.parts();
        (router, stop) = (VerifierRouter(router_), EmergencyStop(stop_));
        targetContract(address(handler));
    }

    function invariant_a_verifier_never_changes() external view {
        (uint256 count,) = handler.counts();
        vm.assertEq(router.selectors().length, count, "none is lost");
        for (uint256 i = 0; i < count; ++i) {
            bytes4 selector = handler.selectors(i);
            address verifier = address(router.verifierOf(selector));
            vm.assertEq(verifier, handler.verifierWas(selector), "verifier");
            vm.assertEq(bytes32(router.selectors()[i]), bytes32(selector), "in order");
            bytes32 back = bytes32(router.selectorOf(IRecordVerifier(verifier)));
            vm.assertEq(back, bytes32(selector), "and back");
        }
    }

    function invariant_a_tombstone_is_for_ever() external view {
        (uint256 count,) = handler.counts();
        for (uint256 i = 0; i < count; ++i) {
            bytes4 selector = handler.selectors(i);
            vm.assertEq(router.tombstonedAt(selector), handler.tombstonedWas(selector), "since then");
            try router.active(selector) {
                vm.assertEq(handler.tombstonedWas(selector), 0, "active");
            } catch {
                vm.assertTrue(handler.tombstonedWas(selector) != 0, "inactive");
            }
        }
    }

    function invariant_a_stop_is_for_ever() external view {
        (uint256 count, uint256 hashes) = handler.counts();
        for (uint256 i = 0; i < count; ++i) {
            bytes4 selector = handler.selectors(i);
            uint256 byVerifier = handler.stoppedWas(selector);
            vm.assertEq(stop.verifierStoppedAt(selector), byVerifier, "verifier");
            for (uint256 j = 0; j < hashes; ++j) {
                bytes32 hash = handler.hashes(j);
                uint256 expected = handler.recordStoppedWas(selector, hash);
                if (expected == 0 || (byVerifier != 0 && byVerifier < expected)) expected = byVerifier;
                vm.assertEq(stop.stoppedAt(selector, hash), expected, "the earlier one");
                vm.assertEq(stop.stoppedAt(selector, hash), handler.firstSeenStopped(selector, hash), "never moved");
            }
        }
    }

    function invariant_nothing_unknown_is_stopped() external view {
        vm.assertEq(stop.verifierStoppedAt(0xdeadbeef), 0, "a selector to come");
        vm.assertEq(stop.stoppedAt(0xdeadbeef, handler.hashes(0)), 0, "a selector to come");
    }

    function invariant_one_guardian() external view {
        vm.assertEq(stop.guardian(), handler.appointed(), "whom the governor appointed");
    }
}
