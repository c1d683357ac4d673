// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {StakingDeployment} from "../base/StakingDeployment.sol";
import {Vm} from "../base/Vm.sol";

/// @notice Whoever reads the events alone knows every balance.
contract StakingEventsTest is StakingDeployment {
    mapping(address prover => uint256) private assets;
    mapping(address prover => uint256) private bondedShares;
    mapping(address prover => uint256) private unbondingShares;
    mapping(address prover => mapping(address account => uint256)) private positions;
    mapping(uint256 ticketId => uint256) private tickets;
    mapping(address account => uint256) private credits;

    function setUp() external {
        deployStaking();
        grantRoles();
    }

    function account(uint256 seed) private pure returns (address) {
        return address(uint160(0xAC700 + seed % 4));
    }

    function testFuzz_balances_follow_from_events(uint256[24] memory seeds) external {
        vm.recordLogs();
        for (uint256 i = 0; i < 4; ++i) {
            stake(account(i), account(i % 2), 10 * MINIMUM);
        }
        for (uint256 i = 0; i < seeds.length; ++i) {
            act(seeds[i]);
        }
        replay(vm.getRecordedLogs());
        for (uint256 p = 0; p < 2; ++p) {
            IProverStaking.Pool memory pool = staking.poolOf(account(p));
            vm.assertEq(assets[account(p)], pool.assets, "assets");
            vm.assertEq(bondedShares[account(p)], pool.bondedShares, "bonded shares");
            vm.assertEq(unbondingShares[account(p)], pool.unbondingShares, "unbonding shares");
            for (uint256 i = 0; i < 4; ++i) {
                uint256 shares = staking.positionOf(account(p), account(i)).shares;
                vm.assertEq(positions[account(p)][account(i)], shares, "position");
            }
        }
        for (uint256 id = 1; id <= staking.ticketCount(); ++id) {
            vm.assertEq(tickets[id], staking.ticketOf(id).shares, "ticket");
        }
        for (uint256 i = 0; i < 4; ++i) {
            vm.assertEq(credits[account(i)], staking.creditOf(account(i)), "credit");
        }
    }

    function act(uint256 seed) private {
        (address by, address with) = (account(seed >> 8), account((seed >> 16) % 2));
        uint256 amount = bound(seed >> 32, 1, 1_000e18);
        uint256 action = seed % 6;
        uint256 shares = staking.positionOf(with, by).shares;
        wait_(1 days);
        if (action == 0) {
            if (by == with || staking.stakeOf(with, with) >= MINIMUM) stake(by, with, amount + 2 * MINIMUM);
        } else if (action == 1) {
            if (shares != 0) unbond(by, with, by == with ? shares : shares / 2 + 1);
        } else if (action == 2) {
            uint256 id = staking.ticketCount();
            address owner = staking.ticketOf(id).account;
            wait_(15 days);
            if (owner != address(0)) withdraw(owner, id);
        } else if (action == 3) {
            uint256 max = staking.maxSlash(with);
            if (max != 0) slash(with, bound(amount, 1, max));
        } else if (action == 4) {
            pay(with, amount);
        } else if (staking.claimable(with, by) != 0) {
            vm.prank(by);
            staking.claimReward(with, by);
        }
    }

    function replay(Vm.Log[] memory logs) private {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(staking)) apply_(logs[i].topics, logs[i].data);
        }
    }

    function addressOf(bytes32 topic) private pure returns (address) {
        return address(uint160(uint256(topic)));
    }

    function apply_(bytes32[] memory topics, bytes memory data) private {
        address first = addressOf(topics[1]);
        if (topics[0] == IProverStaking.Staked.selector) {
            (uint256 amount, uint256 shares) = abi.decode(data, (uint256, uint256));
            assets[first] += amount;
            bondedShares[first] += shares;
            positions[first][addressOf(topics[2])] += shares;
        } else if (topics[0] == IProverStaking.Unbonding.selector) {
            (uint256 shares,,) = abi.decode(data, (uint256, uint256, uint256));
            address with = addressOf(topics[2]);
            bondedShares[with] -= shares;
            unbondingShares[with] += shares;
            positions[with][addressOf(topics[3])] -= shares;
            tickets[uint256(topics[1])] = shares;
        } else if (topics[0] == IProverStaking.Withdrawn.selector) {
            (, uint256 amount) = abi.decode(data, (address, uint256));
            address with = addressOf(topics[2]);
            assets[with] -= amount;
            unbondingShares[with] -= tickets[uint256(topics[1])];
            delete tickets[uint256(topics[1])];
        } else if (topics[0] == IProverStaking.Slashed.selector) {
            (uint256 bonded, uint256 unbonding) = abi.decode(data, (uint256, uint256));
            assets[first] -= bonded + unbonding;
        } else if (topics[0] == IProverStaking.RewardDistributed.selector) {
            (, uint256 commission) = abi.decode(data, (uint256, uint256));
            credits[first] += commission;
        } else if (topics[0] == IProverStaking.RewardAccrued.selector) {
            credits[addressOf(topics[2])] += abi.decode(data, (uint256));
        } else if (topics[0] == IProverStaking.RewardClaimed.selector) {
            (, uint256 amount) = abi.decode(data, (address, uint256));
            credits[first] -= amount;
        }
    }
}
