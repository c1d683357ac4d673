// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "./Field.sol";
import {HyperKzg} from "./HyperKzg.sol";

/// @title Fiat-Shamir
/// @notice A challenge is `keccak256(state, everything read since the last one)`, which is the next state.
/// @dev The seal is copied to memory once, behind the instances that come from the statement. As it is hashed
/// in the order it lies in, the state for each hash overwrites the word before its chunk, which has been
/// hashed already.
library SealTranscript {
    /// @notice All challenges, in the order they are drawn.
    struct Challenges {
        uint256 beta;
        uint256 gamma;
        uint256 y;
        uint256 x;
        uint256 inner;
        uint256 outer;
        uint256 u;
        uint256 fold;
        uint256 openingY;
        uint256 openingX;
        uint256 merge;
    }

    /// @notice Runs the transcript of a seal.
    /// @param s0 Where it starts.
    /// @param transcriptRepr The verifying key's representation.
    /// @param prefix Instances that come from the statement.
    /// @param scalars Calldata offset of the other instances; halo2's proof and the opening follow them.
    /// @param scalarCount Number of the other instances.
    /// @param rowLog2 Number of variables of the opening.
    /// @return c The challenges.
    /// @return instances Memory pointer to all instances, contiguous.
    function run(
        bytes32 s0,
        uint256 transcriptRepr,
        uint256[] memory prefix,
        uint256 scalars,
        uint256 scalarCount,
        uint256 rowLog2
    ) internal pure returns (Challenges memory c, uint256 instances) {
        // Second SHPLONK quotient of halo2, blinder, points, coefficients: all that is behind the first quotient.
        uint256 head = 64 + HyperKzg.headBytes(rowLog2);
        uint256 values = HyperKzg.valueBytes(rowLog2);
        assembly ("memory-safe") {
            function squeeze(chunk, length, state) -> next {
                mstore(sub(chunk, 0x20), state)
                next := keccak256(sub(chunk, 0x20), add(length, 0x20))
            }
            function squeezeAgain(state) -> next {
                mstore(0, state)
                next := keccak256(0, 0x20)
            }

            // [state][representation][prefix][scalars][halo2's proof: 56 words][opening: its quotients are 4 words]
            let chunk := add(mload(0x40), 0x20)
            mstore(chunk, transcriptRepr)
            instances := add(chunk, 0x20)
            let prefixBytes := shl(5, mload(prefix))
            mcopy(instances, add(prefix, 0x20), prefixBytes)
            let copied := add(instances, prefixBytes)
            let size := add(add(shl(5, scalarCount), 0x740), add(head, values))
            calldatacopy(copied, scalars, size)
            mstore(0x40, add(copied, size))

            // Advice columns: theta (of no use here), beta, gamma.
            let length := add(sub(copied, chunk), add(shl(5, scalarCount), 0x140))
            let state := squeezeAgain(squeeze(chunk, length, s0))
            mstore(c, mod(state, R))
            state := squeezeAgain(state)
            mstore(add(c, 0x20), mod(state, R))
            // Permutation product and random polynomial: y.
            chunk := add(chunk, length)
            state := squeeze(chunk, 0x80, state)
            mstore(add(c, 0x40), mod(state, R))
            // Quotient pieces: x.
            chunk := add(chunk, 0x80)
            state := squeeze(chunk, 0x1c0, state)
            mstore(add(c, 0x60), mod(state, R))
            // Evaluations: inner, outer.
            chunk := add(chunk, 0x1c0)
            state := squeeze(chunk, 0x300, state)
            mstore(add(c, 0x80), mod(state, R))
            state := squeezeAgain(state)
            mstore(add(c, 0xa0), mod(state, R))
            // First SHPLONK quotient: u.
            chunk := add(chunk, 0x300)
            state := squeeze(chunk, 0x40, state)
            mstore(add(c, 0xc0), mod(state, R))
            // Second SHPLONK quotient, blinder, folds: where the folds are opened.
            chunk := add(chunk, 0x40)
            state := squeeze(chunk, head, state)
            mstore(add(c, 0xe0), mod(state, R))
            // Values of the folds.
            chunk := add(chunk, head)
            state := squeeze(chunk, values, state)
            mstore(add(c, 0x100), mod(state, R))
            // The opening's quotients.
            chunk := add(chunk, values)
            state := squeeze(chunk, 0x40, state)
            mstore(add(c, 0x120), mod(state, R))
            state := squeeze(add(chunk, 0x40), 0x40, state)
            mstore(add(c, 0x140), mod(state, R))
        }
    }
}
