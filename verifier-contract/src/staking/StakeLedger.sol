// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {INetworkToken} from "../interfaces/INetworkToken.sol";
import {IProverStaking} from "../interfaces/IProverStaking.sol";
import {IStakedVotes} from "../interfaces/IStakedVotes.sol";
import {StakeHistory} from "../libraries/StakeHistory.sol";
import {StakePool} from "../libraries/StakePool.sol";

/// @title Books of the stake
/// @notice Pools, positions, their history and their receipts.
/// @dev Why receipts count tokens and follow a slash late: were shares the votes, a slashed pool would sell cheap
/// votes to whoever joins it. Receipts are tokens put in, and never more; a slash leaves some without stake,
/// until `syncVotes`, which anyone may call and each change of a position does, destroys them. Each of these cost
/// its holder the token that was slashed, so nobody gains votes by it, and the quorum counts them meanwhile.
abstract contract StakeLedger is IProverStaking {
    using SafeCast for uint256;
    using StakeHistory for StakeHistory.History;
    using StakePool for Pool;

    /// @inheritdoc IProverStaking
    INetworkToken public immutable token;
    /// @inheritdoc IProverStaking
    IStakedVotes public immutable votes;

    mapping(address prover => Pool) internal _pools;
    mapping(address prover => mapping(address account => Position)) internal _positions;
    mapping(address prover => StakeHistory.History) private _histories;

    constructor(INetworkToken token_, IStakedVotes votes_) {
        require(address(token_) != address(0), ZeroAddress());
        require(votes_.staking() == address(this), WrongVotes(votes_.staking()));
        token = token_;
        votes = votes_;
    }

    /// @inheritdoc IProverStaking
    function syncVotes(address prover, address account) public returns (uint256 burned) {
        Position storage position = _positions[prover][account];
        burned = _burnUnbacked(_pools[prover], position, account);
        if (burned != 0) emit VotesSynced(prover, account, burned);
    }

    /// @inheritdoc IProverStaking
    function poolOf(address prover) external view returns (Pool memory) {
        return _pools[prover];
    }

    /// @inheritdoc IProverStaking
    function positionOf(address prover, address account) external view returns (Position memory) {
        return _positions[prover][account];
    }

    /// @inheritdoc IProverStaking
    function bondedStake(address prover) public view returns (uint256) {
        return _pools[prover].bonded();
    }

    /// @inheritdoc IProverStaking
    function unbondingStake(address prover) external view returns (uint256) {
        return _pools[prover].assets - bondedStake(prover);
    }

    /// @inheritdoc IProverStaking
    function stakeOf(address prover, address account) public view returns (uint256) {
        return _pools[prover].valueOf(_positions[prover][account].shares);
    }

    /// @inheritdoc IProverStaking
    function averageStake(address prover, uint64 from, uint64 to) external view returns (uint256) {
        require(from < to && to <= block.timestamp, InvalidRange(from, to));
        StakeHistory.History storage history = _histories[prover];
        return (history.integral(to) - history.integral(from)) / (to - from);
    }

    /// @dev Notes the bonded stake of now. After whatever changed the pool.
    function _note(address prover) internal {
        _histories[prover].push(bondedStake(prover));
    }

    /// @dev Destroys the receipts of a position beyond what its shares are worth.
    function _burnUnbacked(Pool storage pool, Position storage position, address account)
        internal
        returns (uint256 burned)
    {
        uint256 value = pool.valueOf(position.shares);
        uint256 held = position.votes;
        if (held <= value) return 0;
        burned = held - value;
        position.votes = value.toUint128();
        votes.burn(account, burned);
    }
}
