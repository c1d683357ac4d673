// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {ProofSystem} from "../../src/libraries/ProofSystem.sol";
import {Deployment} from "../base/Deployment.sol";

contract ModelRegistryTermsTest is Deployment {
    bytes4 private constant SYSTEM = 0x12345678;

    function setUp() external {
        deploy();
    }

    function terms() private view returns (IModelRegistry.Terms memory) {
        return IModelRegistry.Terms({
            startPrice: 150, price: 100, duration: 3600, ownerBps: 1_500, paymentToken: IERC20(address(token))
        });
    }

    function assertTerms(uint256 id, IModelRegistry.Terms memory expected) private view {
        IModelRegistry.Listing memory got = registry.listing(id);
        vm.assertEq(got.startPrice, expected.startPrice, "start price");
        vm.assertEq(got.price, expected.price, "floor");
        vm.assertEq(got.duration, expected.duration, "duration");
        vm.assertEq(got.ownerBps, expected.ownerBps, "share");
        vm.assertEq(address(got.paymentToken), address(expected.paymentToken), "token");
    }

    function test_list() external {
        vm.expectEmit(address(registry));
        emit IModelRegistry.ModelListed(listingId + 1, recordHash, stranger, 100, 1_500, "uri");
        vm.expectEmit(address(registry));
        emit IModelRegistry.CurveChanged(listingId + 1, IERC20(address(token)), 150, 100, 3600);
        vm.prank(stranger);
        uint256 id = registry.list(recordHash, SYSTEM, terms(), "uri");
        assertTerms(id, terms());
        IModelRegistry.Listing memory got = registry.listing(id);
        vm.assertEq(got.recordHash, recordHash, "record");
        vm.assertEq(bytes32(got.proofSystem), bytes32(SYSTEM), "system");
        vm.assertEq(got.inputBytes, INPUT_BYTES, "input bytes");
        vm.assertEq(got.outputBytes, OUTPUT_BYTES, "output bytes");
        vm.assertEq(registry.ownerOf(id), stranger, "holder");
        vm.assertEq(bytes(registry.tokenURI(id)), "uri", "metadata");
    }

    function test_register_is_a_fixed_price_for_seals() external view {
        assertTerms(listingId, IModelRegistry.Terms(LISTED, LISTED, 0, OWNER_BPS, IERC20(address(0))));
        vm.assertEq(bytes32(registry.listing(listingId).proofSystem), bytes32(ProofSystem.SEAL_V1), "system");
    }

    function test_list_needs_a_proof_system() external {
        vm.expectRevert(IModelRegistry.NoProofSystem.selector);
        registry.list(recordHash, 0, terms(), "");
    }

    function test_setAllTerms() external {
        vm.expectEmit(address(registry));
        emit IModelRegistry.TermsChanged(listingId, 100, 1_500);
        vm.expectEmit(address(registry));
        emit IModelRegistry.CurveChanged(listingId, IERC20(address(token)), 150, 100, 3600);
        vm.prank(owner);
        registry.setAllTerms(listingId, terms());
        assertTerms(listingId, terms());
        vm.assertEq(registry.listing(listingId).recordHash, recordHash, "the record never changes");
    }

    function test_setTerms_keeps_the_token() external {
        vm.startPrank(owner);
        registry.setAllTerms(listingId, terms());
        vm.expectEmit(address(registry));
        emit IModelRegistry.TermsChanged(listingId, 7, 8);
        vm.expectEmit(address(registry));
        emit IModelRegistry.CurveChanged(listingId, IERC20(address(token)), 7, 7, 0);
        registry.setTerms(listingId, 7, 8);
        assertTerms(listingId, IModelRegistry.Terms(7, 7, 0, 8, IERC20(address(token))));
    }

    /// @dev What was requested before keeps its terms: the market copied them.
    function test_open_requests_keep_their_terms() external {
        bytes32 jobId = requestJob(1);
        vm.startPrank(owner);
        registry.setTerms(listingId, 5 * PRICE, 9_900);
        registry.deprecate(listingId);
        vm.stopPrank();
        proveAndFulfil(list(jobId), inputOf(1), outputOf(1));
        vm.assertEq(credit(owner), PRICE * OWNER_BPS / 10_000, "the share as it was");
    }

    function test_bounds() external {
        IModelRegistry.Terms memory bad = terms();
        bad.ownerBps = 9_901;
        refused(bad, abi.encodeWithSelector(IModelRegistry.OwnerShareTooHigh.selector, 9_901, 9_900));
        bad = terms();
        bad.startPrice = 99;
        refused(bad, abi.encodeWithSelector(IModelRegistry.StartBelowFloor.selector, 99, 100));
        bad = terms();
        bad.duration = 14 days + 1;
        refused(bad, abi.encodeWithSelector(IModelRegistry.DurationTooLong.selector, 14 days + 1, 14 days));
        bad.duration = 14 days;
        registry.list(recordHash, SYSTEM, bad, "");
    }

    function refused(IModelRegistry.Terms memory bad, bytes memory why) private {
        vm.expectRevert(why);
        registry.list(recordHash, SYSTEM, bad, "");
        vm.prank(owner);
        vm.expectRevert(why);
        registry.setAllTerms(listingId, bad);
    }

    function testFuzz_only_the_holder(address caller) external {
        vm.assume(caller != owner);
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotListingOwner.selector, listingId, caller));
        registry.setAllTerms(listingId, terms());
    }

    function testFuzz_terms_are_kept_or_refused(IModelRegistry.Terms memory any) external {
        bool legal = any.ownerBps <= 9_900 && any.startPrice >= any.price && any.duration <= 14 days;
        vm.prank(owner);
        if (!legal) vm.expectRevert();
        registry.setAllTerms(listingId, any);
        if (legal) assertTerms(listingId, any);
        else assertTerms(listingId, IModelRegistry.Terms(LISTED, LISTED, 0, OWNER_BPS, IERC20(address(0))));
    }
}
