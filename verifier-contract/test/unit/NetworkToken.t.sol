// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {INetworkToken} from "../../src/interfaces/INetworkToken.sol";
import {NetworkToken} from "../../src/rewards/NetworkToken.sol";
import {Test} from "../base/Test.sol";

contract NetworkTokenTest is Test {
    INetworkToken.Allocation private to = INetworkToken.Allocation({
        contributors: address(101),
        team: address(102),
        venture: address(103),
        treasury: address(104),
        advisors: address(105),
        management: address(106),
        reserve: address(107)
    });
    NetworkToken private token = new NetworkToken(to);

    function test_allocation_is_exact() external view {
        uint256 supply = 1_000_000_000 * 10 ** 18;
        vm.assertEq(token.decimals(), 18, "decimals");
        vm.assertEq(token.totalSupply(), supply, "supply");
        uint256[7] memory percent = [uint256(39), 20, 7, 16, 6, 5, 7];
        for (uint256 i = 0; i < 7; ++i) {
            vm.assertEq(token.balanceOf(address(uint160(101 + i))), supply / 100 * percent[i], "part");
        }
    }

    function test_no_part_goes_to_nobody() external {
        to.reserve = address(0);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        new NetworkToken(to);
    }

    function testFuzz_burn_lowers_the_supply(uint256 amount) external {
        amount = bound(amount, 0, token.balanceOf(to.team));
        uint256 supply = token.totalSupply();
        vm.prank(to.team);
        token.burn(amount);
        vm.assertEq(token.totalSupply(), supply - amount, "supply");
    }

    function test_permit_sets_an_allowance_once() external {
        uint256 key = 0xA11CE;
        address holder = vm.addr(key);
        bytes32 typeHash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typeHash, holder, address(this), 5, 0, time()));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        token.permit(holder, address(this), 5, time(), v, r, s);
        vm.assertEq(token.allowance(holder, address(this)), 5, "allowance");
        vm.expectRevert();
        token.permit(holder, address(this), 5, time(), v, r, s);
    }
}
