// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {IMarketRequests} from "../interfaces/IMarketRequests.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {Collateral} from "../libraries/Collateral.sol";
import {SignedBy} from "../libraries/SignedBy.sol";
import {Money} from "./Money.sol";
import {OrderIds} from "./OrderIds.sol";
import {RecordInputs} from "./RecordInputs.sol";

/// @title Requests: rows 1, 2, 3 and 14
abstract contract Orders is Money, RecordInputs, OrderIds {
    using BitMaps for BitMaps.BitMap;
    using SafeCast for uint256;

    /// @inheritdoc IMarketRequests
    function request(uint256 nonce, Terms calldata terms, bytes calldata input)
        external
        nonReentrant
        whenNotPaused
        returns (bytes32)
    {
        return _open(msg.sender, nonce, terms, input);
    }

    /// @inheritdoc IMarketRequests
    function requestFor(
        address requester,
        uint256 nonce,
        Terms calldata terms,
        bytes calldata input,
        bytes calldata signature,
        Permit calldata permit
    ) external nonReentrant whenNotPaused returns (bytes32) {
        require(SignedBy.isValid(requester, orderDigest(requester, nonce, terms), signature), BadSignature(requester));
        if (permit.deadline != 0 && _rules[terms.token].allowed) {
            // Anybody can send the same permit first: what counts is whether the payment succeeds.
            try IERC20Permit(address(terms.token))
                .permit(requester, address(this), permit.value, permit.deadline, permit.v, permit.r, permit.s) {}
                catch {}
        }
        return _open(requester, nonce, terms, input);
    }

    /// @inheritdoc IMarketRequests
    function invalidateNonces(uint256 word, uint256 mask) external {
        _nonces[msg.sender]._data[word] |= mask;
        emit NoncesInvalidated(msg.sender, word, mask);
    }

    /// @inheritdoc IMarketRequests
    function noticeCancel(bytes32 jobId) external nonReentrant {
        Job storage open = _in(jobId, Status.Open);
        require(msg.sender == open.requester, NotAllowed(msg.sender));
        require(open.cancelAt == 0, AlreadyNoticed(jobId));
        open.cancelAt = uint64(block.timestamp + CANCEL_NOTICE);
        emit CancelNoticed(jobId, open.cancelAt);
    }

    /// @inheritdoc IMarketRequests
    function cancel(bytes32 jobId) external nonReentrant {
        Job storage open = _in(jobId, Status.Open);
        require(open.cancelAt != 0 && block.timestamp > open.cancelAt, TooEarly(jobId, open.cancelAt));
        open.status = Status.Cancelled;
        emit JobCancelled(jobId, open.requester, _returnEscrow(open));
    }

    /// @inheritdoc IMarketRequests
    function expire(bytes32 jobId) external nonReentrant {
        Job storage open = _in(jobId, Status.Open);
        _checkOver(jobId, open);
        open.status = Status.Expired;
        emit JobExpired(jobId, open.requester, _returnEscrow(open));
    }

    /// @dev All that was escrowed of a job that never was locked.
    function _returnEscrow(Job storage ended) internal returns (uint256 amount) {
        amount = uint256(ended.terms.maxPrice) + ended.terms.bond;
        _credit(ended.requester, ended.terms.token, amount);
    }

    function _open(address requester, uint256 nonce, Terms calldata terms, bytes calldata input)
        private
        returns (bytes32 jobId)
    {
        require(!nonceUsed(requester, nonce), NonceUsed(requester, nonce));
        _nonces[requester].set(nonce);
        _checkListing(terms);
        _checkTimes(terms);
        router.active(terms.verifier);
        _checkNotStopped(terms.verifier, terms.recordHash);
        RecordFacts memory facts = _checkInput(terms.recordHash, input, terms.inputDigest);
        uint256 collateral = _checkMoney(terms, facts.isPrivate);
        require(terms.callbackGas <= MAX_CALLBACK_GAS, BadCallbackGas(MAX_CALLBACK_GAS, terms.callbackGas));

        jobId = jobIdOf(requester, nonce, terms);
        _store(_jobs[jobId], requester, terms, facts.isPrivate, collateral);
        emit JobRequested(jobId, requester, terms.listingId, nonce, terms, collateral, ackWindow, input);
        _pull(terms.token, requester, uint256(terms.maxPrice) + terms.bond);
    }

    function _checkListing(Terms calldata terms) private view {
        IModelRegistry.Listing memory listing = registry.listing(terms.listingId);
        require(!listing.deprecated, ListingDeprecated(terms.listingId));
        require(listing.recordHash == terms.recordHash, RecordMismatch(listing.recordHash, terms.recordHash));
        require(listing.ownerBps == terms.ownerBps, OwnerShareChanged(terms.ownerBps, listing.ownerBps));
        require(listing.proofSystem == terms.verifier, VerifierMismatch(listing.proofSystem, terms.verifier));
        IERC20 token = address(listing.paymentToken) == address(0) ? networkToken : listing.paymentToken;
        require(address(token) == address(terms.token), TokenMismatch(token, terms.token));
        require(
            listing.price <= terms.floorPrice && terms.floorPrice <= terms.maxPrice,
            BadPrice(listing.price, terms.floorPrice, terms.maxPrice)
        );
    }

    function _checkTimes(Terms calldata terms) private view {
        require(
            block.timestamp <= terms.lockBy && uint256(terms.lockBy) + terms.proveWindow <= terms.deadline
                && terms.deadline <= block.timestamp + MAX_LIFETIME,
            BadTimes()
        );
    }

    function _checkMoney(Terms calldata terms, bool isPrivate) private view returns (uint256) {
        TokenRules memory rules = _rules[terms.token];
        require(rules.allowed, TokenNotAllowed(terms.token));
        require(isPrivate ? terms.bond >= rules.bondFloor : terms.bond == 0, BadBond(rules.bondFloor, terms.bond));
        require(!isPrivate || !terms.direct, PrivateAndDirect());
        return Collateral.required(terms.maxPrice, rules.collateralFloor);
    }

    /// @dev The nonce was not used, so nothing was ever stored under this id.
    function _store(Job storage opened, address requester, Terms calldata terms, bool isPrivate, uint256 collateral)
        private
    {
        opened.requester = requester;
        opened.status = Status.Open;
        opened.isPrivate = isPrivate;
        opened.direct = terms.direct;
        opened.ownerBps = terms.ownerBps;
        opened.ackWindow = ackWindow;
        opened.windowStart = uint64(block.timestamp);
        opened.terms = JobTerms({
            token: terms.token,
            listingId: terms.listingId.toUint64(),
            verifier: terms.verifier,
            floorPrice: terms.floorPrice,
            maxPrice: terms.maxPrice,
            collateral: uint128(collateral),
            bond: terms.bond,
            curveStart: terms.curveStart,
            lockBy: terms.lockBy,
            deadline: terms.deadline,
            curveSeconds: terms.curveSeconds,
            proveWindow: terms.proveWindow,
            callback: terms.callback,
            callbackGas: terms.callbackGas,
            recordHash: terms.recordHash,
            inputDigest: terms.inputDigest
        });
    }
}
