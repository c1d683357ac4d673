// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IRecordStore} from "../interfaces/IRecordStore.sol";
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

    /// @notice Where records are published.
    IRecordStore public immutable store;

    /// @notice Listings so far; ids run from 1.
    uint256 public listingCount;

    mapping(uint256 listingId => Listing) private _listings;
    mapping(uint256 listingId => string) private _metadataURIs;

    /// @param store_ Where records are published.
    constructor(IRecordStore store_) ERC721("Verin Model Listing", "VML") {
        store = store_;
    }

    /// @inheritdoc IModelRegistry
    function register(bytes32 recordHash, uint128 price, uint16 ownerBps, string calldata metadataURI)
        external
        returns (uint256 listingId)
    {
        _checkShare(ownerBps);
        RecordHeader.Header memory header = RecordHeader.decodeMemory(store.read(recordHash));

        listingId = ++listingCount;
        _listings[listingId] = Listing({
            recordHash: recordHash,
            price: price,
            ownerBps: ownerBps,
            deprecated: false,
            privateInput: header.hasPrivateInput(),
            inputBytes: SafeCast.toUint32(header.inputBytes),
            outputBytes: SafeCast.toUint32(header.outputBytes)
        });
        _metadataURIs[listingId] = metadataURI;
        // Not _safeMint: the caller asked for the token, and a callback here would serve nobody.
        _mint(msg.sender, listingId);
        emit ModelListed(listingId, recordHash, msg.sender, price, ownerBps, metadataURI);
    }

    /// @inheritdoc IModelRegistry
    function setTerms(uint256 listingId, uint128 price, uint16 ownerBps) external {
        _checkOwner(listingId);
        _checkShare(ownerBps);
        Listing storage terms = _listings[listingId];
        terms.price = price;
        terms.ownerBps = ownerBps;
        emit TermsChanged(listingId, price, ownerBps);
    }

    /// @inheritdoc IModelRegistry
    function deprecate(uint256 listingId) external {
        _checkOwner(listingId);
        require(!_listings[listingId].deprecated, AlreadyDeprecated(listingId));
        _listings[listingId].deprecated = true;
        emit ModelDeprecated(listingId);
    }

    /// @inheritdoc IModelRegistry
    function listing(uint256 listingId) external view returns (Listing memory) {
        _requireOwned(listingId);
        return _listings[listingId];
    }

    /// @notice Where to learn about the model, as given at registration.
    function tokenURI(uint256 listingId) public view override returns (string memory) {
        _requireOwned(listingId);
        return _metadataURIs[listingId];
    }

    function _checkOwner(uint256 listingId) private view {
        require(_requireOwned(listingId) == msg.sender, NotListingOwner(listingId, msg.sender));
    }

    function _checkShare(uint256 ownerBps) private pure {
        require(ownerBps <= MAX_OWNER_BPS, OwnerShareTooHigh(ownerBps, MAX_OWNER_BPS));
    }
}
