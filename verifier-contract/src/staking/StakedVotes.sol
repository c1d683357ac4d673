// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IStakedVotes} from "../interfaces/IStakedVotes.sol";

/// @title Staked votes
/// @notice Receipts for bonded stake. The staking contract makes one per token staked and destroys them when the
/// stake begins to unbond or was slashed.
/// @dev Votes at a time are those at the end of its second: stake that comes and goes within one leaves none.
contract StakedVotes is IStakedVotes, ERC20Votes {
    /// @inheritdoc IStakedVotes
    address public immutable staking;

    /// @param staking_ The staking contract; may be deployed after this one.
    constructor(address staking_) ERC20("Staked Verin", "stVRN") EIP712("Staked Verin", "1") {
        require(staking_ != address(0), ZeroAddress());
        staking = staking_;
    }

    /// @inheritdoc IStakedVotes
    function mint(address account, uint256 amount) external {
        _checkStaking();
        // Votes that nobody was told to delegate would count for the quorum and for nothing else.
        if (delegates(account) == address(0)) _delegate(account, account);
        _mint(account, amount);
    }

    /// @inheritdoc IStakedVotes
    function burn(address account, uint256 amount) external {
        _checkStaking();
        _burn(account, amount);
    }

    /// @notice The clock of all votes: seconds (ERC-6372).
    function clock() public view override(IERC6372, Votes) returns (uint48) {
        return Time.timestamp();
    }

    /// @notice What the clock counts (ERC-6372).
    // forge-lint: disable-next-line(mixed-case-function)
    function CLOCK_MODE() public pure override(IERC6372, Votes) returns (string memory) {
        return "mode=timestamp";
    }

    function _update(address from, address to, uint256 value) internal override {
        require(from == address(0) || to == address(0), NotTransferable());
        super._update(from, to, value);
    }

    function _checkStaking() private view {
        require(msg.sender == staking, NotStaking(msg.sender));
    }
}
