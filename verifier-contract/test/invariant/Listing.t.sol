// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAuditAttestations} from "../../src/interfaces/IAuditAttestations.sol";
import {IERC7992Registry} from "../../src/interfaces/IERC7992Registry.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {AuditAttestations} from "../../src/registry/AuditAttestations.sol";
import {ModelRegistry} from "../../src/registry/ModelRegistry.sol";
import {Test} from "../base/Test.sol";
import {ListingHandler} from "./ListingHandler.sol";

contract ListingInvariants is Test {
    ListingHandler private handler;
    ModelRegistry private registry;
    AuditAttestations private attestations;

    function setUp() external {
        handler = new ListingHandler();
        (registry, attestations) = (handler.registry(), handler.attestations());
        targetContract(address(handler));
    }

    function invariant_a_listings_record_never_changes() external view {
        vm.assertEq(registry.listingCount(), handler.count(), "none is lost");
        for (uint256 id = 1; id <= handler.count(); ++id) {
            vm.assertEq(registry.listing(id).recordHash, handler.recordWas(id), "record");
            (IERC7992Registry.ModelCommitment memory model,,) = registry.getModel(id);
            vm.assertEq(model.modelHash, handler.recordWas(id), "as a model");
        }
    }

    function invariant_deprecation_is_for_ever() external view {
        for (uint256 id = 1; id <= handler.count(); ++id) {
            vm.assertTrue(registry.listing(id).deprecated == handler.deprecatedWas(id), "as it was");
        }
    }

    function invariant_only_the_holder_changes_terms() external view {
        for (uint256 id = 1; id <= handler.count(); ++id) {
            IModelRegistry.Listing memory got = registry.listing(id);
            IModelRegistry.Terms memory terms =
                IModelRegistry.Terms(got.startPrice, got.price, got.duration, got.ownerBps, got.paymentToken);
            vm.assertEq(keccak256(abi.encode(terms)), handler.termsWas(id), "terms");
            vm.assertLe(got.price, got.startPrice, "floor");
            vm.assertLe(got.ownerBps, 9_900, "share");
        }
    }

    function invariant_revenue_goes_to_the_share_or_the_holder() external view {
        for (uint256 id = 1; id <= handler.count(); ++id) {
            address share = handler.shareWas(id);
            vm.assertEq(registry.ownerOf(id), handler.holderWas(id), "holder");
            vm.assertEq(registry.revenueReceiver(id), share == address(0) ? handler.holderWas(id) : share, "receiver");
        }
    }

    function invariant_auditors_speak_for_themselves() external view {
        for (uint256 who = 0; who < 12; ++who) {
            for (uint256 i = 0; i < 3; ++i) {
                (address by, bytes32 hash) = (handler.account(who), handler.hashAt(i));
                IAuditAttestations.Verdict verdict = handler.verdictWas(by, hash);
                vm.assertTrue(attestations.verdictOf(by, hash) == verdict, "verdict");
            }
        }
    }
}
