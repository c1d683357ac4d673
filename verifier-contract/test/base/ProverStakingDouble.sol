// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice TEST ONLY. Stakes that a test declares, the same at all times; for tests of what is made of them. Of
/// `IProverStaking` it has what rewards call.
contract ProverStakingDouble {
    mapping(address prover => uint256) public stakes;

    error NotHere();

    function setStake(address prover, uint256 amount) external {
        stakes[prover] = amount;
    }

    function averageStake(address prover, uint64 from, uint64 to) external view returns (uint256) {
        require(from < to && to <= block.timestamp, NotHere());
        return stakes[prover];
    }
}
