// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title Model registry
/// @notice One ERC-721 token per listing. A listing offers inferences of one published record on the terms of
/// the token's holder. Many listings may cite one record, so copying a registration steals nothing: requests
/// name the listing and the record hash.
interface IModelRegistry is IERC721 {
    /// @notice What a request copies from a listing.
    /// @param recordHash The record the listing offers, fixed for ever.
    /// @param price The least a request must offer, in network tokens.
    /// @param ownerBps The holder's share of a request's price, in 1/10,000.
    /// @param deprecated Whether new requests are refused.
    /// @param privateInput Whether the record commits to inputs instead of showing them.
    /// @param inputBytes Input bytes of one inference, from the record.
    /// @param outputBytes Output bytes of one inference, from the record.
    struct Listing {
        bytes32 recordHash;
        uint128 price;
        uint16 ownerBps;
        bool deprecated;
        bool privateInput;
        uint32 inputBytes;
        uint32 outputBytes;
    }

    /// @notice A listing was created.
    event ModelListed(
        uint256 indexed listingId,
        bytes32 indexed recordHash,
        address indexed owner,
        uint256 price,
        uint256 ownerBps,
        string metadataURI
    );
    /// @notice A listing's holder changed its terms; requests made before keep theirs.
    event TermsChanged(uint256 indexed listingId, uint256 price, uint256 ownerBps);
    /// @notice A listing takes no new requests from now on.
    event ModelDeprecated(uint256 indexed listingId);

    /// @notice Only the token's holder may change a listing.
    error NotListingOwner(uint256 listingId, address caller);
    /// @notice The owner share and the network fee together would exceed the price.
    error OwnerShareTooHigh(uint256 ownerBps, uint256 maximum);
    /// @notice The listing was deprecated before.
    error AlreadyDeprecated(uint256 listingId);

    /// @notice Lists a published record; the caller receives the token.
    /// @param recordHash A record in the store with a well-formed header.
    /// @param price The least a request must offer.
    /// @param ownerBps The holder's share of the price, in 1/10,000.
    /// @param metadataURI Where to learn about the model; not interpreted.
    /// @return listingId The new token.
    function register(bytes32 recordHash, uint128 price, uint16 ownerBps, string calldata metadataURI)
        external
        returns (uint256 listingId);

    /// @notice Changes price and share for requests to come. Holder only.
    function setTerms(uint256 listingId, uint128 price, uint16 ownerBps) external;

    /// @notice Stops new requests for good; open ones run on. Holder only.
    function deprecate(uint256 listingId) external;

    /// @notice The listing's current terms; reverts for an unknown listing.
    function listing(uint256 listingId) external view returns (Listing memory);
}
