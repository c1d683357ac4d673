// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IRecordVerifier} from "./IRecordVerifier.sol";

/// @title Verifier router
/// @notice Which verifier decides on the seals of a proof system. The governor adds verifiers and tombstones them; none is ever
/// replaced or removed, so what a request was made for is what settles it.
/// @dev A selector is an ERC-7992 proof system id: the first four bytes of the keccak256 of the system's name.
interface IVerifierRouter {
    /// @notice A verifier decides on the seals of `selector`, for ever.
    event VerifierAdded(bytes4 indexed selector, IRecordVerifier indexed verifier);
    /// @notice `selector` takes no new requests any more; what was requested before is still settled by its verifier.
    event VerifierTombstoned(bytes4 indexed selector);

    /// @notice Only the governor may do this.
    error NotGovernor(address caller);
    /// @notice No verifier was ever added for this selector.
    error UnknownVerifier(bytes4 selector);
    /// @notice The selector takes no new requests.
    error TombstonedVerifier(bytes4 selector);
    /// @notice The selector has a verifier, which stays: another one needs another selector.
    error SelectorTaken(bytes4 selector);
    /// @notice The verifier has a selector: a second one would survive a stop of the first.
    error VerifierTaken(IRecordVerifier verifier, bytes4 selector);
    /// @notice Zero names no proof system.
    error ZeroSelector();
    /// @notice A call to an address without code would succeed without deciding anything.
    error NoCode(address account);
    /// @notice Selectors and verifiers must be lists of the same length.
    error LengthMismatch(uint256 selectors, uint256 verifiers);

    /// @notice Adds a verifier under a selector that was never used. Governor only.
    /// @param selector The proof system.
    /// @param verifier What decides on its seals; has code, and no other selector.
    function add(bytes4 selector, IRecordVerifier verifier) external;

    /// @notice Stops new requests under `selector`, for good. Governor only.
    function tombstone(bytes4 selector) external;

    /// @notice The verifier of `selector`, tombstoned or not; zero when there never was one. Once set it never changes.
    function verifierOf(bytes4 selector) external view returns (IRecordVerifier);

    /// @notice The verifier of `selector` for a new request; reverts with `UnknownVerifier` or `TombstonedVerifier`.
    function active(bytes4 selector) external view returns (IRecordVerifier);

    /// @notice The selector a verifier was added under; zero when it was not.
    function selectorOf(IRecordVerifier verifier) external view returns (bytes4);

    /// @notice Since when `selector` takes no new requests; 0 when it does.
    function tombstonedAt(bytes4 selector) external view returns (uint64);

    /// @notice All selectors ever added, in order.
    function selectors() external view returns (bytes4[] memory);

    /// @notice Who may add and tombstone: the timelock.
    function governor() external view returns (address);
}
