// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IRecordVerifier} from "../interfaces/IRecordVerifier.sol";
import {IVerifierRouter} from "../interfaces/IVerifierRouter.sol";

/// @title Verifier router
/// @notice A list that only grows, of verifiers and of tombstones.
/// @dev The first verifiers come with the constructor, so that nobody but the governor ever has a right here.
contract VerifierRouter is IVerifierRouter {
    /// @inheritdoc IVerifierRouter
    address public immutable governor;

    /// @inheritdoc IVerifierRouter
    mapping(bytes4 selector => IRecordVerifier) public verifierOf;
    /// @inheritdoc IVerifierRouter
    mapping(IRecordVerifier verifier => bytes4) public selectorOf;
    /// @inheritdoc IVerifierRouter
    mapping(bytes4 selector => uint64) public tombstonedAt;

    bytes4[] private _selectors;

    modifier onlyGovernor() {
        require(msg.sender == governor, NotGovernor(msg.sender));
        _;
    }

    /// @param governor_ Who may add and tombstone: the timelock.
    /// @param selectors_ The proof systems to begin with.
    /// @param verifiers Their verifiers, in the same order.
    constructor(address governor_, bytes4[] memory selectors_, IRecordVerifier[] memory verifiers) {
        require(governor_ != address(0), NotGovernor(governor_));
        require(selectors_.length == verifiers.length, LengthMismatch(selectors_.length, verifiers.length));
        governor = governor_;
        for (uint256 i = 0; i < selectors_.length; ++i) {
            _add(selectors_[i], verifiers[i]);
        }
    }

    /// @inheritdoc IVerifierRouter
    function add(bytes4 selector, IRecordVerifier verifier) external onlyGovernor {
        _add(selector, verifier);
    }

    /// @inheritdoc IVerifierRouter
    function tombstone(bytes4 selector) external onlyGovernor {
        active(selector);
        tombstonedAt[selector] = SafeCast.toUint64(block.timestamp);
        emit VerifierTombstoned(selector);
    }

    /// @inheritdoc IVerifierRouter
    function active(bytes4 selector) public view returns (IRecordVerifier verifier) {
        verifier = verifierOf[selector];
        require(address(verifier) != address(0), UnknownVerifier(selector));
        require(tombstonedAt[selector] == 0, TombstonedVerifier(selector));
    }

    /// @inheritdoc IVerifierRouter
    function selectors() external view returns (bytes4[] memory) {
        return _selectors;
    }

    function _add(bytes4 selector, IRecordVerifier verifier) private {
        require(selector != 0, ZeroSelector());
        require(address(verifierOf[selector]) == address(0), SelectorTaken(selector));
        require(selectorOf[verifier] == 0, VerifierTaken(verifier, selectorOf[verifier]));
        require(address(verifier).code.length != 0, NoCode(address(verifier)));
        verifierOf[selector] = verifier;
        selectorOf[verifier] = selector;
        _selectors.push(selector);
        emit VerifierAdded(selector, verifier);
    }
}
