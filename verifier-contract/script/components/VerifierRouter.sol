// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRecordVerifier} from "../../src/interfaces/IRecordVerifier.sol";
import {ProofSystem} from "../../src/libraries/ProofSystem.sol";
import {VerifierRouter} from "../../src/verify/VerifierRouter.sol";
import {Component} from "../Component.sol";
import {Plan} from "../Plan.sol";
import {Report} from "../Report.sol";

contract VerifierRouterComponent is Component {
    function name() public pure override returns (string memory) {
        return "VerifierRouter";
    }

    function initCode(Plan memory plan) public view override returns (bytes memory) {
        bytes4[] memory selectors = new bytes4[](1);
        IRecordVerifier[] memory verifiers = new IRecordVerifier[](1);
        (selectors[0], verifiers[0]) = (ProofSystem.SEAL_V1, IRecordVerifier(plan.addressOf("RecordVerifier")));
        bytes memory arguments = abi.encode(plan.addressOf("VerinTimelock"), selectors, verifiers);
        return bytes.concat(creationCode(), arguments);
    }

    function check(Plan memory plan) external view override returns (Report memory report) {
        VerifierRouter router = VerifierRouter(plan.addressOf(name()));
        report.same("VerifierRouter: governor", plan.addressOf("VerinTimelock"), router.governor());
        report.same("VerifierRouter: selectors", 1, router.selectors().length);
        address verifier = address(router.verifierOf(ProofSystem.SEAL_V1));
        report.same("VerifierRouter: verifier of seals", plan.addressOf("RecordVerifier"), verifier);
        report.same("VerifierRouter: seals tombstoned at", 0, router.tombstonedAt(ProofSystem.SEAL_V1));
    }
}
