// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";

/// @title Staked votes
/// @notice The receipt for bonded stake: one vote per staked token, on a timestamp clock (ERC-6372). It cannot be
/// transferred; its holder keeps the vote or delegates it, whichever prover the stake is with.
interface IStakedVotes is IERC20, IERC5805 {
    /// @notice Only the staking contract makes and destroys receipts.
    error NotStaking(address caller);
    /// @notice Receipts stay with whoever staked.
    error NotTransferable();
    /// @notice The zero address cannot take part.
    error ZeroAddress();

    /// @notice The only contract that may call `mint` and `burn`.
    function staking() external view returns (address);

    /// @notice Makes receipts for newly bonded stake. A holder without a delegate becomes its own. Staking only.
    function mint(address account, uint256 amount) external;

    /// @notice Destroys receipts for stake that unbonds or was slashed. Staking only.
    function burn(address account, uint256 amount) external;
}
