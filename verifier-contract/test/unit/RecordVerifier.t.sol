// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRecordStore} from "../../src/interfaces/IRecordStore.sol";
import {ISealVerifier} from "../../src/interfaces/ISealVerifier.sol";
import {RecordStore} from "../../src/registry/RecordStore.sol";
import {RecordVerifier} from "../../src/verify/RecordVerifier.sol";
import {Records} from "../base/Records.sol";
import {SealVerifierDouble} from "../base/SealVerifierDouble.sol";
import {Test} from "../base/Test.sol";

/// @notice Accepts everything and costs next to nothing: what is left is the price of getting there.
contract FreeVerifier {
    fallback() external {}
}

contract RecordVerifierTest is Test {
    RecordStore private store = new RecordStore();
    SealVerifierDouble private seals = new SealVerifierDouble();
    RecordVerifier private verifier = new RecordVerifier(store, seals);

    /// @dev The double accepts only the very bytes it was told, so acceptance shows that all five arguments
    /// arrive unchanged, whatever their lengths.
    function testFuzz_forwards_the_statement(
        bytes memory record,
        bytes32 context,
        bytes calldata input,
        bytes calldata output,
        bytes calldata seal
    ) external {
        vm.assume(record.length != 0);
        publishWeights(record);
        bytes32 hash = store.publish(record);
        seals.prove(record, context, input, output, seal);
        verifier.verify(hash, context, input, output, seal);

        vm.expectRevert();
        verifier.verify(hash, ~context, input, output, seal);
        vm.expectRevert();
        verifier.verify(hash, context, bytes.concat(input, hex"00"), output, seal);
        vm.expectRevert();
        verifier.verify(hash, context, input, bytes.concat(output, hex"00"), seal);
        vm.expectRevert();
        verifier.verify(hash, context, input, output, bytes.concat(seal, hex"00"));
    }

    /// @dev Says of a record of any bytes that its weights are published, if it is long enough to say anything.
    function publishWeights(bytes memory record) private pure returns (bytes memory) {
        if (record.length >= 160) record[159] &= 0xfb;
        return record;
    }

    function test_forwards_a_record_of_several_chunks() external {
        bytes memory record = publishWeights(Records.filler("large", 60_001));
        bytes32 hash = store.publish(record);
        seals.prove(record, "ctx", "in", "out", "seal");
        verifier.verify(hash, "ctx", "in", "out", "seal");
    }

    function test_bubbles_the_seal_verifiers_error() external {
        bytes memory record = Records.make(0, 4, 1);
        bytes32 hash = store.publish(record);
        bytes32 statement = keccak256(abi.encode(record, bytes32("ctx"), bytes("in"), bytes("out"), bytes("seal")));
        vm.expectRevert(abi.encodeWithSelector(SealVerifierDouble.NotProved.selector, statement));
        verifier.verify(hash, "ctx", "in", "out", "seal");
    }

    function test_bubbles_the_stores_error() external {
        vm.expectRevert(abi.encodeWithSelector(IRecordStore.RecordNotFound.selector, bytes32("none")));
        verifier.verify("none", "ctx", "in", "out", "seal");
    }

    /// @dev Offsets may not reach beyond the caller's own arguments, where the record will be put.
    function test_rejects_arguments_beyond_the_calldata() external {
        bytes32 hash = store.publish("record");
        bytes memory call_ = abi.encodeCall(verifier.verify, (hash, "ctx", "in", "out", "seal"));
        assembly {
            // The offset of `seal` (fifth word): the end of the calldata.
            mstore(add(call_, 0xa4), sub(mload(call_), 4))
        }
        (bool ok,) = address(verifier).call(call_);
        vm.assertFalse(ok, "decoded past the end");
    }

    function deployWith(IRecordStore store_, ISealVerifier seals_) external {
        new RecordVerifier(store_, seals_);
    }

    function test_refuses_to_be_deployed_without_parts() external {
        vm.expectRevert(abi.encodeWithSelector(RecordVerifier.NoCode.selector, address(1)));
        this.deployWith(IRecordStore(address(1)), seals);
        vm.expectRevert(abi.encodeWithSelector(RecordVerifier.NoCode.selector, address(2)));
        this.deployWith(store, ISealVerifier(address(2)));
    }

    function test_gas_of_loading_a_record() external {
        address accepting = address(new FreeVerifier());
        RecordVerifier free = new RecordVerifier(store, ISealVerifier(accepting));
        bytes32 hash = store.publish(publishWeights(Records.filler("six kilobytes", 6_080)));
        // As a transaction finds them: nothing has been touched.
        address[4] memory cold = [address(free), address(store), store.pointersOf(hash)[0], accepting];
        for (uint256 i = 0; i < cold.length; ++i) {
            vm.cool(cold[i]);
        }
        free.verify(hash, "ctx", new bytes(784), new bytes(10), new bytes(3_000));
        vm.snapshotGasLastCall("RecordVerifier", "overhead of a 6,080 byte record");
    }
}
