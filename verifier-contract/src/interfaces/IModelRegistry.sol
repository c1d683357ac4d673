// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC7992Registry} from "./IERC7992Registry.sol";

/// @title Model registry
/// @notice One ERC-721 token per listing. A listing offers inferences of one published record on the terms of
/// the token's holder. Many listings may cite one record, so copying a registration steals nothing: requests
/// name the listing and the record hash.
/// @dev Every listing is an ERC-7992 model: its id is the listing's, its model hash the record hash, its circuit hash the record's
/// graph digest, its key hash `RecordHeader.verifyingKeyHash`. There are no versions: of a commitment only proof system and URI
/// can change, a new record needs a new listing.
interface IModelRegistry is IERC721, IERC7992Registry {
    /// @notice What a request copies from a listing.
    /// @param recordHash The record the listing offers, fixed for ever.
    /// @param price The floor: the least a request must offer, and the least its price may begin at.
    /// @param ownerBps The holder's share of a request's price, in 1/10,000.
    /// @param deprecated Whether new requests are refused.
    /// @param privateInput Whether the record commits to inputs instead of showing them.
    /// @param inputBytes Input bytes of one inference, from the record.
    /// @param outputBytes Output bytes of one inference, from the record.
    /// @param startPrice Where the holder advises a request's price to begin; at least the floor.
    /// @param duration Seconds it advises the price to take to rise from there to the most the requester offers.
    /// @param proofSystem The selector in the verifier router of what decides on the record's seals.
    /// @param paymentToken The token of the prices; zero for the market's network token.
    struct Listing {
        bytes32 recordHash;
        uint128 price;
        uint16 ownerBps;
        bool deprecated;
        bool privateInput;
        uint32 inputBytes;
        uint32 outputBytes;
        uint128 startPrice;
        uint32 duration;
        bytes4 proofSystem;
        IERC20 paymentToken;
    }

    /// @notice What the holder of a listing can change; a request's price rises (a reverse Dutch auction: provers compete to be
    /// paid, and the first who is content gets the job). The fields are those of `Listing`.
    struct Terms {
        uint128 startPrice;
        uint128 price;
        uint32 duration;
        uint16 ownerBps;
        IERC20 paymentToken;
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
    /// @notice How a request's price should rise, from what floor, and in what token. Follows every `ModelListed` and
    /// `TermsChanged`.
    event CurveChanged(
        uint256 indexed listingId, IERC20 indexed paymentToken, uint256 startPrice, uint256 price, uint256 duration
    );
    /// @notice The holder's part of a listing's revenue goes to `share` from now on, for ever.
    event RevenueShareSet(uint256 indexed listingId, address indexed share);

    /// @notice Only the token's holder may change a listing.
    error NotListingOwner(uint256 listingId, address caller);
    /// @notice The owner share and the network fee together would exceed the price.
    error OwnerShareTooHigh(uint256 ownerBps, uint256 maximum);
    /// @notice The price must not begin below the floor.
    error StartBelowFloor(uint256 startPrice, uint256 price);
    /// @notice The price must be at its end before any deadline is.
    error DurationTooLong(uint256 duration, uint256 maximum);
    /// @notice The listing was deprecated before.
    error AlreadyDeprecated(uint256 listingId);
    /// @notice The commitment is not that of the record it names, or of the record that the listing cites.
    error CommitmentMismatch(bytes32 modelHash);
    /// @notice Zero names no proof system.
    error NoProofSystem();
    /// @notice The listing has a revenue share, which stays.
    error RevenueShareFixed(uint256 listingId, address share);
    /// @notice The address does not say that it shares revenue in ERC-20 tokens (ERC-7641, 0x5d18f986).
    error NotARevenueShare(address share);

    /// @notice Lists a published record at a fixed price in network tokens, for seals of the first proof system; the caller
    /// receives the token.
    /// @param recordHash A record in the store with a well-formed header.
    /// @param price The least a request must offer.
    /// @param ownerBps The holder's share of the price, in 1/10,000.
    /// @param metadataURI Where to learn about the model; not interpreted.
    /// @return listingId The new token.
    function register(bytes32 recordHash, uint128 price, uint16 ownerBps, string calldata metadataURI)
        external
        returns (uint256 listingId);

    /// @notice Lists a published record on any terms; the caller receives the token.
    /// @param recordHash A record in the store with a well-formed header.
    /// @param proofSystem The selector in the verifier router of what decides on its seals.
    /// @param terms Prices and shares.
    /// @param metadataURI Where to learn about the model; not interpreted.
    /// @return listingId The new token.
    function list(bytes32 recordHash, bytes4 proofSystem, Terms calldata terms, string calldata metadataURI)
        external
        returns (uint256 listingId);

    /// @notice Fixes the price, and changes the share, for requests to come. Holder only.
    function setTerms(uint256 listingId, uint128 price, uint16 ownerBps) external;

    /// @notice Changes all terms for requests to come. Holder only.
    function setAllTerms(uint256 listingId, Terms calldata terms) external;

    /// @notice Sends the holder's part of the revenue to a revenue share from now on, whoever holds the listing. Once and for
    /// ever, so that whoever buys shares knows what of. Holder only.
    function setRevenueShare(uint256 listingId, address share) external;

    /// @notice Stops new requests for good; open ones run on. Holder only.
    function deprecate(uint256 listingId) external;

    /// @notice The listing's current terms; reverts for an unknown listing.
    function listing(uint256 listingId) external view returns (Listing memory);

    /// @notice Who gets the holder's part of the revenue: the listing's revenue share if it has one, else its holder.
    function revenueReceiver(uint256 listingId) external view returns (address);
}
