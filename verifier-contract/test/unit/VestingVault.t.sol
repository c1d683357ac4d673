// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {INetworkToken} from "../../src/interfaces/INetworkToken.sol";
import {NetworkToken} from "../../src/rewards/NetworkToken.sol";
import {VestingVault} from "../../src/rewards/VestingVault.sol";
import {NotTokens} from "../base/NotTokens.sol";

contract VestingVaultTest is NotTokens {
    uint64 private constant START = 1_800_000_000;
    address private beneficiary = actor("beneficiary");
    VestingVault[4] private vaults;
    NetworkToken private token;

    uint256[4] private amounts = [uint256(200_000_000e18), 70_000_000e18, 60_000_000e18, 50_000_000e18];
    uint256[4] private cliffs = [uint256(365 days), 365 days, 182 days, 365 days];
    uint256[4] private durations = [uint256(1_460 days), 1_095 days, 730 days, 1_460 days];

    function setUp() external {
        vm.warp(START);
        for (uint256 i = 0; i < 4; ++i) {
            vaults[i] = new VestingVault(VestingVault.Part(i), beneficiary, START);
        }
        token = new NetworkToken(
            INetworkToken.Allocation({
                contributors: address(101),
                team: address(vaults[0]),
                venture: address(vaults[1]),
                treasury: address(104),
                advisors: address(vaults[2]),
                management: address(vaults[3]),
                reserve: address(107)
            })
        );
    }

    function test_the_parts_go_to_vaults_with_their_terms() external view {
        for (uint256 i = 0; i < 4; ++i) {
            vm.assertTrue(vaults[i].part() == VestingVault.Part(i), "part");
            vm.assertEq(token.balanceOf(address(vaults[i])), amounts[i], "amount");
            vm.assertEq(vaults[i].cliff(), START + cliffs[i], "cliff");
            vm.assertEq(vaults[i].end(), START + durations[i], "end");
            vm.assertEq(vaults[i].owner(), beneficiary, "beneficiary");
        }
    }

    function test_nothing_before_the_cliff_then_linearly_then_all() external {
        for (uint256 i = 0; i < 4; ++i) {
            VestingVault vault = vaults[i];
            vm.warp(START + cliffs[i] - 1);
            vm.assertEq(vault.releasable(address(token)), 0, "before the cliff");
            vm.warp(START + cliffs[i]);
            uint256 grown = amounts[i] * cliffs[i] / durations[i];
            uint256 before = token.balanceOf(beneficiary);
            vault.release(address(token));
            vm.assertEq(token.balanceOf(beneficiary) - before, grown, "what grew since the start");
            vm.warp(START + durations[i]);
            vault.release(address(token));
            vm.assertEq(token.balanceOf(beneficiary) - before, amounts[i], "all");
            vm.assertEq(token.balanceOf(address(vault)), 0, "nothing left");
        }
    }

    function testFuzz_never_more_than_grew(uint256 first, uint256 second) external {
        first = bound(first, 0, 2_000 days);
        second = bound(second, first, 2_000 days);
        uint256 grownBefore;
        for (uint256 i = 0; i < 2; ++i) {
            vm.warp(START + (i == 0 ? first : second));
            vaults[0].release(address(token));
            uint256 elapsed = time() - START;
            uint256 grown =
                elapsed < 365 days ? 0 : amounts[0] * (elapsed < 1_460 days ? elapsed : 1_460 days) / 1_460 days;
            vm.assertEq(token.balanceOf(beneficiary), grown, "the schedule");
            vm.assertLe(grownBefore, grown, "monotone");
            grownBefore = grown;
        }
    }

    function test_what_is_no_token_is_named() external {
        IERC20[4] memory all = notTokens();
        for (uint256 i = 0; i < all.length; ++i) {
            expectNotAToken(all[i]);
            vaults[0].vestedAmount(address(all[i]), START);
            expectNotAToken(all[i]);
            vaults[0].releasable(address(all[i]));
            expectNotAToken(all[i]);
            vaults[0].release(address(all[i]));
        }
    }

    function test_a_place_can_be_sold_but_not_abandoned() external {
        vm.startPrank(beneficiary);
        vm.expectRevert(VestingVault.NeedsBeneficiary.selector);
        vaults[0].renounceOwnership();
        vaults[0].transferOwnership(address(0xB0B));
        vm.stopPrank();
        vm.warp(START + 1_460 days);
        vaults[0].release(address(token));
        vm.assertEq(token.balanceOf(address(0xB0B)), amounts[0], "the new one is paid");
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this)));
        vaults[0].transferOwnership(address(this));
    }
}
