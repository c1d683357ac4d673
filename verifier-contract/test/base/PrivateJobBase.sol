// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {RecordHeader} from "../../src/libraries/RecordHeader.sol";
import {Deployment} from "./Deployment.sol";
import {Records} from "./Records.sol";

/// @notice A listing with hidden inputs, and the steps of handing one over.
abstract contract PrivateJobBase is Deployment {
    uint256 internal constant A = 30 minutes;

    bytes internal points = Records.filler("point", 64);
    bytes32 internal privateHash;
    uint256 internal privateListing;

    function deployPrivate() internal {
        deploy();
        record = Records.encode(Records.legal(RecordHeader.PRIVATE_INPUT, 64, OUTPUT_BYTES));
        privateHash = store.publish(record);
        vm.prank(owner);
        privateListing = registry.register(privateHash, LISTED, OWNER_BPS, "");
        fundProver(prover, 2 * PRICE);
        vm.prank(prover);
        market.registerKey("key");
    }

    function privateTerms() internal view returns (IMarketTypes.Terms memory terms) {
        terms = termsFor(1);
        (terms.listingId, terms.recordHash, terms.inputDigest) = (privateListing, privateHash, keccak256(points));
        (terms.direct, terms.bond) = (false, BOND);
    }

    function requestPrivate(uint256 nonce) internal returns (bytes32) {
        return request(nonce, privateTerms(), points);
    }

    function reserveAs(address account, bytes32 jobId) internal {
        vm.prank(account);
        market.reserve(jobId, 0, account);
    }

    function deliverTo(bytes32 jobId) internal {
        address by = market.job(jobId).requester;
        vm.prank(by);
        market.deliver(jobId, "ciphertext");
    }

    function acknowledgeAs(address account, bytes32 jobId) internal {
        vm.prank(account);
        market.acknowledge(jobId);
    }
}
