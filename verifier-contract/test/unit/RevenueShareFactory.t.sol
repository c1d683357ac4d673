// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketCredits} from "../../src/interfaces/IMarketCredits.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {IRevenueShare} from "../../src/interfaces/IRevenueShare.sol";
import {IRevenueShareFactory} from "../../src/interfaces/IRevenueShareFactory.sol";
import {RevenueShareFactory} from "../../src/revenue/RevenueShareFactory.sol";
import {RevenueShares} from "../base/RevenueShares.sol";
import {PaymentToken} from "../base/Tokens.sol";

contract RevenueShareFactoryTest is RevenueShares {
    function setUp() external {
        deployShares();
    }

    function test_create() external {
        vm.startPrank(alice);
        uint256 id = registry.register(registry.listing(listingId).recordHash, 1, 0, "");
        vm.assertEq(address(factory.shareOf(id)), address(0), "none yet");
        address predicted = factory.predict(id);
        vm.expectEmit(address(factory));
        emit IRevenueShareFactory.ShareCreated(id, IRevenueShare(predicted), alice);
        IRevenueShare made = factory.create(id);
        vm.stopPrank();
        vm.assertEq(address(made), predicted, "where it was expected");
        vm.assertEq(address(factory.shareOf(id)), predicted, "known");
        vm.assertEq(made.balanceOf(alice), SHARES, "all the holder's");
        vm.assertEq(made.totalSupply(), SHARES, "no others");
        vm.assertEq(made.listingId(), id, "of its listing");
        vm.assertEq(bytes(share.name()), "Verin Revenue Share 1", "name");
    }

    function test_a_listing_has_one_share_and_its_holder_makes_it() external {
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IRevenueShareFactory.ShareExists.selector, listingId, share));
        factory.create(listingId);
        vm.startPrank(alice);
        uint256 id = registry.register(registry.listing(listingId).recordHash, 1, 0, "");
        vm.stopPrank();
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IRevenueShareFactory.NotListingOwner.selector, id, bob));
        factory.create(id);
        vm.expectRevert();
        factory.create(99);
    }

    function test_tokens_are_the_governors_and_bounded() external {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IRevenueShareFactory.NotGovernor.selector, stranger));
        factory.setRevenueToken(coin, false);
        vm.startPrank(governor);
        for (uint256 i = 1; i < 8; ++i) {
            factory.setRevenueToken(new PaymentToken(18), true);
        }
        PaymentToken ninth = new PaymentToken(18);
        vm.expectRevert(abi.encodeWithSelector(IRevenueShareFactory.TooManyTokens.selector, 8));
        factory.setRevenueToken(ninth, true);
        factory.setRevenueToken(coin, true);
        vm.assertEq(factory.tokenCount(), 8, "no change counts nothing");
        factory.setRevenueToken(coin, false);
        vm.expectEmit(address(factory));
        emit IRevenueShareFactory.RevenueTokenSet(ninth, true);
        factory.setRevenueToken(ninth, true);
        vm.expectRevert(abi.encodeWithSelector(IRevenueShareFactory.InvalidAddress.selector, stranger));
        factory.setRevenueToken(PaymentToken(stranger), true);
        vm.stopPrank();
    }

    function deployWith(IModelRegistry registry_, IMarketCredits market_, address governor_) external {
        new RevenueShareFactory(registry_, market_, governor_);
    }

    function test_deployment_demands_its_parts() external {
        bytes memory invalid = abi.encodeWithSelector(IRevenueShareFactory.InvalidAddress.selector, address(0));
        vm.expectRevert(invalid);
        this.deployWith(IModelRegistry(address(0)), market, governor);
        vm.expectRevert(invalid);
        this.deployWith(registry, IMarketCredits(address(0)), governor);
        vm.expectRevert(invalid);
        this.deployWith(registry, market, address(0));
    }
}
