// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IEmergencyStop} from "../../src/interfaces/IEmergencyStop.sol";
import {IRecordStore} from "../../src/interfaces/IRecordStore.sol";
import {IVerifierRouter} from "../../src/interfaces/IVerifierRouter.sol";
import {RecordHeader} from "../../src/libraries/RecordHeader.sol";
import {EmergencyStop} from "../../src/verify/EmergencyStop.sol";
import {Records} from "../base/Records.sol";
import {Verification} from "../base/Verification.sol";

contract EmergencyStopGuardianTest is Verification {
    bytes4 private constant OTHER = 0x00000002;

    function setUp() external {
        deployVerification();
    }

    function test_stop_a_verifier() external {
        vm.expectEmit(address(stop));
        emit IEmergencyStop.VerifierStopped(SEALS, guardian);
        vm.prank(guardian);
        stop.stopVerifier(SEALS);
        vm.assertEq(stop.verifierStoppedAt(SEALS), time(), "since now");
        vm.assertEq(stop.stoppedAt(SEALS, plainHash), time(), "for every record");
        vm.assertEq(stop.stoppedAt(SEALS, "unheard of"), time(), "of those to come too");
    }

    function test_stop_a_record() external {
        vm.expectEmit(address(stop));
        emit IEmergencyStop.RecordStopped(SEALS, plainHash, guardian);
        vm.prank(guardian);
        stop.stopRecord(SEALS, plainHash);
        vm.assertEq(stop.stoppedAt(SEALS, plainHash), time(), "since now");
        vm.assertEq(stop.stoppedAt(SEALS, canaryHash), 0, "others run on");
        vm.assertEq(stop.verifierStoppedAt(SEALS), 0, "so does the verifier");
    }

    function test_a_stop_is_under_one_verifier() external {
        add(OTHER);
        vm.startPrank(guardian);
        stop.stopRecord(SEALS, plainHash);
        vm.assertEq(stop.stoppedAt(OTHER, plainHash), 0, "the other verifier may be sound");
        stop.stopVerifier(SEALS);
        vm.assertEq(stop.stoppedAt(OTHER, plainHash), 0, "and so may all its records");
    }

    function test_the_earlier_stop_counts() external {
        uint256 first = time();
        vm.prank(guardian);
        stop.stopRecord(SEALS, plainHash);
        vm.warp(first + 100);
        vm.prank(guardian);
        stop.stopVerifier(SEALS);
        vm.assertEq(stop.stoppedAt(SEALS, plainHash), first, "the record's");
        vm.assertEq(stop.stoppedAt(SEALS, canaryHash), first + 100, "the verifier's");
        vm.warp(first + 200);
        vm.prank(guardian);
        stop.stopRecord(SEALS, canaryHash);
        vm.assertEq(stop.stoppedAt(SEALS, canaryHash), first + 100, "a later stop changes nothing");
    }

    function test_no_stop_twice() external {
        uint64 since = uint64(time());
        vm.startPrank(guardian);
        stop.stopVerifier(SEALS);
        stop.stopRecord(SEALS, plainHash);
        vm.warp(since + 1);
        vm.expectRevert(abi.encodeWithSelector(IEmergencyStop.AlreadyStopped.selector, SEALS, bytes32(0), since));
        stop.stopVerifier(SEALS);
        vm.expectRevert(abi.encodeWithSelector(IEmergencyStop.AlreadyStopped.selector, SEALS, plainHash, since));
        stop.stopRecord(SEALS, plainHash);
    }

    /// @dev Else the guardian could veto what the governor is about to add.
    function test_selectors_to_come_cannot_be_stopped() external {
        vm.startPrank(guardian);
        vm.expectRevert(abi.encodeWithSelector(IEmergencyStop.UnknownVerifier.selector, OTHER));
        stop.stopVerifier(OTHER);
        vm.expectRevert(abi.encodeWithSelector(IEmergencyStop.UnknownVerifier.selector, OTHER));
        stop.stopRecord(OTHER, plainHash);
    }

    function test_tombstoned_verifiers_can_be_stopped() external {
        vm.prank(governor);
        router.tombstone(SEALS);
        vm.prank(guardian);
        stop.stopVerifier(SEALS);
        vm.assertEq(stop.stoppedAt(SEALS, plainHash), time(), "open requests depend on it");
    }

    function testFuzz_only_the_guardian(address caller) external {
        vm.assume(caller != guardian);
        bytes memory refused = abi.encodeWithSelector(IEmergencyStop.NotGuardian.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(refused);
        stop.stopVerifier(SEALS);
        vm.expectRevert(refused);
        stop.stopRecord(SEALS, plainHash);
    }

    function test_the_governor_appoints() external {
        vm.expectEmit(address(stop));
        emit IEmergencyStop.GuardianChanged(guardian, stranger);
        vm.prank(governor);
        stop.setGuardian(stranger);
        vm.prank(guardian);
        vm.expectRevert(abi.encodeWithSelector(IEmergencyStop.NotGuardian.selector, guardian));
        stop.stopVerifier(SEALS);
        vm.prank(stranger);
        stop.stopVerifier(SEALS);
        vm.prank(governor);
        stop.setGuardian(address(0));
        vm.assertEq(stop.guardian(), address(0), "nobody");
        vm.assertTrue(stop.verifierStoppedAt(SEALS) != 0, "no appointment undoes a stop");
    }

    function testFuzz_only_the_governor_appoints(address caller) external {
        vm.assume(caller != governor);
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IEmergencyStop.NotGovernor.selector, caller));
        stop.setGuardian(caller);
    }

    function test_canaries_are_fixed() external view {
        vm.assertTrue(stop.isCanary(canaryHash), "canary");
        vm.assertFalse(stop.isCanary(plainHash), "plain");
        vm.assertEq(stop.canaryRecords().length, 1, "one");
        vm.assertEq(stop.canaryRecords()[0], canaryHash, "this one");
    }

    function deployWith(IVerifierRouter router_, address governor_, bytes32[] calldata canaries) external {
        new EmergencyStop(router_, store, governor_, guardian, canaries);
    }

    function test_canaries_are_published_public_and_distinct() external {
        vm.expectRevert(abi.encodeWithSelector(IRecordStore.RecordNotFound.selector, bytes32("none")));
        this.deployWith(router, governor, list(bytes32("none")));
        for (uint256 flags = 1; flags <= 3; ++flags) {
            bytes32 hash = store.publish(Records.make(flags, 64, 64));
            vm.expectRevert(abi.encodeWithSelector(IEmergencyStop.PrivateRecord.selector, hash));
            this.deployWith(router, governor, list(hash));
        }
        bytes32 malformed = store.publish(new bytes(700));
        vm.expectRevert(abi.encodeWithSelector(RecordHeader.BadRecordTag.selector, bytes32(0)));
        this.deployWith(router, governor, list(malformed));
        bytes32[] memory twice = new bytes32[](2);
        (twice[0], twice[1]) = (canaryHash, canaryHash);
        vm.expectRevert(abi.encodeWithSelector(IEmergencyStop.DuplicateCanary.selector, canaryHash));
        this.deployWith(router, governor, twice);
    }

    function test_needs_a_governor_and_a_router() external {
        vm.expectRevert(IEmergencyStop.ZeroAddress.selector);
        this.deployWith(router, address(0), list(canaryHash));
        vm.expectRevert(IEmergencyStop.ZeroAddress.selector);
        this.deployWith(IVerifierRouter(address(0)), governor, list(canaryHash));
    }
}
