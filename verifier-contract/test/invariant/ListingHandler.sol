// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IAuditAttestations} from "../../src/interfaces/IAuditAttestations.sol";
import {IERC7992Registry} from "../../src/interfaces/IERC7992Registry.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {AuditAttestations} from "../../src/registry/AuditAttestations.sol";
import {ModelRegistry} from "../../src/registry/ModelRegistry.sol";
import {RecordStore} from "../../src/registry/RecordStore.sol";
import {Records} from "../base/Records.sol";
import {SaysItShares} from "../base/Shares.sol";
import {Test} from "../base/Test.sol";

/// @notice Twelve actors who list, change, sell, share, deprecate and attest, rightly or not, and a plain model of what must come of
/// it. No action here may revert.
contract ListingHandler is Test {
    uint256 private constant ACTORS = 12;

    RecordStore private store = new RecordStore();
    ModelRegistry public registry = new ModelRegistry(store);
    AuditAttestations public attestations = new AuditAttestations();
    bytes32[3] private hashes;

    uint256 public count;
    mapping(uint256 listingId => bytes32) public recordWas;
    mapping(uint256 listingId => address) public holderWas;
    mapping(uint256 listingId => address) public shareWas;
    mapping(uint256 listingId => bool) public deprecatedWas;
    mapping(uint256 listingId => bytes32) public termsWas;
    mapping(address auditor => mapping(bytes32 recordHash => IAuditAttestations.Verdict)) public verdictWas;

    constructor() {
        vm.warp(1_800_000_000);
        for (uint256 i = 0; i < 3; ++i) {
            hashes[i] = store.publish(Records.make(i, 64, 64 + i));
        }
    }

    function account(uint256 seed) public pure returns (address) {
        return address(uint160(0xAC700 + seed % ACTORS));
    }

    function hashAt(uint256 seed) public view returns (bytes32) {
        return hashes[seed % 3];
    }

    function list(uint256 who, uint256 which, IModelRegistry.Terms memory terms) external {
        legalize(terms);
        vm.prank(account(who));
        noteListing(registry.list(hashAt(which), 0x00000001, terms, "uri"), who, which, terms);
    }

    function register(uint256 who, uint256 which, uint128 price, uint16 bps) external {
        vm.prank(account(who));
        uint256 id = registry.register(hashAt(which), price, bps % 9_901, "uri");
        noteListing(id, who, which, IModelRegistry.Terms(price, price, 0, bps % 9_901, IERC20(address(0))));
    }

    function registerModel(uint256 who, uint256 from) external {
        if (count == 0) return;
        (IERC7992Registry.ModelCommitment memory model,,) = registry.getModel(1 + from % count);
        vm.prank(account(who));
        uint256 id = registry.registerModel(model);
        uint128 none = type(uint128).max;
        noteListing(id, who, 0, IModelRegistry.Terms(none, none, 0, 0, IERC20(address(0))));
        recordWas[id] = model.modelHash;
    }

    function setTerms(uint256 who, uint256 which, IModelRegistry.Terms memory terms) external {
        if (count == 0) return;
        legalize(terms);
        uint256 id = 1 + which % count;
        bool may = asAnyone(who, id);
        registry.setAllTerms(id, terms);
        if (may) termsWas[id] = keccak256(abi.encode(terms));
    }

    function updateModel(uint256 who, uint256 which, uint256 other, bool honest) external {
        if (count == 0) return;
        uint256 id = 1 + which % count;
        (IERC7992Registry.ModelCommitment memory model,,) = registry.getModel(honest ? id : 1 + other % count);
        model.proofSystemId = bytes4(uint32(1 + other % 100));
        address by = account(who);
        bool may = by == holderWas[id] && !deprecatedWas[id] && model.modelHash == recordWas[id];
        if (!may) vm.expectRevert();
        vm.prank(by);
        registry.updateModel(id, model);
    }

    function sell(uint256 which, uint256 to) external {
        if (count == 0) return;
        uint256 id = 1 + which % count;
        vm.prank(holderWas[id]);
        registry.transferFrom(holderWas[id], account(to), id);
        holderWas[id] = account(to);
    }

    function share(uint256 who, uint256 which) external {
        if (count == 0) return;
        uint256 id = 1 + which % count;
        address made = address(new SaysItShares());
        address by = account(who);
        bool may = by == holderWas[id] && shareWas[id] == address(0);
        if (!may) vm.expectRevert();
        vm.prank(by);
        registry.setRevenueShare(id, made);
        if (may) shareWas[id] = made;
    }

    function deprecate(uint256 who, uint256 which, bool asModel) external {
        if (count == 0 || which % 4 != 0) return;
        uint256 id = 1 + (which >> 2) % count;
        address by = account(who);
        bool may = by == holderWas[id] && !deprecatedWas[id];
        if (!may) vm.expectRevert();
        vm.prank(by);
        if (asModel) registry.deprecateModel(id);
        else registry.deprecate(id);
        if (may) deprecatedWas[id] = true;
    }

    function attest(uint256 who, uint256 which, bool passed) external {
        IAuditAttestations.Verdict verdict =
            passed ? IAuditAttestations.Verdict.Passed : IAuditAttestations.Verdict.Failed;
        vm.prank(account(who));
        attestations.attest(hashAt(which), verdict, "report", "uri");
        verdictWas[account(who)][hashAt(which)] = verdict;
    }

    function revoke(uint256 who, uint256 which) external {
        bool stands = verdictWas[account(who)][hashAt(which)] != IAuditAttestations.Verdict.None;
        bytes32 hash = hashAt(which);
        if (!stands) vm.expectRevert();
        vm.prank(account(who));
        attestations.revoke(hash);
        delete verdictWas[account(who)][hash];
    }

    function legalize(IModelRegistry.Terms memory terms) private pure {
        terms.ownerBps %= 9_901;
        terms.duration %= 14 days + 1;
        if (terms.startPrice < terms.price) (terms.startPrice, terms.price) = (terms.price, terms.startPrice);
    }

    function noteListing(uint256 id, uint256 who, uint256 which, IModelRegistry.Terms memory terms) private {
        vm.assertEq(id, ++count, "ids run on");
        (recordWas[id], holderWas[id]) = (hashAt(which), account(who));
        termsWas[id] = keccak256(abi.encode(terms));
    }

    /// @dev Acts as the next call's sender; says whether it may.
    function asAnyone(uint256 who, uint256 id) private returns (bool may) {
        address by = account(who);
        may = by == holderWas[id];
        if (!may) vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotListingOwner.selector, id, by));
        vm.prank(by);
    }
}
