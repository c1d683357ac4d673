// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {FeeAuction} from "../../src/auction/FeeAuction.sol";
import {IFeeAuction} from "../../src/interfaces/IFeeAuction.sol";
import {INetworkToken} from "../../src/interfaces/INetworkToken.sol";
import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {IIntelligenceRewards} from "../../src/interfaces/IIntelligenceRewards.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {NetworkToken} from "../../src/rewards/NetworkToken.sol";
import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";
import {ProverStakingDouble} from "./ProverStakingDouble.sol";
import {Test} from "./Test.sol";
import {TreasuryDouble} from "./TreasuryDouble.sol";

/// @notice Token, rewards and fee auction, wired as in production, for a market that a test names.
abstract contract RewardsDeployment is Test {
    NetworkToken internal token;
    ProverStakingDouble internal staking;
    IntelligenceRewards internal rewards;
    FeeAuction internal auction;

    address internal team = actor("team");
    address internal treasury;
    address internal governor = actor("governor");
    address internal owner = actor("owner");
    address internal prover = actor("prover");
    address internal stranger = actor("stranger");

    function deployRewards(address market) internal {
        staking = new ProverStakingDouble();
        treasury = address(new TreasuryDouble());
        uint256 nonce = vm.getNonce(address(this));
        token = new NetworkToken(allocation(vm.computeCreateAddress(address(this), nonce + 1)));
        rewards = new IntelligenceRewards(
            IIntelligenceRewards.Wiring({
                token: token,
                market: market,
                auction: IFeeAuction(vm.computeCreateAddress(address(this), nonce + 2)),
                staking: IProverStaking(address(staking)),
                treasury: ITreasury(treasury),
                governor: governor
            })
        );
        auction = new FeeAuction(rewards);
        staking.setStake(prover, 1_000_000_000e18);
    }

    function allocation(address contributors) internal view returns (INetworkToken.Allocation memory) {
        return INetworkToken.Allocation({
            contributors: contributors,
            team: team,
            venture: address(0x7E1),
            treasury: treasury,
            advisors: address(0x7E2),
            management: address(0x7E3),
            reserve: address(0x7E4)
        });
    }
}
