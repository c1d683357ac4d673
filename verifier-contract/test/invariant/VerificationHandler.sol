// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IEmergencyStop} from "../../src/interfaces/IEmergencyStop.sol";
import {IVerifierRouter} from "../../src/interfaces/IVerifierRouter.sol";
import {RecordVerifier} from "../../src/verify/RecordVerifier.sol";
import {Verification} from "../base/Verification.sol";

/// @notice Twelve actors, the governor and the guardian among them, who add, tombstone, stop, appoint and contradict in any order,
/// and a plain model of what must come of it. No action here may revert.
contract VerificationHandler is Verification {
    uint256 private constant ACTORS = 12;

    bytes4[] public selectors;
    bytes32[] public hashes;
    address public appointed;
    mapping(bytes4 selector => address) public verifierWas;
    mapping(bytes4 selector => uint256) public tombstonedWas;
    mapping(bytes4 selector => uint256) public stoppedWas;
    mapping(bytes4 selector => mapping(bytes32 recordHash => uint256)) public recordStoppedWas;
    mapping(bytes4 selector => mapping(bytes32 recordHash => uint256)) public firstSeenStopped;

    constructor() {
        deployVerification();
        appointed = guardian;
        selectors.push(SEALS);
        verifierWas[SEALS] = address(verifier);
        hashes = [canaryHash, plainHash, bytes32("never published")];
    }

    function parts() external view returns (address, address) {
        return (address(router), address(stop));
    }

    function counts() external view returns (uint256, uint256) {
        return (selectors.length, hashes.length);
    }

    function account(uint256 seed) public view returns (address) {
        seed %= ACTORS;
        if (seed == 0) return governor;
        if (seed == 1) return appointed == address(0) ? guardian : appointed;
        return address(uint160(0xAC700 + seed));
    }

    function selectorAt(uint256 seed) private view returns (bytes4) {
        // One that nobody ever added, now and then.
        seed %= selectors.length + 1;
        return seed == selectors.length ? bytes4(0xdeadbeef) : selectors[seed];
    }

    function addVerifier(uint256 who, uint256 which, bool again) external {
        bytes4 selector = again ? selectors[which % selectors.length] : bytes4(uint32(1 + which % 1_000));
        RecordVerifier made = newVerifier();
        address by = account(who);
        bool taken = verifierWas[selector] != address(0);
        if (by != governor) vm.expectRevert(abi.encodeWithSelector(IVerifierRouter.NotGovernor.selector, by));
        else if (taken) vm.expectRevert(abi.encodeWithSelector(IVerifierRouter.SelectorTaken.selector, selector));
        vm.prank(by);
        router.add(selector, made);
        if (by != governor || taken) return;
        selectors.push(selector);
        verifierWas[selector] = address(made);
    }

    function tombstone(uint256 who, uint256 which) external {
        bytes4 selector = selectorAt(which);
        address by = account(who);
        bool possible = by == governor && verifierWas[selector] != address(0) && tombstonedWas[selector] == 0;
        if (!possible) vm.expectRevert();
        vm.prank(by);
        router.tombstone(selector);
        if (possible) tombstonedWas[selector] = time();
    }

    function appoint(uint256 who, uint256 whom) external {
        address by = account(who);
        address next = whom % 5 == 0 ? address(0) : account(whom);
        if (by != governor) vm.expectRevert(abi.encodeWithSelector(IEmergencyStop.NotGovernor.selector, by));
        vm.prank(by);
        stop.setGuardian(next);
        if (by == governor) appointed = next;
    }

    function stopVerifier(uint256 who, uint256 which) external {
        bytes4 selector = selectorAt(which);
        address by = account(who);
        bool possible = by == appointed && verifierWas[selector] != address(0) && stoppedWas[selector] == 0;
        if (!possible) vm.expectRevert();
        vm.prank(by);
        stop.stopVerifier(selector);
        if (possible) stoppedWas[selector] = time();
        observe(selector);
    }

    function stopRecord(uint256 who, uint256 which, uint256 hash) external {
        bytes4 selector = selectorAt(which);
        bytes32 recordHash = hashes[hash % hashes.length];
        address by = account(who);
        bool possible =
            by == appointed && verifierWas[selector] != address(0) && recordStoppedWas[selector][recordHash] == 0;
        if (!possible) vm.expectRevert();
        vm.prank(by);
        stop.stopRecord(selector, recordHash);
        if (possible) recordStoppedWas[selector][recordHash] = time();
        observe(selector);
    }

    /// @dev By anyone, with claims of two inputs and two outputs: half of them contradict.
    function contradict(uint256 who, uint256 which, uint256 draws) external {
        bytes4 selector = selectorAt(which);
        bool ofCanary = draws & 1 != 0;
        bytes32 hash = ofCanary ? canaryHash : plainHash;
        IEmergencyStop.Claim memory first = claim(ofCanary, draws >> 1 & 1, draws >> 2 & 1);
        IEmergencyStop.Claim memory second = claim(ofCanary, draws >> 3 & 1, draws >> 4 & 1);
        bool possible =
            verifierWas[selector] != address(0) && draws >> 1 & 1 == draws >> 3 & 1 && draws >> 2 & 1 != draws >> 4 & 1;
        possible = possible && (ofCanary ? stoppedWas[selector] == 0 : recordStoppedWas[selector][hash] == 0);
        if (!possible) vm.expectRevert();
        vm.prank(account(who));
        stop.stopByEquivocation(selector, hash, first, second);
        if (possible && ofCanary) stoppedWas[selector] = time();
        else if (possible) recordStoppedWas[selector][hash] = time();
        observe(selector);
    }

    function pass(uint256 duration) external {
        vm.warp(time() + bound(duration, 1, 5 days));
    }

    /// @dev What `stoppedAt` said when it first said anything.
    function observe(bytes4 selector) private {
        for (uint256 i = 0; i < hashes.length; ++i) {
            if (firstSeenStopped[selector][hashes[i]] == 0) {
                firstSeenStopped[selector][hashes[i]] = stop.stoppedAt(selector, hashes[i]);
            }
        }
    }
}
