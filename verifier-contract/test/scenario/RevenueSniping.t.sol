// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IMarketCredits} from "../../src/interfaces/IMarketCredits.sol";
import {IRevenueShare} from "../../src/interfaces/IRevenueShare.sol";
import {RevenueShare} from "../../src/revenue/RevenueShare.sol";
import {RevenueShareFactory} from "../../src/revenue/RevenueShareFactory.sol";
import {FlashLender, IFlashBorrower} from "../base/FlashLender.sol";
import {Scenario} from "../base/Scenario.sol";

/// @notice Has the shares for one call, in which it has the revenue paid out and asks for its part.
contract Sniper is IFlashBorrower {
    IERC20 private immutable _revenue;
    uint256 public pulled;
    uint256 public claimable;
    bytes public answer;

    constructor(IERC20 revenue) {
        _revenue = revenue;
    }

    function onLoan(IERC20 token, uint256 amount) external {
        RevenueShare share = RevenueShare(address(token));
        pulled = share.pull(_revenue);
        claimable = share.claimable(_revenue, address(this));
        (, answer) = address(share).call(abi.encodeCall(share.claim, (_revenue, address(this))));
        share.transfer(msg.sender, amount);
    }
}

/// @notice Shares of a model are bought right before its revenue arrives, and sold right after.
contract RevenueSnipingTest is Scenario {
    uint256 private constant REVENUE = 200e18;
    RevenueShare private share;
    FlashLender private pool = new FlashLender();

    /// @dev The owner's shares lie in a lending pool; the revenue of a job waits in the market.
    function setUp() external {
        deploy();
        // A midnight, so that revenue streams for seven days exactly.
        vm.warp(1_800_057_600);
        RevenueShareFactory factory = new RevenueShareFactory(registry, IMarketCredits(address(market)), governor);
        vm.prank(governor);
        factory.setRevenueToken(token, true);
        vm.startPrank(owner);
        share = RevenueShare(address(factory.create(listingId)));
        registry.setRevenueShare(listingId, address(share));
        share.transfer(address(pool), share.SHARES());
        vm.stopPrank();
        settle(requestJob(1), 1, prover);
        vm.assertEq(credit(address(share)), REVENUE, "waits");
    }

    function test_a_flash_loan_of_all_shares_gains_nothing() external {
        Sniper sniper = new Sniper(token);
        pool.lend(share, sniper);
        bytes memory nothing = abi.encodeWithSelector(IRevenueShare.NothingToClaim.selector, token, sniper);
        vm.assertEq(sniper.pulled(), REVENUE, "the revenue came while it had all shares");
        vm.assertEq(sniper.claimable(), 0, "none of it flowed");
        vm.assertEq(sniper.answer(), nothing, "nothing to claim");
        vm.warp(time() + 30 days);
        vm.assertEq(share.claimable(token, address(sniper)), 0, "nor later");
        vm.assertEq(share.claimable(token, address(pool)), REVENUE - 1, "all is the holder's, less a wei of rounding");
        profit("all shares for one transaction, in which revenue arrives", int256(wealth(address(sniper))));
    }

    /// @dev With capital of its own a buyer earns by the second, like everybody.
    function test_a_block_earns_a_block() external {
        vm.prank(address(pool));
        share.transfer(stranger, 1_000_000e18);
        share.pull(token);
        vm.warp(time() + 12);
        vm.startPrank(stranger);
        share.claim(token, stranger);
        share.transfer(address(pool), 1_000_000e18);
        vm.stopPrank();
        vm.warp(time() + 30 days);
        vm.assertEq(share.claimable(token, stranger), 0, "sold with what will flow");
        vm.assertEq(wealth(stranger), REVENUE * 12 / 7 days, "12 seconds of 7 days");
        profit("all shares for 12 seconds, of a revenue of 200", int256(wealth(stranger)));
    }
}
