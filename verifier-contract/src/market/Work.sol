// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IInferenceMarket} from "../interfaces/IInferenceMarket.sol";
import {MarketStorage} from "./MarketStorage.sol";

/// @title Fees and work credits
/// @notice Fees go to their pot of the epoch when the work is done. A token that will not go there (it refuses the
/// account, or is halted) must not cost provers their collateral: then fees and credit wait here.
abstract contract Work is MarketStorage, IInferenceMarket {
    using SafeCast for uint256;

    /// @dev What recording must be given, so that whoever settles cannot make it fail by a lack of gas.
    uint256 private constant RECORD_GAS = 300_000;
    uint256 private constant RECORD_GAS_PER_JOB = 80_000;

    /// @dev Paid work of one settlement, to be recorded token by token.
    struct Paid {
        uint256 count;
        IERC20[] tokens;
        address[] creators;
        uint256[] fees;
    }

    /// @inheritdoc IInferenceMarket
    function retryWork(IERC20 token, address payout, address[] calldata creators, uint256[] calldata fees)
        external
        nonReentrant
    {
        bytes32 work = keccak256(abi.encode(token, payout, creators, fees));
        uint256 times = _deferredWork[work];
        require(times != 0, NothingToRetry());
        _deferredWork[work] = times - 1;
        uint256 sum;
        for (uint256 i = 0; i < fees.length; ++i) {
            sum += fees[i];
        }
        _pots[token].fees -= sum.toUint128();
        emit WorkRetried(token, payout, sum);
        rewards.recordWork(token, payout, creators, fees);
    }

    function _recordWork(address payout, Paid memory paid) internal {
        for (uint256 i = 0; i < paid.count; ++i) {
            if (address(paid.tokens[i]) != address(0)) _recordToken(payout, paid, i);
        }
    }

    /// @dev Records all work in the token of job `first`, which no earlier call has recorded.
    function _recordToken(address payout, Paid memory paid, uint256 first) private {
        IERC20 token = paid.tokens[first];
        address[] memory creators = new address[](paid.count - first);
        uint256[] memory fees = new uint256[](paid.count - first);
        uint256 count;
        uint256 sum;
        for (uint256 i = first; i < paid.count; ++i) {
            if (address(paid.tokens[i]) != address(token)) continue;
            paid.tokens[i] = IERC20(address(0));
            creators[count] = paid.creators[i];
            fees[count] = paid.fees[i];
            sum += paid.fees[i];
            ++count;
        }
        assembly ("memory-safe") {
            mstore(creators, count)
            mstore(fees, count)
        }
        uint256 least = RECORD_GAS + count * RECORD_GAS_PER_JOB;
        require(gasleft() >= least, InsufficientGas(least));
        try rewards.recordWork(token, payout, creators, fees) {}
        catch {
            _pots[token].fees += sum.toUint128();
            ++_deferredWork[keccak256(abi.encode(token, payout, creators, fees))];
            emit WorkDeferred(token, payout, creators, fees);
        }
    }
}
