// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {scriptVm} from "../../script/base/ScriptVm.sol";
import {DeploymentFactory} from "../../script/DeploymentFactory.sol";
import {Check} from "../../script/Check.s.sol";
import {Parameters, ParametersFile} from "../../script/Parameters.sol";
import {Plan, Plans} from "../../script/Plan.sol";
import {Report} from "../../script/Report.sol";
import {ProofSystem} from "../../src/libraries/ProofSystem.sol";
import {InferenceMarket} from "../../src/market/InferenceMarket.sol";
import {ModelRegistry} from "../../src/registry/ModelRegistry.sol";
import {RecordStore} from "../../src/registry/RecordStore.sol";
import {EmergencyStop} from "../../src/verify/EmergencyStop.sol";
import {InferenceVerifier} from "../../src/verify/InferenceVerifier.sol";
import {VerifierRouter} from "../../src/verify/VerifierRouter.sol";
import {Deployed} from "../base/Deployed.sol";
import {SealFixtures} from "../base/SealFixtures.sol";

contract DeploymentScriptTest is Deployed, SealFixtures {
    function setUp() external {
        prepare();
    }

    function validate(Parameters memory p) external view {
        p.validate();
    }

    function test_deploys_and_checks() external {
        Report memory report = script.deploy(local());
        vm.assertEq(report.failures(), 0, "all as it should be");
        vm.assertTrue(report.lines.length > 60, "all of it");
    }

    function test_deploys_by_file() external {
        script.deploy("local");
        script.run("local");
    }

    /// @dev What was deployed does what it is for: a real seal, by listing.
    function test_what_was_deployed_verifies_a_real_seal() external {
        script.deploy(local());
        Sealed memory s = load("public");
        bytes32 hash = RecordStore(deployed("RecordStore")).publish(s.record);
        uint256 id = ModelRegistry(deployed("ModelRegistry")).register(hash, 0, 0, "");
        InferenceVerifier inference = InferenceVerifier(deployed("InferenceVerifier"));
        bytes32 commitment = inference.commitmentOf(s.context, s.input);
        inference.verifyInference(id, commitment, s.output, abi.encode(s.context, s.input, s.seal));
        vm.assertTrue(EmergencyStop(deployed("EmergencyStop")).isCanary(hash), "its record is the canary");
    }

    /// @dev The governor's rights are the timelock's: proposed, waited for, executed.
    function test_the_timelock_governs() external {
        Parameters memory p = local();
        script.deploy(p);
        TimelockController timelock = TimelockController(payable(deployed("TimelockController")));
        VerifierRouter router = VerifierRouter(deployed("VerifierRouter"));
        bytes memory data = abi.encodeCall(VerifierRouter.tombstone, (ProofSystem.SEAL_V1));
        vm.prank(p.deployer);
        vm.expectRevert();
        timelock.schedule(address(router), 0, data, 0, 0, p.minDelay);
        vm.prank(p.proposers[0]);
        timelock.schedule(address(router), 0, data, 0, 0, p.minDelay);
        vm.expectRevert();
        timelock.execute(address(router), 0, data, 0, 0);
        vm.warp(time() + p.minDelay);
        timelock.execute(address(router), 0, data, 0, 0);
        vm.assertEq(router.tombstonedAt(ProofSystem.SEAL_V1), time(), "tombstoned");
    }

    /// @dev Addresses depend on deployer and name, not on parameters or code.
    function test_addresses_are_known_beforehand() external {
        Parameters memory p = local();
        address expected = Plans.make(p).addressOf("InferenceMarket");
        vm.assertEq(expected.code.length, 0, "nothing there yet");
        p.minDelay = 77;
        script.deploy(p);
        vm.assertTrue(expected.code.length != 0, "there");
        vm.assertEq(address(InferenceMarket(expected).registry()), Plans.make(p).addressOf("ModelRegistry"), "wired");
        p.deployer = stranger;
        vm.assertTrue(Plans.make(p).addressOf("InferenceMarket") != expected, "of this deployer");
    }

    function test_two_deployers_do_not_collide() external {
        Parameters memory p = local();
        script.deploy(p);
        p.deployer = stranger;
        script.deploy(p);
    }

    /// @dev Deploying again changes nothing, and what an interruption left out is added.
    function test_can_be_run_again() external {
        Parameters memory p = local();
        script.deploy(p);
        bytes32 code = deployed("InferenceMarket").codehash;
        uint256 sent = vm.getNonce(p.deployer);
        vm.assertTrue(sent != 0, "transactions are counted");
        script.deploy(p);
        vm.assertEq(vm.getNonce(p.deployer), sent, "nothing is sent");
        vm.assertEq(deployed("InferenceMarket").codehash, code, "as it was");
    }

    function test_resumes_after_an_interruption() external {
        Parameters memory p = local();
        Plan memory plan = Plans.make(p);
        (bool ok,) = Plans.CREATE2_DEPLOYER.call(bytes.concat(bytes32(0), Plans.factoryCode()));
        vm.assertTrue(ok, "factory");
        bytes memory code = scriptVm.getCode("RecordStore.sol:RecordStore");
        vm.prank(p.deployer);
        plan.factory.deploy(Plans.salt("RecordStore"), code);
        script.deploy(p);
    }

    function test_others_cannot_take_an_address() external {
        Parameters memory p = local();
        Plan memory plan = Plans.make(p);
        script.deploy(p);
        vm.prank(stranger);
        address got = plan.factory.deploy(Plans.salt("RecordStore"), hex"60016000f3");
        vm.assertTrue(got != plan.addressOf("RecordStore"), "their own");
        vm.assertEq(plan.factory.addressOf(stranger, Plans.salt("RecordStore")), got, "as the factory says");
        vm.assertEq(plan.factory.addressOf(p.deployer, Plans.salt("RecordStore")), deployed("RecordStore"), "ours");
    }

    function test_the_factory_deploys_once() external {
        DeploymentFactory factory = new DeploymentFactory();
        bytes memory code = hex"60016000f3"; // One byte of code: STOP.
        address made = factory.deploy("salt", code);
        vm.assertEq(factory.initCodeHashOf(made), keccak256(code), "written down");
        // A creation that collides burns all gas it is given.
        vm.expectRevert();
        factory.deploy{gas: 1_000_000}("salt", code);
        vm.expectRevert();
        factory.deploy{gas: 1_000_000}("salt", hex"60026000f3");
        vm.assertEq(factory.initCodeHashOf(made), keccak256(code), "as it was");
    }

    function test_nothing_deployed_fails_the_check() external {
        Parameters memory p = local();
        Report memory report = script.inspect(p);
        vm.expectRevert(abi.encodeWithSelector(Check.CheckFailed.selector, report.failures()));
        script.check(p);
        vm.assertTrue(isWrong(report, "DeploymentFactory: has code"), "no factory");
        vm.assertTrue(isWrong(report, "InferenceMarket: has code"), "no market");
    }

    function test_public_parameters_are_refused_until_they_are_set() external {
        Parameters memory p = script.read("public");
        vm.chainId(1);
        refused(p, abi.encodeWithSelector(ParametersFile.NotSet.selector, "proposers"));
        vm.expectRevert(abi.encodeWithSelector(ParametersFile.NotSet.selector, "proposers"));
        script.deploy("public");
    }

    function test_every_parameter_must_be_set() external {
        Parameters memory p = local();
        p.proposers[0] = address(0);
        notSet(p, "proposers");
        p = local();
        p.executors = new address[](0);
        notSet(p, "executors");
        p = local();
        p.srs = "";
        notSet(p, "srs");
        p = local();
        p.srsDigest = 0;
        notSet(p, "srs");
        p = local();
        p.canaryRecords = new bytes[](0);
        notSet(p, "canaryRecords");
        p = local();
        p.deployer = address(0);
        notSet(p, "deployer");
        p = local();
        p.guardian = address(0);
        notSet(p, "guardian");
        p = local();
        p.team = address(0);
        notSet(p, "team");
        p = local();
        p.venture = address(0);
        notSet(p, "venture");
        p = local();
        p.treasury = address(0);
        notSet(p, "treasury");
        p = local();
        p.advisors = address(0);
        notSet(p, "advisors");
        p = local();
        p.management = address(0);
        notSet(p, "management");
        p = local();
        p.reserve = address(0);
        notSet(p, "reserve");
    }

    function test_bounds() external {
        Parameters memory p = local();
        p.minDelay = 30 days + 1;
        refused(p, abi.encodeWithSelector(ParametersFile.OutOfBounds.selector, "minDelay", 30 days + 1));
        p.chainId = 1;
        refused(p, abi.encodeWithSelector(ParametersFile.WrongChain.selector, 1, 31_337));
        vm.chainId(1);
        p.minDelay = 3 days - 1;
        refused(p, abi.encodeWithSelector(ParametersFile.OutOfBounds.selector, "minDelay", 3 days - 1));
        p.minDelay = 3 days;
        this.validate(p);
        p.proposers[0] = p.deployer;
        refused(p, abi.encodeWithSelector(ParametersFile.OutOfBounds.selector, "proposers", 0));
    }

    function notSet(Parameters memory p, string memory parameter) private {
        refused(p, abi.encodeWithSelector(ParametersFile.NotSet.selector, parameter));
    }

    function refused(Parameters memory p, bytes memory why) private {
        vm.expectRevert(why);
        this.validate(p);
        vm.expectRevert(why);
        script.check(p);
    }
}
