// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ModelRegistry} from "../../src/registry/ModelRegistry.sol";
import {RecordStore} from "../../src/registry/RecordStore.sol";
import {RevenueShare} from "../../src/revenue/RevenueShare.sol";
import {RevenueShareFactory} from "../../src/revenue/RevenueShareFactory.sol";
import {MarketCreditsDouble} from "./MarketCreditsDouble.sol";
import {Records} from "./Records.sol";
import {Test} from "./Test.sol";
import {PaymentToken} from "./Tokens.sol";

/// @notice A listing that was turned into shares, and a token they take.
abstract contract RevenueShares is Test {
    uint256 internal constant SHARES = 1_000_000e18;

    ModelRegistry internal registry;
    MarketCreditsDouble internal market;
    RevenueShareFactory internal factory;
    RevenueShare internal share;
    PaymentToken internal coin;
    uint256 internal listingId;

    address internal governor = actor("governor");
    address internal owner = actor("owner");
    address internal alice = actor("alice");
    address internal bob = actor("bob");
    address internal stranger = actor("stranger");

    function deployShares() internal {
        // A midnight, so that streams last seven days exactly where a test does not say otherwise.
        vm.warp(1_800_057_600);
        RecordStore store = new RecordStore();
        registry = new ModelRegistry(store);
        market = new MarketCreditsDouble();
        factory = new RevenueShareFactory(registry, market, governor);
        bytes32 hash = store.publish(Records.make(0, 40, 10));
        vm.startPrank(owner);
        listingId = registry.register(hash, 1e18, 2_000, "");
        share = RevenueShare(address(factory.create(listingId)));
        vm.stopPrank();
        coin = new PaymentToken(18);
        vm.prank(governor);
        factory.setRevenueToken(coin, true);
    }

    function credit(uint256 amount) internal {
        coin.mint(address(market), amount);
        market.credit(address(share), coin, amount);
    }

    /// @notice Revenue that arrives through the market.
    function earn(uint256 amount) internal {
        credit(amount);
        share.pull(coin);
    }

    function give(address from, address to, uint256 amount) internal {
        vm.prank(from);
        share.transfer(to, amount);
    }

    function take(address account) internal returns (uint256) {
        vm.prank(account);
        return share.claim(coin, account);
    }

    function pass(uint256 duration) internal {
        vm.warp(time() + duration);
    }
}
