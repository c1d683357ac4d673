// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IEmergencyStop} from "../interfaces/IEmergencyStop.sol";
import {IRecordStore} from "../interfaces/IRecordStore.sol";
import {IRecordVerifier} from "../interfaces/IRecordVerifier.sol";
import {IVerifierRouter} from "../interfaces/IVerifierRouter.sol";
import {BatchStatement} from "../libraries/BatchStatement.sol";
import {RecordHeader} from "../libraries/RecordHeader.sol";

/// @title Emergency stop
/// @notice Remembers what must not be trusted any more, and since when. Holds no money and moves none.
/// @dev A record's stop is kept per verifier: whoever can forge seals under an old, broken verifier would otherwise stop every
/// record under the sound one that replaced it.
contract EmergencyStop is IEmergencyStop {
    using RecordHeader for RecordHeader.Header;

    /// @notice Where verifiers are looked up.
    IVerifierRouter public immutable router;
    /// @notice Where records are read from.
    IRecordStore public immutable store;
    /// @inheritdoc IEmergencyStop
    address public immutable governor;

    /// @inheritdoc IEmergencyStop
    address public guardian;
    /// @inheritdoc IEmergencyStop
    mapping(bytes32 recordHash => bool) public isCanary;
    /// @inheritdoc IEmergencyStop
    mapping(bytes4 selector => uint64) public verifierStoppedAt;

    mapping(bytes4 selector => mapping(bytes32 recordHash => uint64)) private _recordStoppedAt;
    bytes32[] private _canaries;

    modifier onlyGuardian() {
        require(msg.sender == guardian, NotGuardian(msg.sender));
        _;
    }

    /// @param router_ Where verifiers are looked up.
    /// @param store_ Where records are read from.
    /// @param governor_ Who appoints the guardian: the timelock.
    /// @param guardian_ Who may stop; zero for nobody.
    /// @param canaries Published records with public input and output, made by whoever deploys this: never by a stranger.
    constructor(
        IVerifierRouter router_,
        IRecordStore store_,
        address governor_,
        address guardian_,
        bytes32[] memory canaries
    ) {
        require(governor_ != address(0) && address(router_) != address(0), ZeroAddress());
        (router, store, governor, guardian) = (router_, store_, governor_, guardian_);
        emit GuardianChanged(address(0), guardian_);
        for (uint256 i = 0; i < canaries.length; ++i) {
            require(!isCanary[canaries[i]], DuplicateCanary(canaries[i]));
            _publicHeader(store_, canaries[i]);
            isCanary[canaries[i]] = true;
        }
        _canaries = canaries;
    }

    /// @inheritdoc IEmergencyStop
    function stopVerifier(bytes4 selector) external onlyGuardian {
        _verifierOf(selector);
        _stopVerifier(selector, 0);
    }

    /// @inheritdoc IEmergencyStop
    function stopRecord(bytes4 selector, bytes32 recordHash) external onlyGuardian {
        _verifierOf(selector);
        _stopRecord(selector, recordHash);
    }

    /// @inheritdoc IEmergencyStop
    function stopByEquivocation(bytes4 selector, bytes32 recordHash, Claim calldata first, Claim calldata second)
        external
    {
        IRecordVerifier verifier = _verifierOf(selector);
        RecordHeader.Header memory header = _publicHeader(store, recordHash);
        (bytes32 input, bytes32 output) = _slotOf(header, first);
        (bytes32 secondInput, bytes32 secondOutput) = _slotOf(header, second);
        require(input == secondInput, DifferentInputs(input, secondInput));
        require(output != secondOutput, SameOutput(output));

        verifier.verify(recordHash, first.context, first.input, first.output, first.seal);
        verifier.verify(recordHash, second.context, second.input, second.output, second.seal);
        emit Equivocation(selector, recordHash, input, output, secondOutput);
        if (isCanary[recordHash]) _stopVerifier(selector, recordHash);
        else _stopRecord(selector, recordHash);
    }

    /// @inheritdoc IEmergencyStop
    function setGuardian(address guardian_) external {
        require(msg.sender == governor, NotGovernor(msg.sender));
        emit GuardianChanged(guardian, guardian_);
        guardian = guardian_;
    }

    /// @inheritdoc IEmergencyStop
    /// @dev Time never runs backwards, so the earlier stop is the one that was there first: the later one changes nothing here.
    function stoppedAt(bytes4 selector, bytes32 recordHash) external view returns (uint64) {
        (uint64 byVerifier, uint64 byRecord) = (verifierStoppedAt[selector], _recordStoppedAt[selector][recordHash]);
        if (byVerifier == 0 || byRecord == 0) return byVerifier + byRecord;
        return byVerifier < byRecord ? byVerifier : byRecord;
    }

    /// @inheritdoc IEmergencyStop
    function canaryRecords() external view returns (bytes32[] memory) {
        return _canaries;
    }

    function _stopVerifier(bytes4 selector, bytes32 recordHash) private {
        uint64 since = verifierStoppedAt[selector];
        require(since == 0, AlreadyStopped(selector, recordHash, since));
        verifierStoppedAt[selector] = SafeCast.toUint64(block.timestamp);
        emit VerifierStopped(selector, msg.sender);
    }

    function _stopRecord(bytes4 selector, bytes32 recordHash) private {
        uint64 since = _recordStoppedAt[selector][recordHash];
        require(since == 0, AlreadyStopped(selector, recordHash, since));
        _recordStoppedAt[selector][recordHash] = SafeCast.toUint64(block.timestamp);
        emit RecordStopped(selector, recordHash, msg.sender);
    }

    /// @dev Of selectors to come nothing can be stopped: that would be a veto over the governor.
    function _verifierOf(bytes4 selector) private view returns (IRecordVerifier verifier) {
        verifier = router.verifierOf(selector);
        require(address(verifier) != address(0), UnknownVerifier(selector));
    }

    /// @dev The record's header, if values of its inputs and outputs are all in the open.
    function _publicHeader(IRecordStore store_, bytes32 recordHash)
        private
        view
        returns (RecordHeader.Header memory header)
    {
        header = RecordHeader.decodeMemory(store_.read(recordHash));
        require(!header.hasPrivateInput() && !header.hasPrivateOutput(), PrivateRecord(recordHash));
    }

    /// @dev Digests of the input and the output of the slot a claim means. A batch's statement is of all its slots: that two
    /// batches differ as a whole says nothing.
    function _slotOf(RecordHeader.Header memory header, Claim calldata claim)
        private
        pure
        returns (bytes32 input, bytes32 output)
    {
        uint256 slots = claim.input.length / header.inputBytes;
        bool whole = claim.input.length == slots * header.inputBytes && claim.output.length % header.outputBytes == 0
            && claim.output.length / header.outputBytes == slots;
        require(whole && claim.slot < slots, BadSlot(claim.slot));
        input = keccak256(BatchStatement.slot(claim.input, claim.slot, header.inputBytes));
        output = keccak256(BatchStatement.slot(claim.output, claim.slot, header.outputBytes));
    }
}
