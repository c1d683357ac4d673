// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {Amounts} from "./Amounts.sol";
import {Deployment} from "./Deployment.sol";

/// @notice An attack on the whole system, played to its end. What it brought the attacker is printed, and looked for in the
/// table of docs/contracts/attacks.md.
abstract contract Scenario is Deployment {
    /// @dev Where forge reads the lines it prints.
    address private constant CONSOLE = 0x000000000000000000636F6e736F6c652e6c6f67;
    /// @dev Network token wei per 1e18 wei of any other token: what it is worth outside, and where its auctions are anchored.
    uint128 internal constant FAIR_PRICE = 10e18;

    function say(string memory line) internal view {
        (bool ok,) = CONSOLE.staticcall(abi.encodeWithSignature("log(string)", line));
        vm.assertTrue(ok, "printed");
    }

    /// @notice Prints a row, or the end of one, of the table, which must have it.
    function tabled(string memory row) internal view {
        say(row);
        string memory table = vm.readFile("../docs/contracts/attacks.md");
        vm.assertTrue(vm.contains(table, row), string.concat("docs/contracts/attacks.md lacks: ", row));
    }

    /// @notice What the attacker gained by `what`, in tokens.
    function profit(string memory what, int256 amount) internal view {
        tabled(string.concat("| ", what, " | ", Amounts.signed(amount), " |"));
    }

    function change(uint256 before, uint256 afterwards) internal pure returns (int256) {
        return int256(afterwards) - int256(before);
    }

    /// @notice All that `account` can spend of a token: in its hands, and by its own call out of the market.
    function wealth(address account, IERC20 asset) internal view returns (uint256) {
        return asset.balanceOf(account) + market.creditOf(account, asset) + market.freeCollateralOf(account, asset);
    }

    function wealth(address account) internal view returns (uint256) {
        return wealth(account, token);
    }

    /// @notice What governance decides about a new payment token, and a listing of `owner` in it, the default one from now on.
    function accept(IERC20 payment) internal {
        allow(payment);
        vm.startPrank(governor);
        feeAuction.setTerms(payment, FAIR_PRICE, 0);
        slashAuction.setTerms(payment, FAIR_PRICE, 0);
        vm.stopPrank();
        listingId = listIn(payment, owner);
    }

    function listIn(IERC20 payment, address holder) internal returns (uint256) {
        IModelRegistry.Terms memory offer = IModelRegistry.Terms(LISTED, LISTED, 0, OWNER_BPS, payment);
        vm.prank(holder);
        return registry.list(recordHash, SELECTOR, offer, "");
    }

    /// @notice Terms for the default listing at a fixed price in `payment`.
    function termsIn(IERC20 payment, uint256 seed, uint256 price)
        internal
        view
        returns (IMarketTypes.Terms memory terms)
    {
        terms = termsFor(seed);
        terms.token = payment;
        (terms.floorPrice, terms.maxPrice) = (uint128(price), uint128(price));
    }

    function requestAs(address by, uint256 seed, IMarketTypes.Terms memory terms) internal returns (bytes32) {
        vm.prank(by);
        return market.request(seed, terms, inputOf(seed));
    }

    /// @notice Settles a job with the input of `seed`, proved for `payout`.
    function settle(bytes32 jobId, uint256 seed, address payout) internal {
        prove(list(jobId), inputOf(seed), outputOf(seed), payout);
        market.fulfil(list(jobId), inputOf(seed), outputOf(seed), "seal", payout);
    }

    function stakeAs(address account, uint256 amount) internal {
        give(account, amount);
        vm.startPrank(account);
        token.approve(address(staking), amount);
        staking.stake(account, amount);
        vm.stopPrank();
    }

    /// @notice Network tokens out of the team's allocation.
    function give(address account, uint256 amount) internal {
        vm.prank(team);
        token.transfer(account, amount);
    }

    /// @notice `offset` seconds after the end of `epoch`, when its fees are for sale.
    function toWindow(uint256 epoch, uint256 offset) internal {
        vm.warp(rewards.start() + (epoch + 1) * rewards.EPOCH() + offset);
    }

    function closeEpoch(uint256 epoch) internal {
        toWindow(epoch, rewards.AUCTION_WINDOW());
        rewards.closeThrough(epoch);
    }
}
