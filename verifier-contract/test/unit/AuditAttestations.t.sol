// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAuditAttestations} from "../../src/interfaces/IAuditAttestations.sol";
import {AuditAttestations} from "../../src/registry/AuditAttestations.sol";
import {Test} from "../base/Test.sol";

contract AuditAttestationsTest is Test {
    AuditAttestations private attestations = new AuditAttestations();
    address private auditor = actor("auditor");
    address private other = actor("other");
    bytes32 private constant RECORD = "record";
    bytes32 private constant REPORT = keccak256("report");
    IAuditAttestations.Verdict private constant PASSED = IAuditAttestations.Verdict.Passed;
    IAuditAttestations.Verdict private constant FAILED = IAuditAttestations.Verdict.Failed;
    IAuditAttestations.Verdict private constant NONE = IAuditAttestations.Verdict.None;

    function setUp() external {
        vm.warp(1_800_000_000);
    }

    function attest(IAuditAttestations.Verdict verdict) private {
        vm.prank(auditor);
        attestations.attest(RECORD, verdict, REPORT, "ipfs://report");
    }

    function test_attest() external {
        vm.expectEmit(address(attestations));
        emit IAuditAttestations.Attested(auditor, RECORD, PASSED, REPORT, "ipfs://report");
        attest(PASSED);
        IAuditAttestations.Attestation memory said = attestations.attestationOf(auditor, RECORD);
        vm.assertTrue(said.verdict == PASSED, "verdict");
        vm.assertEq(said.attestedAt, time(), "since now");
        vm.assertEq(said.revokedAt, 0, "stands");
        vm.assertEq(said.reportHash, REPORT, "report");
        vm.assertEq(bytes(said.reportURI), "ipfs://report", "where");
        vm.assertTrue(attestations.verdictOf(auditor, RECORD) == PASSED, "verdict");
    }

    function test_everybody_speaks_for_itself() external {
        attest(PASSED);
        vm.assertTrue(attestations.verdictOf(other, RECORD) == NONE, "the other said nothing");
        vm.prank(other);
        attestations.attest(RECORD, FAILED, REPORT, "");
        vm.assertTrue(attestations.verdictOf(auditor, RECORD) == PASSED, "nor changed what was said");
        vm.assertTrue(attestations.verdictOf(auditor, "another") == NONE, "of this record only");
    }

    function test_a_later_word_replaces_the_earlier() external {
        attest(PASSED);
        vm.warp(time() + 5);
        attest(FAILED);
        IAuditAttestations.Attestation memory said = attestations.attestationOf(auditor, RECORD);
        vm.assertTrue(said.verdict == FAILED, "verdict");
        vm.assertEq(said.attestedAt, time(), "since now");
    }

    function test_revoke() external {
        attest(PASSED);
        vm.warp(time() + 5);
        vm.expectEmit(address(attestations));
        emit IAuditAttestations.Revoked(auditor, RECORD);
        vm.prank(auditor);
        attestations.revoke(RECORD);
        vm.assertTrue(attestations.verdictOf(auditor, RECORD) == NONE, "no verdict stands");
        IAuditAttestations.Attestation memory said = attestations.attestationOf(auditor, RECORD);
        vm.assertTrue(said.verdict == PASSED, "what was said is readable");
        vm.assertEq(said.revokedAt, time(), "and since when it does not stand");
        attest(FAILED);
        vm.assertTrue(attestations.verdictOf(auditor, RECORD) == FAILED, "a new word stands");
    }

    function test_only_its_author_revokes() external {
        attest(PASSED);
        vm.prank(other);
        vm.expectRevert(abi.encodeWithSelector(IAuditAttestations.NothingToRevoke.selector, other, RECORD));
        attestations.revoke(RECORD);
    }

    function test_revoke_once() external {
        attest(PASSED);
        vm.startPrank(auditor);
        attestations.revoke(RECORD);
        vm.expectRevert(abi.encodeWithSelector(IAuditAttestations.NothingToRevoke.selector, auditor, RECORD));
        attestations.revoke(RECORD);
    }

    function test_an_attestation_is_complete() external {
        vm.startPrank(auditor);
        vm.expectRevert(IAuditAttestations.NoVerdict.selector);
        attestations.attest(RECORD, NONE, REPORT, "");
        vm.expectRevert(IAuditAttestations.NoReport.selector);
        attestations.attest(RECORD, PASSED, 0, "");
        vm.expectRevert(abi.encodeWithSelector(IAuditAttestations.URITooLong.selector, 513, 512));
        attestations.attest(RECORD, PASSED, REPORT, string(new bytes(513)));
        attestations.attest(RECORD, PASSED, REPORT, string(new bytes(512)));
    }

    function testFuzz_reads_back_what_was_said(address by, bytes32 hash, bool passed, bytes32 report, string memory uri)
        external
    {
        vm.assume(report != 0 && bytes(uri).length <= 512);
        vm.prank(by);
        attestations.attest(hash, passed ? PASSED : FAILED, report, uri);
        IAuditAttestations.Attestation memory said = attestations.attestationOf(by, hash);
        vm.assertTrue(said.verdict == (passed ? PASSED : FAILED), "verdict");
        vm.assertEq(said.reportHash, report, "report");
        vm.assertEq(bytes(said.reportURI), bytes(uri), "where");
    }
}
