// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Check} from "../../script/Check.s.sol";
import {Parameters} from "../../script/Parameters.sol";
import {Plan, Plans} from "../../script/Plan.sol";
import {Report} from "../../script/Report.sol";
import {INetworkToken} from "../../src/interfaces/INetworkToken.sol";
import {IRecordVerifier} from "../../src/interfaces/IRecordVerifier.sol";
import {ProofSystem} from "../../src/libraries/ProofSystem.sol";
import {InferenceMarket} from "../../src/market/InferenceMarket.sol";
import {ModelRegistry} from "../../src/registry/ModelRegistry.sol";
import {RecordStore} from "../../src/registry/RecordStore.sol";
import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";
import {NetworkToken} from "../../src/rewards/NetworkToken.sol";
import {EmergencyStop} from "../../src/verify/EmergencyStop.sol";
import {InferenceVerifier} from "../../src/verify/InferenceVerifier.sol";
import {RecordVerifier} from "../../src/verify/RecordVerifier.sol";
import {VerifierRouter} from "../../src/verify/VerifierRouter.sol";
import {Deployed} from "../base/Deployed.sol";
import {Records} from "../base/Records.sol";
import {SealVerifierDouble} from "../base/SealVerifierDouble.sol";

/// @notice Another constant in the place of a contract's own.
contract ShortURIs {
    uint256 public constant MAX_URI_BYTES = 1;
}

