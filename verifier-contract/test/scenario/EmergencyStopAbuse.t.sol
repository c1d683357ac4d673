// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IEmergencyStop} from "../../src/interfaces/IEmergencyStop.sol";
import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {Records} from "../base/Records.sol";
import {Scenario} from "../base/Scenario.sol";

/// @notice A stop is pulled by somebody who gains by it.
contract EmergencyStopAbuseTest is Scenario {
    uint256 private constant C = PRICE;
    address private saboteur = actor("saboteur");

    function setUp() external {
        deploy();
        fundProver(prover, C);
    }

    /// @dev A record made so that two contradictory seals of it verify.
    function twoSeals() private returns (IEmergencyStop.Claim memory first, IEmergencyStop.Claim memory second) {
        first = IEmergencyStop.Claim("context", 0, inputOf(1), outputOf(1), "seal");
        second = IEmergencyStop.Claim("context", 0, inputOf(1), outputOf(2), "seal");
        seals.prove(record, "context", inputOf(1), outputOf(1), "seal");
        seals.prove(record, "context", inputOf(1), outputOf(2), "seal");
    }

    function listMalicious() private returns (bytes32 hash, uint256 malicious) {
        record = Records.encode(Records.legal(0, INPUT_BYTES, OUTPUT_BYTES));
        record[record.length - 1] = ~record[record.length - 1];
        hash = store.publish(record);
        vm.prank(saboteur);
        malicious = registry.register(hash, LISTED, OWNER_BPS, "");
    }

    /// @dev Its own jobs end without loss to anybody; all others go on.
    function test_a_malicious_record_stops_itself() external {
        bytes32 honest = requestJob(1);
        bytes memory honestRecord = record;
        (bytes32 hash, uint256 malicious) = listMalicious();
        IMarketTypes.Terms memory terms = termsFor(2);
        (terms.listingId, terms.recordHash) = (malicious, hash);
        uint256 requesters = wealth(requester);
        uint256 provers = wealth(prover);
        bytes32 bad = requestAs(requester, 2, terms);
        lockAs(prover, bad);

        (IEmergencyStop.Claim memory first, IEmergencyStop.Claim memory second) = twoSeals();
        vm.prank(saboteur);
        stop.stopByEquivocation(SELECTOR, hash, first, second);
        vm.assertEq(stop.verifierStoppedAt(SELECTOR), 0, "the verifier goes on");
        market.voidJob(bad);
        vm.assertEq(wealth(requester), requesters, "the requester has its money");
        vm.assertEq(wealth(prover), provers, "the prover its collateral");
        vm.assertEq(credit(auction), 0, "nobody is slashed");

        record = honestRecord;
        settle(honest, 1, prover);
        vm.assertEq(credit(prover), 790e18, "other models are paid for");
        profit("stopping a record made to contradict itself", int256(wealth(saboteur)));
    }

    /// @dev A guardian can save a prover that cannot prove any more: nobody pays for it, but treasury and auction do not get what
    /// they would have. The price is the model: its record is stopped for ever.
    function test_a_guardian_saves_a_friend() external {
        uint256 friend = wealth(prover);
        uint256 requesters = wealth(requester);
        bytes32 jobId = requestJob(1);
        lockAs(prover, jobId);
        vm.warp(market.job(jobId).terms.deadline);
        uint256 state = vm.snapshotState();
        vm.warp(time() + 1);
        market.refund(jobId);
        int256 lapsed = change(friend, wealth(prover));
        vm.assertTrue(lapsed == -int256(C), "without the guardian");
        uint256 slashed = credit(auction) + market.potsOf(token).income;
        vm.assertEq(slashed, C, "half to the treasury, half to the auction");
        vm.revertToState(state);

        stopRecord(recordHash);
        vm.warp(time() + 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.VoidInstead.selector, jobId));
        market.refund(jobId);
        market.voidJob(jobId);
        vm.assertEq(wealth(prover), friend, "the friend has all of its collateral");
        vm.assertEq(wealth(requester), requesters, "the requester its money");
        vm.assertEq(credit(auction) + market.potsOf(token).income, 0, "which treasury and auction do not have");
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.Stopped.selector, SELECTOR, recordHash));
        market.request(2, termsFor(2), inputOf(2));
        profit("a guardian's stop in the last second of a friend's lock", change(friend, wealth(prover)));
        profit("the friend's lock without that stop", lapsed);
    }

    function test_a_stop_after_the_deadline_saves_nobody() external {
        uint256 friend = wealth(prover);
        bytes32 jobId = requestJob(1);
        lockAs(prover, jobId);
        vm.warp(market.job(jobId).terms.deadline + 1);
        stopRecord(recordHash);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NotVoidable.selector, jobId));
        market.voidJob(jobId);
        market.refund(jobId);
        profit("a guardian's stop a second later", change(friend, wealth(prover)));
    }

    /// @dev Stopping everything takes no money from anybody: every job ends, with all collateral back. What provers have proved and
    /// not sent is work for nothing. Governance appoints another guardian.
    function test_a_guardian_stops_everything() external {
        uint256 provers = wealth(prover);
        uint256 requesters = wealth(requester);
        bytes32 locked = requestJob(1);
        bytes32 open = requestJob(2);
        lockAs(prover, locked);
        vm.prank(guardian);
        stop.stopVerifier(SELECTOR);
        prove(list(locked), inputOf(1), outputOf(1), prover);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.Stopped.selector, SELECTOR, recordHash));
        market.fulfil(list(locked), inputOf(1), outputOf(1), "seal", prover);
        market.voidJob(locked);
        market.voidJob(open);
        vm.assertEq(wealth(prover), provers, "the prover lost its work, 790, and no collateral");
        vm.assertEq(wealth(requester), requesters, "requesters nothing");
        vm.prank(governor);
        stop.setGuardian(stranger);
        vm.prank(guardian);
        vm.expectRevert(abi.encodeWithSelector(IEmergencyStop.NotGuardian.selector, guardian));
        stop.stopRecord(SELECTOR, recordHash);
        profit("a guardian that stops everything", int256(wealth(guardian)));
    }
}
