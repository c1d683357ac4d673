// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {FeeAuction} from "../../src/auction/FeeAuction.sol";
import {IFeeAuction} from "../../src/interfaces/IFeeAuction.sol";
import {IIntelligenceRewards} from "../../src/interfaces/IIntelligenceRewards.sol";
import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";
import {NetworkToken} from "../../src/rewards/NetworkToken.sol";
import {allocate} from "./Allocations.sol";
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
        token = new NetworkToken(allocate(vm.computeCreateAddress(address(this), nonce + 1), team, treasury));
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
}
