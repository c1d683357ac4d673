// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Component} from "../../script/Component.sol";
import {components} from "../../script/Components.sol";
import {DeploymentFactory} from "../../src/deployment/DeploymentFactory.sol";
import {Check} from "../../script/Check.s.sol";
import {Parameters, ParametersFile} from "../../script/Parameters.sol";
import {Plan, Plans} from "../../script/Plan.sol";
import {Report} from "../../script/Report.sol";
import {MarketStorage} from "../../src/market/MarketStorage.sol";
import {ModelRegistry} from "../../src/registry/ModelRegistry.sol";
import {RecordStore} from "../../src/registry/RecordStore.sol";
import {EmergencyStop} from "../../src/verify/EmergencyStop.sol";
import {InferenceVerifier} from "../../src/verify/InferenceVerifier.sol";
import {VerifierRouter} from "../../src/verify/VerifierRouter.sol";
import {ProofSystem} from "../../src/libraries/ProofSystem.sol";
import {Deployed} from "../base/Deployed.sol";
import {SealFixtures} from "../base/SealFixtures.sol";

contract DeploymentScriptTest is Deployed, SealFixtures {
    /// @dev EIP-170.
    uint256 private constant MAX_CODE = 24_576;

    function setUp() external {
        prepare();
    }

    function test_deploys_and_checks() external {
        Report memory report = script.deploy(local());
        vm.assertEq(report.failures(), 0, "all as it should be");
        vm.assertTrue(report.lines.length > 200, "all of it");
    }

    function test_deploys_by_file() external {
        script.deploy("local");
        script.run("local");
    }

    function test_every_contract_fits() external {
        script.deploy(local());
        Component[] memory list = components();
        for (uint256 i = 0; i < list.length; ++i) {
            vm.assertLe(deployed(list[i].name()).code.length, MAX_CODE, list[i].name());
        }
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

    /// @dev The governor alone proposes to the timelock, which alone governs.
    function test_the_deployer_governs_nothing() external {
        Parameters memory p = local();
        script.deploy(p);
        TimelockController timelock = TimelockController(payable(deployed("VerinTimelock")));
        VerifierRouter router = VerifierRouter(deployed("VerifierRouter"));
        bytes memory data = abi.encodeCall(VerifierRouter.tombstone, (ProofSystem.SEAL_V1));
        vm.startPrank(p.deployer);
        vm.expectRevert();
        router.tombstone(ProofSystem.SEAL_V1);
        vm.expectRevert();
        timelock.schedule(address(router), 0, data, 0, 0, 3 days);
        vm.stopPrank();
        vm.prank(deployed("VerinGovernor"));
        timelock.schedule(address(router), 0, data, 0, 0, 3 days);
        vm.expectRevert();
        timelock.execute(address(router), 0, data, 0, 0);
        vm.warp(time() + 3 days);
        timelock.execute(address(router), 0, data, 0, 0);
        vm.assertEq(router.tombstonedAt(ProofSystem.SEAL_V1), time(), "tombstoned");
    }

    /// @dev Addresses depend on deployer and name, not on parameters or code.
    function test_addresses_are_known_beforehand() external {
        Parameters memory p = local();
        address expected = Plans.make(p).addressOf("InferenceMarket");
        vm.assertEq(expected.code.length, 0, "nothing there yet");
        p.maxSlashBps = 77;
        script.deploy(p);
        vm.assertTrue(expected.code.length != 0, "there");
        vm.assertEq(address(MarketStorage(expected).registry()), Plans.make(p).addressOf("ModelRegistry"), "wired");
        p.deployer = stranger;
        vm.assertTrue(Plans.make(p).addressOf("InferenceMarket") != expected, "of this deployer");
    }

    function test_names_are_distinct() external {
        Component[] memory list = components();
        for (uint256 i = 0; i < list.length; ++i) {
            for (uint256 j = 0; j < i; ++j) {
                vm.assertTrue(Plans.salt(list[i].name()) != Plans.salt(list[j].name()), list[i].name());
            }
        }
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

    /// @dev Wherever it stopped. Time has passed since: what was deployed before keeps its clock, and the rest takes it over.
    function test_resumes_after_an_interruption() external {
        Parameters memory p = local();
        Plan memory plan = Plans.make(p);
        (bool ok,) = Plans.CREATE2_DEPLOYER.call(bytes.concat(bytes32(0), Plans.factoryCode()));
        vm.assertTrue(ok, "factory");
        Component[] memory list = components();
        uint256 begun = vm.snapshotState();
        for (uint256 count = 1; count < list.length; count += 6) {
            vm.revertToState(begun);
            for (uint256 i = 0; i < count; ++i) {
                begin(plan, list[i]);
            }
            vm.warp(time() + 1 days);
            script.deploy(p);
        }
    }

    function begin(Plan memory plan, Component component) private {
        bytes memory code = component.initCode(plan);
        vm.startPrank(plan.parameters.deployer);
        plan.factory.deploy(Plans.salt(component.name()), code);
        if (component.calls(plan).length != 0) {
            RecordStore(plan.addressOf(component.name())).publish(plan.parameters.canaryRecords[0]);
        }
        vm.stopPrank();
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
        vm.chainId(1);
        vm.expectRevert(abi.encodeWithSelector(ParametersFile.NotSet.selector, "deployer"));
        script.deploy("public");
    }
}
