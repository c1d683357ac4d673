// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC7992Registry} from "../../src/interfaces/IERC7992Registry.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {IRecordStore} from "../../src/interfaces/IRecordStore.sol";
import {RecordHeader} from "../../src/libraries/RecordHeader.sol";
import {Deployment} from "../base/Deployment.sol";
import {Records} from "../base/Records.sol";

contract ModelRegistryTest is Deployment {
    function setUp() external {
        deploy();
    }

    function test_register_copies_what_requests_need() external view {
        IModelRegistry.Listing memory terms = registry.listing(listingId);
        vm.assertEq(terms.recordHash, recordHash, "record");
        vm.assertEq(terms.price, LISTED, "price");
        vm.assertEq(terms.ownerBps, OWNER_BPS, "share");
        vm.assertEq(terms.inputBytes, INPUT_BYTES, "input bytes");
        vm.assertEq(terms.outputBytes, OUTPUT_BYTES, "output bytes");
        vm.assertFalse(terms.privateInput, "public");
        vm.assertFalse(terms.deprecated, "active");
        vm.assertEq(registry.ownerOf(listingId), owner, "holder");
        vm.assertEq(bytes(registry.tokenURI(listingId)), "ipfs://model", "metadata");
    }

    function test_register_reads_visibility() external {
        bytes32 hash = store.publish(Records.make(RecordHeader.PRIVATE_INPUT, 64, 1));
        vm.assertTrue(registry.listing(registry.register(hash, 0, 0, "")).privateInput, "private");
    }

    function test_register_emits() external {
        vm.expectEmit(address(registry));
        emit IModelRegistry.ModelListed(listingId + 1, recordHash, stranger, 5, 6, "uri");
        vm.prank(stranger);
        registry.register(recordHash, 5, 6, "uri");
    }

    /// @dev Copying a registration makes a second listing; the first keeps its holder and its income.
    function test_many_listings_may_cite_one_record() external {
        vm.prank(stranger);
        uint256 copy = registry.register(recordHash, 1, 9_900, "copy");
        vm.assertEq(copy, listingId + 1, "its own id");
        vm.assertEq(registry.ownerOf(listingId), owner, "first listing untouched");
    }

    function test_register_needs_a_published_record() external {
        vm.expectRevert(abi.encodeWithSelector(IRecordStore.RecordNotFound.selector, bytes32("x")));
        registry.register("x", LISTED, OWNER_BPS, "");
    }

    function test_register_needs_a_wellformed_record() external {
        bytes32 hash = store.publish(new bytes(700));
        vm.expectRevert(abi.encodeWithSelector(RecordHeader.BadRecordTag.selector, bytes32(0)));
        registry.register(hash, LISTED, OWNER_BPS, "");
    }

    function test_register_bounds_slot_sizes() external {
        bytes32 hash = store.publish(Records.make(0, uint256(type(uint32).max) + 1, 1));
        vm.expectRevert();
        registry.register(hash, LISTED, OWNER_BPS, "");
        hash = store.publish(Records.make(0, 1, uint256(type(uint32).max) + 1));
        vm.expectRevert();
        registry.register(hash, LISTED, OWNER_BPS, "");
    }

    function test_owner_share_is_bounded() external {
        bytes memory tooHigh = abi.encodeWithSelector(IModelRegistry.OwnerShareTooHigh.selector, 9_901, 9_900);
        vm.expectRevert(tooHigh);
        registry.register(recordHash, LISTED, 9_901, "");
        vm.prank(owner);
        vm.expectRevert(tooHigh);
        registry.setTerms(listingId, LISTED, 9_901);
    }

    function test_setTerms() external {
        vm.expectEmit(address(registry));
        emit IModelRegistry.TermsChanged(listingId, 7, 8);
        vm.prank(owner);
        registry.setTerms(listingId, 7, 8);
        IModelRegistry.Listing memory terms = registry.listing(listingId);
        vm.assertEq(terms.price, 7, "price");
        vm.assertEq(terms.ownerBps, 8, "share");
        vm.assertEq(terms.recordHash, recordHash, "the record never changes");
    }

    function test_deprecate() external {
        vm.expectEmit(address(registry));
        emit IERC7992Registry.ModelDeprecated(listingId);
        vm.startPrank(owner);
        registry.deprecate(listingId);
        vm.assertTrue(registry.listing(listingId).deprecated, "deprecated");
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.AlreadyDeprecated.selector, listingId));
        registry.deprecate(listingId);
    }

    function test_only_the_holder_changes_a_listing() external {
        bytes memory notOwner = abi.encodeWithSelector(IModelRegistry.NotListingOwner.selector, listingId, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(notOwner);
        registry.setTerms(listingId, 0, 0);
        vm.expectRevert(notOwner);
        registry.deprecate(listingId);
        vm.stopPrank();

        // The right moves with the token; an approval alone does not give it.
        vm.prank(owner);
        registry.approve(stranger, listingId);
        vm.prank(stranger);
        vm.expectRevert(notOwner);
        registry.deprecate(listingId);
        vm.prank(owner);
        registry.transferFrom(owner, stranger, listingId);
        vm.prank(stranger);
        registry.deprecate(listingId);
    }

    function test_unknown_listings_revert() external {
        bytes memory unknown = abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 99);
        vm.expectRevert(unknown);
        registry.listing(99);
        vm.expectRevert(unknown);
        registry.tokenURI(99);
        vm.expectRevert(unknown);
        registry.setTerms(99, 0, 0);
        vm.expectRevert(unknown);
        registry.deprecate(99);
    }
}
