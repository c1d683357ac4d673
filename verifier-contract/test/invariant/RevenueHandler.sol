// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RevenueShare} from "../../src/revenue/RevenueShare.sol";
import {RevenueShares} from "../base/RevenueShares.sol";
import {HostileToken, PaymentToken, TaxedToken} from "../base/Tokens.sol";

/// @notice Twelve holders who trade shares and claim while revenue arrives in four tokens, one taxed and one hostile. No
/// action here may revert.
contract RevenueHandler is RevenueShares {
    uint256 public constant ACTORS = 12;
    uint256 public constant TOKENS = 4;

    PaymentToken[4] public tokens;
    mapping(uint256 token => uint256) public arrived;
    mapping(uint256 token => uint256) public claimed;

    constructor() {
        deployShares();
        tokens = [
            coin,
            new PaymentToken(2),
            PaymentToken(address(new TaxedToken())),
            PaymentToken(address(new HostileToken()))
        ];
        vm.startPrank(governor);
        for (uint256 i = 1; i < TOKENS; ++i) {
            factory.setRevenueToken(tokens[i], true);
        }
        vm.stopPrank();
        for (uint256 i = 0; i < ACTORS; ++i) {
            give(owner, account(i), SHARES / (i + 2) / 4);
        }
    }

    /// @dev The first holder of all shares plays on.
    function account(uint256 seed) public view returns (address) {
        uint256 i = seed % (ACTORS + 1);
        return i == ACTORS ? owner : address(uint160(0xBEE00 + i));
    }

    function subject() external view returns (RevenueShare) {
        return share;
    }

    function receiveDirectly(uint256 which, uint256 amount) public {
        which %= TOKENS;
        amount = bound(amount, 1, which == 1 ? 1_000 : 1_000_000e18);
        uint256 before = tokens[which].balanceOf(address(share));
        tokens[which].mint(address(this), amount);
        tokens[which].transfer(address(share), amount);
        uint256 got = tokens[which].balanceOf(address(share)) - before;
        uint256 noticed = share.sync(tokens[which]);
        if (which != 3) vm.assertEq(noticed, got, "what arrived");
        arrived[which] += noticed;
    }

    function receiveFromMarket(uint256 which, uint256 amount) external {
        which %= 2;
        amount = bound(amount, 1, which == 1 ? 1_000 : 1_000_000e18);
        tokens[which].mint(address(market), amount);
        market.credit(address(share), tokens[which], amount);
        vm.assertEq(share.pull(tokens[which]), amount, "what was credited");
        arrived[which] += amount;
    }

    function trade(uint256 from, uint256 to, uint256 amount) external {
        address seller = account(from);
        give(seller, account(to), bound(amount, 0, share.balanceOf(seller)));
    }

    function tradeByAllowance(uint256 from, uint256 to, uint256 amount) external {
        address seller = account(from);
        amount = bound(amount, 0, share.balanceOf(seller));
        vm.prank(seller);
        share.approve(address(this), amount);
        share.transferFrom(seller, account(to), amount);
    }

    /// @dev All of one holder's shares to another and back within a block, with revenue arriving in between.
    function roundTrip(uint256 from, uint256 to, uint256 which, uint256 amount) external {
        (address a, address b) = (account(from), account(to));
        if (a == b) return;
        uint256[4] memory before;
        for (uint256 i = 0; i < TOKENS; ++i) {
            before[i] = share.claimable(tokens[i], b);
        }
        uint256 all = share.balanceOf(a);
        give(a, b, all);
        receiveDirectly(which, amount);
        give(b, a, all);
        for (uint256 i = 0; i < TOKENS; ++i) {
            vm.assertEq(share.claimable(tokens[i], b), before[i], "no time, no revenue");
        }
    }

    function claim(uint256 who, uint256 which) external {
        which %= TOKENS;
        address holder = account(who);
        uint256 due = share.claimable(tokens[which], holder);
        if (due == 0 || tokens[which].balanceOf(address(share)) < due) return;
        vm.prank(holder);
        vm.assertEq(share.claim(tokens[which], holder), due, "what was claimable");
        vm.assertEq(share.claimable(tokens[which], holder), 0, "once");
        claimed[which] += due;
    }

    function vanish(uint256 amount) external {
        amount = bound(amount, 0, tokens[3].balanceOf(address(share)));
        HostileToken(address(tokens[3])).take(address(share), amount);
    }

    function wait(uint256 duration) external {
        pass(bound(duration, 1, 3 days));
    }
}
