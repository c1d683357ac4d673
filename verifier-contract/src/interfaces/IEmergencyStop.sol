// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Emergency stop
/// @notice Ends trust in a verifier, or in one record under it, for ever. A guardian can do it, and so can anyone who shows two
/// valid seals that contradict each other. Nobody can undo it: a stopped verifier is replaced by another one under another
/// selector.
/// @dev A contradiction under a canary record, one of those fixed at deployment, condemns the verifier; under any other record,
/// which may have been made to contradict itself, only that record under that verifier.
interface IEmergencyStop {
    /// @notice A statement with its seal, and which of its slots is meant.
    /// @param context What the seal was made for; any.
    /// @param slot The slot that contradicts a slot of the other claim.
    /// @param input The input bytes of all slots, concatenated.
    /// @param output The output bytes of all slots, concatenated.
    /// @param seal The proof.
    struct Claim {
        bytes32 context;
        uint256 slot;
        bytes input;
        bytes output;
        bytes seal;
    }

    /// @notice Seals under `selector` are not trusted any more, whatever the record.
    event VerifierStopped(bytes4 indexed selector, address indexed by);
    /// @notice Seals of one record under `selector` are not trusted any more.
    event RecordStopped(bytes4 indexed selector, bytes32 indexed recordHash, address indexed by);
    /// @notice Two valid seals gave one input two outputs; a stop follows. The digests are of the slots' bytes.
    event Equivocation(
        bytes4 indexed selector,
        bytes32 indexed recordHash,
        bytes32 inputDigest,
        bytes32 firstOutputDigest,
        bytes32 secondOutputDigest
    );
    /// @notice Another guardian, or none.
    event GuardianChanged(address indexed previous, address indexed current);

    /// @notice Only the governor may do this.
    error NotGovernor(address caller);
    /// @notice Only the guardian may do this.
    error NotGuardian(address caller);
    /// @notice No verifier was ever added for this selector.
    error UnknownVerifier(bytes4 selector);
    /// @notice It is stopped already.
    error AlreadyStopped(bytes4 selector, bytes32 recordHash, uint64 since);
    /// @notice The record commits to its inputs or outputs: honest commitments to one value differ, so they contradict nothing.
    error PrivateRecord(bytes32 recordHash);
    /// @notice A claim's input and output are not the same whole number of slots, or have no such slot.
    error BadSlot(uint256 slot);
    /// @notice The two slots have different inputs.
    error DifferentInputs(bytes32 first, bytes32 second);
    /// @notice The two slots have the same output: no contradiction.
    error SameOutput(bytes32 output);
    /// @notice A record is a canary once.
    error DuplicateCanary(bytes32 recordHash);
    /// @notice The zero address cannot govern.
    error ZeroAddress();

    /// @notice Stops a verifier. Guardian only.
    function stopVerifier(bytes4 selector) external;

    /// @notice Stops a record under a verifier. Guardian only.
    function stopRecord(bytes4 selector, bytes32 recordHash) external;

    /// @notice Stops what two contradicting seals condemn: the verifier if the record is a canary, else the record under it.
    /// Anyone may call. The verifier may be tombstoned.
    /// @dev The slots may have different places, and may even be of one and the same seal: each is a run of the record on its input.
    /// @param selector The verifier that accepts both.
    /// @param recordHash The record both are about; its input and output are public.
    /// @param first A claim.
    /// @param second A claim whose slot has the same input and another output.
    function stopByEquivocation(bytes4 selector, bytes32 recordHash, Claim calldata first, Claim calldata second)
        external;

    /// @notice Appoints the guardian; zero for none. Governor only.
    function setGuardian(address guardian_) external;

    /// @notice Since when seals of a record under `selector` are not trusted: the earlier of the verifier's and the record's
    /// stop. 0: not stopped. Once not 0 it never changes.
    function stoppedAt(bytes4 selector, bytes32 recordHash) external view returns (uint64);

    /// @notice Since when the verifier itself is stopped; 0 when it is not.
    function verifierStoppedAt(bytes4 selector) external view returns (uint64);

    /// @notice Whether a contradiction under this record stops its verifier.
    function isCanary(bytes32 recordHash) external view returns (bool);

    /// @notice The records fixed at deployment, in order.
    function canaryRecords() external view returns (bytes32[] memory);

    /// @notice Who may stop; zero for nobody.
    function guardian() external view returns (address);

    /// @notice Who appoints the guardian: the timelock.
    function governor() external view returns (address);
}
