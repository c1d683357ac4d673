// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IERC7992Registry} from "../interfaces/IERC7992Registry.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IRecordStore} from "../interfaces/IRecordStore.sol";
import {ProofSystem} from "../libraries/ProofSystem.sol";
import {RecordHeader} from "../libraries/RecordHeader.sol";

/// @title Model registry
/// @notice Listings as ERC-721 tokens. Nobody but a listing's holder can touch it, and its record never changes.
/// @dev A listing says nothing about whether its record is honest: clients trust the record hashes that they, or
/// someone they trust, recomputed from the published artifact.
contract ModelRegistry is IModelRegistry, ERC721 {
    using RecordHeader for RecordHeader.Header;

    /// @notice The most an owner share can be. With the market's fee of ceil(1 %) it never exceeds the price:
    /// floor(0.99 p) + ceil(0.01 p) = p.
    uint16 public constant MAX_OWNER_BPS = 9_900;
    /// @notice The longest a price may take to rise: the longest that a request can live.
    uint32 public constant MAX_DURATION = 14 days;
    /// @notice The floor of a listing that has no terms yet: more than there is of any token worth having.
    uint128 public constant NOT_OFFERED = type(uint128).max;
    /// @dev ERC-7641 for ERC-20 tokens.
    bytes4 private constant REVENUE_SHARE_ID = 0x5d18f986;

    /// @notice Where records are published.
    IRecordStore public immutable store;

    /// @notice Listings so far; ids run from 1.
    uint256 public listingCount;

    mapping(uint256 listingId => Listing) private _listings;
    mapping(uint256 listingId => string) private _metadataURIs;
    /// @notice A listing's revenue share; zero when it has none.
    mapping(uint256 listingId => address) public revenueShareOf;

    /// @param store_ Where records are published.
    constructor(IRecordStore store_) ERC721("Verin Model Listing", "VML") {
        store = store_;
    }

    /// @inheritdoc IModelRegistry
    function register(bytes32 recordHash, uint128 price, uint16 ownerBps, string calldata metadataURI)
        external
        returns (uint256)
    {
        Terms memory terms = Terms(price, price, 0, ownerBps, IERC20(address(0)));
        (IERC7992Registry.ModelCommitment memory model, RecordHeader.Header memory header) = _model(recordHash);
        (model.proofSystemId, model.uri) = (ProofSystem.SEAL_V1, metadataURI);
        return _list(model, header, terms);
    }

    /// @inheritdoc IModelRegistry
    function list(bytes32 recordHash, bytes4 proofSystem, Terms calldata terms, string calldata metadataURI)
        external
        returns (uint256)
    {
        (IERC7992Registry.ModelCommitment memory model, RecordHeader.Header memory header) = _model(recordHash);
        (model.proofSystemId, model.uri) = (proofSystem, metadataURI);
        return _list(model, header, terms);
    }

    /// @inheritdoc IERC7992Registry
    /// @dev The listing has no terms yet: nobody can pay its floor. `setAllTerms` opens it.
    function registerModel(ModelCommitment calldata commitment) external returns (uint256) {
        (IERC7992Registry.ModelCommitment memory model, RecordHeader.Header memory header) =
            _model(commitment.modelHash);
        _checkHashes(model, commitment);
        (model.proofSystemId, model.uri) = (commitment.proofSystemId, commitment.uri);
        return _list(model, header, Terms(NOT_OFFERED, NOT_OFFERED, 0, 0, IERC20(address(0))));
    }

    /// @inheritdoc IModelRegistry
    function setTerms(uint256 listingId, uint128 price, uint16 ownerBps) external {
        _checkOwner(listingId);
        _setTerms(listingId, Terms(price, price, 0, ownerBps, _listings[listingId].paymentToken));
        emit TermsChanged(listingId, price, ownerBps);
        emit CurveChanged(listingId, _listings[listingId].paymentToken, price, price, 0);
    }

    /// @inheritdoc IModelRegistry
    function setAllTerms(uint256 listingId, Terms calldata terms) external {
        _checkOwner(listingId);
        _setTerms(listingId, terms);
        emit TermsChanged(listingId, terms.price, terms.ownerBps);
        emit CurveChanged(listingId, terms.paymentToken, terms.startPrice, terms.price, terms.duration);
    }

    /// @inheritdoc IERC7992Registry
    /// @dev The record stays; its proof system can change, to that of a verifier that replaces another, and the URI.
    function updateModel(uint256 modelId, ModelCommitment calldata newCommitment) external {
        _checkModelOwner(modelId);
        require(!_listings[modelId].deprecated, ModelIsDeprecated(modelId));
        require(newCommitment.proofSystemId != 0, NoProofSystem());
        ModelCommitment memory model = _commitment(modelId);
        _checkHashes(model, newCommitment);
        _listings[modelId].proofSystem = newCommitment.proofSystemId;
        _metadataURIs[modelId] = newCommitment.uri;
        emit ModelUpdated(modelId, model, newCommitment);
    }

    /// @inheritdoc IModelRegistry
    /// @dev Does not ask the share about this listing: a share may be made before the listing is.
    function setRevenueShare(uint256 listingId, address share) external {
        _checkOwner(listingId);
        require(revenueShareOf[listingId] == address(0), RevenueShareFixed(listingId, revenueShareOf[listingId]));
        require(ERC165Checker.supportsInterface(share, REVENUE_SHARE_ID), NotARevenueShare(share));
        revenueShareOf[listingId] = share;
        emit RevenueShareSet(listingId, share);
    }

    /// @inheritdoc IModelRegistry
    function deprecate(uint256 listingId) external {
        _checkOwner(listingId);
        require(!_listings[listingId].deprecated, AlreadyDeprecated(listingId));
        _deprecate(listingId);
    }

    /// @inheritdoc IERC7992Registry
    function deprecateModel(uint256 modelId) external {
        _checkModelOwner(modelId);
        require(!_listings[modelId].deprecated, ModelIsDeprecated(modelId));
        _deprecate(modelId);
    }

    /// @inheritdoc IModelRegistry
    function listing(uint256 listingId) external view returns (Listing memory) {
        _requireOwned(listingId);
        return _listings[listingId];
    }

    /// @inheritdoc IERC7992Registry
    function getModel(uint256 modelId)
        external
        view
        returns (ModelCommitment memory commitment, bool deprecated, address owner)
    {
        owner = _ownerOf(modelId);
        require(owner != address(0), ModelNotFound(modelId));
        return (_commitment(modelId), _listings[modelId].deprecated, owner);
    }

    /// @inheritdoc IModelRegistry
    function revenueReceiver(uint256 listingId) external view returns (address) {
        address holder = _requireOwned(listingId);
        address share = revenueShareOf[listingId];
        return share == address(0) ? holder : share;
    }

    /// @notice Where to learn about the model.
    function tokenURI(uint256 listingId) public view override returns (string memory) {
        _requireOwned(listingId);
        return _metadataURIs[listingId];
    }

    /// @notice ERC-165: ERC-721 with metadata, and ERC-7992's registry.
    function supportsInterface(bytes4 interfaceId) public view override(ERC721, IERC165) returns (bool) {
        return interfaceId == type(IERC7992Registry).interfaceId || super.supportsInterface(interfaceId);
    }

    function _list(ModelCommitment memory model, RecordHeader.Header memory header, Terms memory terms)
        private
        returns (uint256 listingId)
    {
        require(model.proofSystemId != 0, NoProofSystem());
        listingId = ++listingCount;
        Listing storage made = _listings[listingId];
        made.recordHash = model.modelHash;
        made.proofSystem = model.proofSystemId;
        made.privateInput = header.hasPrivateInput();
        made.inputBytes = SafeCast.toUint32(header.inputBytes);
        made.outputBytes = SafeCast.toUint32(header.outputBytes);
        _setTerms(listingId, terms);
        _metadataURIs[listingId] = model.uri;
        // Not _safeMint: the caller asked for the token, and a callback here would serve nobody.
        _mint(msg.sender, listingId);
        emit ModelListed(listingId, model.modelHash, msg.sender, terms.price, terms.ownerBps, model.uri);
        emit CurveChanged(listingId, terms.paymentToken, terms.startPrice, terms.price, terms.duration);
        emit ModelRegistered(listingId, msg.sender, model);
    }

    function _setTerms(uint256 listingId, Terms memory terms) private {
        require(terms.ownerBps <= MAX_OWNER_BPS, OwnerShareTooHigh(terms.ownerBps, MAX_OWNER_BPS));
        require(terms.startPrice >= terms.price, StartBelowFloor(terms.startPrice, terms.price));
        require(terms.duration <= MAX_DURATION, DurationTooLong(terms.duration, MAX_DURATION));
        Listing storage changed = _listings[listingId];
        (changed.startPrice, changed.price, changed.duration) = (terms.startPrice, terms.price, terms.duration);
        (changed.ownerBps, changed.paymentToken) = (terms.ownerBps, terms.paymentToken);
    }

    function _deprecate(uint256 listingId) private {
        _listings[listingId].deprecated = true;
        emit ModelDeprecated(listingId);
    }

    /// @dev The hashes of a published record, and its header.
    function _model(bytes32 recordHash)
        private
        view
        returns (ModelCommitment memory model, RecordHeader.Header memory header)
    {
        bytes memory record = store.read(recordHash);
        header = RecordHeader.decodeMemory(record);
        model.modelHash = recordHash;
        model.circuitHash = header.graphDigest;
        model.vkHash = header.verifyingKeyHash(record);
    }

    function _commitment(uint256 listingId) private view returns (ModelCommitment memory model) {
        (model,) = _model(_listings[listingId].recordHash);
        (model.proofSystemId, model.uri) = (_listings[listingId].proofSystem, _metadataURIs[listingId]);
    }

    function _checkHashes(ModelCommitment memory model, ModelCommitment calldata claimed) private pure {
        bool same = claimed.modelHash == model.modelHash && claimed.circuitHash == model.circuitHash
            && claimed.vkHash == model.vkHash;
        require(same, CommitmentMismatch(claimed.modelHash));
    }

    function _checkOwner(uint256 listingId) private view {
        require(_requireOwned(listingId) == msg.sender, NotListingOwner(listingId, msg.sender));
    }

    function _checkModelOwner(uint256 modelId) private view {
        address owner = _ownerOf(modelId);
        require(owner != address(0), ModelNotFound(modelId));
        require(owner == msg.sender, NotModelOwner(modelId, msg.sender));
    }
}