/// @notice For every line of the report there is a deployment, or something done to one, that makes it wrong.
contract DeploymentTamperedTest is Deployed {
    /// @dev Something done, and a line that it makes wrong.
    struct Tampering {
        function() internal act;
        string line;
    }

    uint256 private empty;
    uint256 private complete;

    function setUp() external {
        prepare();
        // Known before they are taken, so that they are part of what is gone back to.
        empty = vm.snapshotState() + 1;
        complete = empty + 1;
        assert(vm.snapshotState() == empty);
        script.deploy(local());
        assert(vm.snapshotState() == complete);
    }

    function tamperings() private pure returns (Tampering[] memory all) {
        all = new Tampering[](60);
        uint256 i;
        all[i++] = Tampering(noFactory, "DeploymentFactory: has code");
        all[i++] = Tampering(noCode, "InferenceMarket: has code");
        all[i++] = Tampering(otherDelay, "TimelockController: delay");
        all[i++] = Tampering(otherDelayLater, "TimelockController: delay");
        all[i++] = Tampering(otherProposer, "TimelockController: proposer");
        all[i++] = Tampering(moreProposers, "TimelockController: code and arguments");
        all[i++] = Tampering(otherExecutor, "TimelockController: executor");
        all[i++] = Tampering(noSelfAdministration, "TimelockController: administers itself");
        all[i++] = Tampering(noCanceller, "TimelockController: canceller");
        all[i++] = Tampering(anyoneProposes, "TimelockController: proposer, anyone");
        all[i++] = Tampering(anyoneCancels, "TimelockController: canceller, anyone");
        all[i++] = Tampering(deployerRules, "TimelockController: deployer administers");
        all[i++] = Tampering(deployerRules, "TimelockController: deployer proposes");
        all[i++] = Tampering(deployerRules, "TimelockController: deployer cancels");
        all[i++] = Tampering(deployerRules, "TimelockController: deployer executes");
        all[i++] = Tampering(factoryRules, "TimelockController: factory administers");
        all[i++] = Tampering(factoryRules, "TimelockController: factory proposes");
        all[i++] = Tampering(factoryRules, "TimelockController: factory cancels");
        all[i++] = Tampering(factoryRules, "TimelockController: factory executes");
        all[i++] = Tampering(guardianRules, "TimelockController: guardian administers");
        all[i++] = Tampering(guardianRules, "TimelockController: guardian proposes");
        all[i++] = Tampering(guardianRules, "TimelockController: guardian cancels");
        all[i++] = Tampering(guardianRules, "TimelockController: guardian executes");
        all[i++] = Tampering(otherSrs, "SealVerifier: SRS points");
        all[i++] = Tampering(otherSrs, "SealVerifier: SRS digest");
        all[i++] = Tampering(otherCanaries, "RecordStore: canary record is published");
        all[i++] = Tampering(otherCanaries, "EmergencyStop: canary records");
        all[i++] = Tampering(otherRecordVerifier, "RecordVerifier: store");
        all[i++] = Tampering(otherRecordVerifier, "RecordVerifier: seal verifier");
        all[i++] = Tampering(otherRouter, "VerifierRouter: governor");
        all[i++] = Tampering(otherRouter, "VerifierRouter: verifier of seals");
        all[i++] = Tampering(anotherVerifier, "VerifierRouter: selectors");
        all[i++] = Tampering(tombstoned, "VerifierRouter: seals tombstoned at");
        all[i++] = Tampering(otherStop, "EmergencyStop: router");
        all[i++] = Tampering(otherStop, "EmergencyStop: store");
        all[i++] = Tampering(otherStop, "EmergencyStop: governor");
        all[i++] = Tampering(otherGuardian, "EmergencyStop: guardian");
        all[i++] = Tampering(otherGuardianLater, "EmergencyStop: guardian");
        all[i++] = Tampering(stopped, "EmergencyStop: seals stopped at");
        all[i++] = Tampering(otherRegistry, "ModelRegistry: store");
        all[i++] = Tampering(otherInferenceVerifier, "InferenceVerifier: registry");
        all[i++] = Tampering(otherInferenceVerifier, "InferenceVerifier: router");
        all[i++] = Tampering(otherInferenceVerifier, "InferenceVerifier: stop");
        all[i++] = Tampering(otherAttestations, "AuditAttestations: longest URI");
        all[i++] = Tampering(burned, "NetworkToken: supply");
        all[i++] = Tampering(spentByRewards, "NetworkToken: contributors");
        all[i++] = Tampering(otherTeam, "NetworkToken: team");
        all[i++] = Tampering(otherVenture, "NetworkToken: venture");
        all[i++] = Tampering(otherTreasury, "NetworkToken: treasury");
        all[i++] = Tampering(otherAdvisors, "NetworkToken: advisors");
        all[i++] = Tampering(otherManagement, "NetworkToken: management");
        all[i++] = Tampering(otherReserve, "NetworkToken: reserve");
        all[i++] = Tampering(otherTreasury, "IntelligenceRewards: treasury");
        all[i++] = Tampering(otherMoney, "IntelligenceRewards: token");
        all[i++] = Tampering(otherMoney, "IntelligenceRewards: market");
        all[i++] = Tampering(otherMoney, "InferenceMarket: token");
        all[i++] = Tampering(otherMoney, "InferenceMarket: registry");
        all[i++] = Tampering(otherMoney, "InferenceMarket: verifier");
        all[i++] = Tampering(otherMoney, "InferenceMarket: rewards");
        all[i++] = Tampering(impostors, "EmergencyStop: code and arguments");
        assert(i == all.length);
    }

    function test_tamperings_0_to_9_are_found() external {
        areFound(0);
    }

    function test_tamperings_10_to_19_are_found() external {
        areFound(10);
    }

    function test_tamperings_20_to_29_are_found() external {
        areFound(20);
    }

    function test_tamperings_30_to_39_are_found() external {
        areFound(30);
    }

    function test_tamperings_40_to_49_are_found() external {
        areFound(40);
    }

    function test_tamperings_50_to_59_are_found() external {
        areFound(50);
    }

    /// @dev Ten of them: forge bounds the gas of a test.
    function areFound(uint256 from) private {
        Tampering[] memory all = tamperings();
        assert(all.length == 60);
        Parameters memory p = local();
        for (uint256 i = from; i < from + 10; ++i) {
            vm.revertToState(complete);
            all[i].act();
            Report memory report = script.inspect(p);
            vm.assertTrue(isWrong(report, all[i].line), all[i].line);
            vm.expectRevert(abi.encodeWithSelector(Check.CheckFailed.selector, report.failures()));
            script.check(p);
        }
    }

    /// @dev A line that nothing makes wrong would be no check. (Of what all contracts have alike, one stands for all.)
    function test_nothing_is_left_out() external {
        Tampering[] memory all = tamperings();
        Report memory report = script.inspect(local());
        for (uint256 i = 0; i < report.lines.length; ++i) {
            string memory what = report.lines[i].what;
            bool covered = ends(what, ": has code") || ends(what, ": code and arguments");
            for (uint256 j = 0; j < all.length && !covered; ++j) {
                covered = keccak256(bytes(all[j].line)) == keccak256(bytes(what));
            }
            vm.assertTrue(covered, what);
        }
    }

    /// @dev Code that was put where a contract should be fails two lines of every contract.
    function test_every_address_is_checked() external {
        vm.revertToState(empty);
        Report memory report = script.inspect(local());
        uint256 missing;
        for (uint256 i = 0; i < report.lines.length; ++i) {
            vm.assertFalse(report.lines[i].ok, report.lines[i].what);
            if (ends(report.lines[i].what, ": code and arguments")) ++missing;
        }
        vm.assertEq(missing, 12, "contracts");
    }

    // ---- deployed with other parameters

    function deployWith(Parameters memory p) private {
        vm.revertToState(empty);
        script.deploy(p);
    }

    function otherDelay() internal {
        Parameters memory p = local();
        p.minDelay += 1;
        deployWith(p);
    }

    function otherProposer() internal {
        Parameters memory p = local();
        p.proposers[0] = stranger;
        deployWith(p);
    }

    /// @dev Whose roles none of the others' lines would show.
    function moreProposers() internal {
        Parameters memory p = local();
        address only = p.proposers[0];
        p.proposers = new address[](2);
        (p.proposers[0], p.proposers[1]) = (only, stranger);
        deployWith(p);
    }

    function otherExecutor() internal {
        Parameters memory p = local();
        p.executors[0] = stranger;
        deployWith(p);
    }

    function otherSrs() internal {
        Parameters memory p = local();
        p.srs[100] ^= 0x01;
        p.srsDigest = keccak256(abi.encodePacked("verin.srs.v1", p.srs));
        deployWith(p);
    }

    function otherCanaries() internal {
        Parameters memory p = local();
        p.canaryRecords[0] = Records.make(0, 8, 8);
        deployWith(p);
    }

    function otherGuardian() internal {
        Parameters memory p = local();
        p.guardian = stranger;
        deployWith(p);
    }

    function otherTeam() internal {
        Parameters memory p = local();
        p.team = stranger;
        deployWith(p);
    }

    function otherVenture() internal {
        Parameters memory p = local();
        p.venture = stranger;
        deployWith(p);
    }

    function otherTreasury() internal {
        Parameters memory p = local();
        p.treasury = stranger;
        deployWith(p);
    }

    function otherAdvisors() internal {
        Parameters memory p = local();
        p.advisors = stranger;
        deployWith(p);
    }

    function otherManagement() internal {
        Parameters memory p = local();
        p.management = stranger;
        deployWith(p);
    }

    function otherReserve() internal {
        Parameters memory p = local();
        p.reserve = stranger;
        deployWith(p);
    }

    // ---- changed afterwards

    function timelock() private view returns (TimelockController) {
        return TimelockController(payable(deployed("TimelockController")));
    }

    function grantAll(address account) private {
        TimelockController t = timelock();
        bytes32[4] memory roles = [t.DEFAULT_ADMIN_ROLE(), t.PROPOSER_ROLE(), t.CANCELLER_ROLE(), t.EXECUTOR_ROLE()];
        vm.startPrank(address(t));
        for (uint256 i = 0; i < 4; ++i) {
            // What this account may already do, it may not do any more.
            if (t.hasRole(roles[i], account)) t.revokeRole(roles[i], account);
            else t.grantRole(roles[i], account);
        }
        vm.stopPrank();
    }

    function deployerRules() internal {
        grantAll(local().deployer);
    }

    function factoryRules() internal {
        grantAll(address(Plans.make(local()).factory));
    }

    function guardianRules() internal {
        grantAll(local().guardian);
    }

    function anyoneProposes() internal {
        TimelockController t = timelock();
        bytes32 role = t.PROPOSER_ROLE();
        vm.prank(address(t));
        t.grantRole(role, address(0));
    }

    function anyoneCancels() internal {
        TimelockController t = timelock();
        bytes32 role = t.CANCELLER_ROLE();
        vm.prank(address(t));
        t.grantRole(role, address(0));
    }

    function noCanceller() internal {
        TimelockController t = timelock();
        (bytes32 role, address proposer) = (t.CANCELLER_ROLE(), local().proposers[0]);
        vm.prank(address(t));
        t.revokeRole(role, proposer);
    }

    function noSelfAdministration() internal {
        TimelockController t = timelock();
        bytes32 role = t.DEFAULT_ADMIN_ROLE();
        vm.prank(address(t));
        t.revokeRole(role, address(t));
    }

    function otherDelayLater() internal {
        TimelockController t = timelock();
        vm.prank(address(t));
        t.updateDelay(1);
    }

    function anotherVerifier() internal {
        RecordVerifier other = new RecordVerifier(new RecordStore(), new SealVerifierDouble());
        VerifierRouter router = VerifierRouter(deployed("VerifierRouter"));
        vm.prank(address(timelock()));
        router.add(0x00000001, other);
    }

    function tombstoned() internal {
        VerifierRouter router = VerifierRouter(deployed("VerifierRouter"));
        vm.prank(address(timelock()));
        router.tombstone(ProofSystem.SEAL_V1);
    }

    function otherGuardianLater() internal {
        EmergencyStop stop = EmergencyStop(deployed("EmergencyStop"));
        vm.prank(address(timelock()));
        stop.setGuardian(stranger);
    }

    function stopped() internal {
        EmergencyStop stop = EmergencyStop(deployed("EmergencyStop"));
        vm.prank(local().guardian);
        stop.stopVerifier(ProofSystem.SEAL_V1);
    }

    function burned() internal {
        NetworkToken token = NetworkToken(deployed("NetworkToken"));
        vm.prank(local().team);
        token.burn(1);
    }

    function spentByRewards() internal {
        NetworkToken token = NetworkToken(deployed("NetworkToken"));
        vm.prank(deployed("IntelligenceRewards"));
        token.transfer(stranger, 1);
    }

    // ---- another contract in the place of one

    function noFactory() internal {
        vm.etch(address(Plans.make(local()).factory), "");
    }

    function noCode() internal {
        vm.etch(deployed("InferenceMarket"), "");
    }

    function otherRecordVerifier() internal {
        vm.etch(
            deployed("RecordVerifier"), address(new RecordVerifier(new RecordStore(), new SealVerifierDouble())).code
        );
    }

    function otherRegistry() internal {
        vm.etch(deployed("ModelRegistry"), address(new ModelRegistry(new RecordStore())).code);
    }

    function otherAttestations() internal {
        vm.etch(deployed("AuditAttestations"), address(new ShortURIs()).code);
    }

    /// @dev Deployed by the deployer, where the script will find something there.
    function otherRouter() internal {
        impostors();
    }

    function otherStop() internal {
        (VerifierRouter router, RecordStore store) = strangeRouter();
        EmergencyStop other = new EmergencyStop(router, store, stranger, stranger, new bytes32[](0));
        vm.etch(deployed("EmergencyStop"), address(other).code);
    }

    function otherInferenceVerifier() internal {
        (VerifierRouter router, RecordStore store) = strangeRouter();
        EmergencyStop stop = new EmergencyStop(router, store, stranger, stranger, new bytes32[](0));
        InferenceVerifier other = new InferenceVerifier(new ModelRegistry(store), router, stop);
        vm.etch(deployed("InferenceVerifier"), address(other).code);
    }

    /// @dev Token, rewards and market of another family.
    function otherMoney() internal {
        RecordStore store = new RecordStore();
        ModelRegistry registry = new ModelRegistry(store);
        RecordVerifier verifier = new RecordVerifier(store, new SealVerifierDouble());
        uint256 nonce = vm.getNonce(address(this));
        address rewardsAt = vm.computeCreateAddress(address(this), nonce + 1);
        address marketAt = vm.computeCreateAddress(address(this), nonce + 2);
        address s = stranger;
        NetworkToken token = new NetworkToken(INetworkToken.Allocation(rewardsAt, s, s, s, s, s, s));
        IntelligenceRewards rewards = new IntelligenceRewards(token, marketAt, s);
        InferenceMarket market = new InferenceMarket(token, registry, verifier, rewards);
        vm.etch(deployed("IntelligenceRewards"), address(rewards).code);
        vm.etch(deployed("InferenceMarket"), address(market).code);
    }

    /// @dev The deployer puts contracts of its own there before the script comes, with itself as governor.
    function impostors() internal {
        vm.revertToState(empty);
        Parameters memory p = local();
        Plan memory plan = Plans.make(p);
        (bool ok,) = Plans.CREATE2_DEPLOYER.call(bytes.concat(bytes32(0), Plans.factoryCode()));
        vm.assertTrue(ok, "factory");
        (VerifierRouter strange, RecordStore store) = strangeRouter();
        bytes4[] memory selectors = new bytes4[](1);
        IRecordVerifier[] memory verifiers = new IRecordVerifier[](1);
        (selectors[0], verifiers[0]) = (ProofSystem.SEAL_V1, new RecordVerifier(store, new SealVerifierDouble()));
        bytes memory router =
            bytes.concat(vm.getCode("VerifierRouter.sol:VerifierRouter"), abi.encode(p.deployer, selectors, verifiers));
        bytes memory stop = bytes.concat(
            vm.getCode("EmergencyStop.sol:EmergencyStop"),
            abi.encode(strange, store, p.deployer, p.deployer, new bytes32[](0))
        );
        vm.startPrank(p.deployer);
        plan.factory.deploy(Plans.salt("VerifierRouter"), router);
        plan.factory.deploy(Plans.salt("EmergencyStop"), stop);
        vm.stopPrank();
        script.send(p);
    }

    function strangeRouter() private returns (VerifierRouter router, RecordStore store) {
        store = new RecordStore();
        router = new VerifierRouter(stranger, new bytes4[](0), new IRecordVerifier[](0));
    }

    function ends(string memory text, string memory with) private pure returns (bool) {
        (bytes memory a, bytes memory b) = (bytes(text), bytes(with));
        if (a.length < b.length) return false;
        for (uint256 i = 0; i < b.length; ++i) {
            if (a[a.length - b.length + i] != b[i]) return false;
        }
        return true;
    }
}
