// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Emission} from "../../src/libraries/Emission.sol";
import {Amounts} from "../base/Amounts.sol";
import {Economy} from "../base/Economy.sol";
import {PaymentToken} from "../base/Tokens.sol";

/// @notice Recomputes the tables of docs/economy.md by running the contracts, row by row, and looks for each row in the
/// document. `coin` is a dollar, the network token is 5 cents.
contract EconomyDocsTest is Economy {
    uint256 private constant PER_DOLLAR = 20;
    string private docs;
    address private creator = actor("creator");
    address private bob;

    function setUp() external {
        deployEconomy();
        coin = new PaymentToken(18);
        coin.approve(address(rewards), type(uint256).max);
        vm.prank(governor);
        auction.setTerms(coin, uint128(PER_DOLLAR * 1e18), 0);
        staking.setStake(stranger, 1_000_000_000e18);
        bob = bidder("bob", 60_000_000e18);
        docs = vm.readFile("../docs/economy.md");
    }

    function dollars(uint256 networkWei) private pure returns (uint256) {
        return networkWei / PER_DOLLAR / 1e18;
    }

    function assertRow(string memory line) private view {
        vm.assertTrue(vm.contains(docs, line), string.concat("docs/economy.md lacks: ", line));
    }

    function row(uint256[6] memory cells) private pure returns (string memory text) {
        text = "|";
        for (uint256 i = 0; i < 6; ++i) {
            text = string.concat(text, " ", Amounts.commas(cells[i]), " |");
        }
    }

    /// @dev The fair price is the anchor: it is reached after two hours, and everything is sold at it.
    function sellAndClose() private {
        toWindow(0, 2 hours);
        buy(bob, coin, type(uint256).max);
        closeEpoch(0);
    }

    function test_what_honest_work_earns() external {
        uint256[6] memory volumes = [uint256(10_000), 100_000, 1_000_000, 10_000_000, 33_000_000, 100_000_000];
        for (uint256 i = 0; i < volumes.length; ++i) {
            uint256 volume = volumes[i];
            uint256 state = vm.snapshotState();
            work(coin, prover, creator, volume * 1e16);
            sellAndClose();
            uint256 pool = dollars(rewards.epochOf(0).rewards);
            uint256 asProver = dollars(rewards.claim(0, prover));
            uint256 asCreator = dollars(rewards.claim(0, creator));
            assertRow(row([volume, volume / 100, pool, asProver, asCreator, asProver * 20]));
            vm.revertToState(state);
        }
    }

    /// @dev `fees` of a coalition beside $1,000 of honest fees: what it would get of emissions shared by fees alone, and what
    /// it gets here.
    function test_what_washing_earns() external {
        uint256[4] memory volumes = [uint256(100_000), 1_480_000, 10_000_000, 50_000_000];
        uint256 emission = Emission.cap(0, 0);
        for (uint256 i = 0; i < volumes.length; ++i) {
            uint256 fees = volumes[i] / 100;
            uint256 state = vm.snapshotState();
            work(coin, stranger, stranger, fees * 1e18);
            work(coin, prover, creator, 1_000e18);
            sellAndClose();
            uint256 naive = dollars(emission * fees / (fees + 1_000));
            uint256 got = dollars(rewards.claim(0, stranger));
            vm.assertLe(got * 4, fees * 3, "at most three quarters");
            assertRow(
                string.concat(
                    "| ",
                    Amounts.commas(volumes[i]),
                    " | ",
                    Amounts.commas(fees),
                    " | ",
                    Amounts.commas(naive),
                    " | ",
                    signed(naive, fees),
                    " | ",
                    Amounts.commas(got),
                    " | ",
                    signed(got, fees),
                    " |"
                )
            );
            vm.revertToState(state);
        }
    }

    function signed(uint256 got, uint256 spent) private pure returns (string memory) {
        return got >= spent
            ? string.concat("+", Amounts.commas(got - spent))
            : string.concat("-", Amounts.commas(spent - got));
    }

    function test_the_schedule() external view {
        uint256[5] memory epochs = [uint256(0), 26, 52, 104, 155];
        for (uint256 i = 0; i < epochs.length; ++i) {
            uint256 emission = Emission.cap(epochs[i], 0);
            // The volume from which on the schedule limits: 100 E / k.
            uint256 volume = dollars(emission * 400 / 3);
            string memory cells = string.concat(
                Amounts.commas(emission / 1e18), " | ", Amounts.commas(dollars(emission)), " | ", Amounts.commas(volume)
            );
            assertRow(string.concat("| ", Amounts.commas(epochs[i]), " | ", cells, " |"));
        }
    }
}
