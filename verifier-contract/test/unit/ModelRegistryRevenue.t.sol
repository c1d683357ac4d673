// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {Deployment} from "../base/Deployment.sol";
import {SaysItShares, SharesNothing} from "../base/Shares.sol";

contract ModelRegistryRevenueTest is Deployment {
    address private share = address(new SaysItShares());

    function setUp() external {
        deploy();
    }

    function test_without_a_share_the_holder_receives() external {
        vm.assertEq(registry.revenueReceiver(listingId), owner, "holder");
        vm.prank(owner);
        registry.transferFrom(owner, stranger, listingId);
        vm.assertEq(registry.revenueReceiver(listingId), stranger, "whoever holds it");
    }

    function test_with_a_share_the_share_does() external {
        vm.expectEmit(address(registry));
        emit IModelRegistry.RevenueShareSet(listingId, share);
        vm.startPrank(owner);
        registry.setRevenueShare(listingId, share);
        vm.assertEq(registry.revenueReceiver(listingId), share, "share");
        vm.assertEq(registry.revenueShareOf(listingId), share, "share");
        registry.transferFrom(owner, stranger, listingId);
        vm.assertEq(registry.revenueReceiver(listingId), share, "whoever holds the listing");
    }

    /// @dev Whoever bought shares must not lose what they are of.
    function test_a_share_stays() external {
        address other = address(new SaysItShares());
        vm.startPrank(owner);
        registry.setRevenueShare(listingId, share);
        bytes memory fixed_ = abi.encodeWithSelector(IModelRegistry.RevenueShareFixed.selector, listingId, share);
        vm.expectRevert(fixed_);
        registry.setRevenueShare(listingId, other);
        vm.expectRevert(fixed_);
        registry.setRevenueShare(listingId, share);
    }

    /// @dev It is for ever, so a slip must not pass.
    function test_only_a_share_is_taken() external {
        address nothing = address(new SharesNothing());
        address[4] memory wrong = [address(0), stranger, address(token), nothing];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.prank(owner);
            vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotARevenueShare.selector, wrong[i]));
            registry.setRevenueShare(listingId, wrong[i]);
        }
        vm.assertEq(registry.revenueReceiver(listingId), owner, "as before");
    }

    function testFuzz_only_the_holder(address caller) external {
        vm.assume(caller != owner);
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotListingOwner.selector, listingId, caller));
        registry.setRevenueShare(listingId, share);
    }

    function test_unknown_listings() external {
        bytes memory unknown = abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 99);
        vm.expectRevert(unknown);
        registry.revenueReceiver(99);
        vm.expectRevert(unknown);
        registry.setRevenueShare(99, share);
    }
}
