// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {IEmergencyStop} from "../interfaces/IEmergencyStop.sol";
import {IIntelligenceRewards} from "../interfaces/IIntelligenceRewards.sol";
import {IMarketEvents} from "../interfaces/IMarketEvents.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IProverStaking} from "../interfaces/IProverStaking.sol";
import {IRecordStore} from "../interfaces/IRecordStore.sol";
import {ITreasury} from "../interfaces/ITreasury.sol";
import {IVerifierRouter} from "../interfaces/IVerifierRouter.sol";

/// @title What all parts of the market share
/// @notice The wiring, fixed at deployment, the one storage layout, and the questions every row asks of a job. Both contracts of
/// the market have it: `InferenceMarket` holds the money and runs `MarketRequests` on its own storage.
abstract contract MarketStorage is IMarketEvents, ReentrancyGuardTransient {
    /// @notice What the market is deployed with.
    /// @param registry Where listings live.
    /// @param store Where records live.
    /// @param router What decides on seals, by selector.
    /// @param stop What says that seals are not to be trusted.
    /// @param rewards Receives the fees and the records of paid work; deployed for this market's address.
    /// @param staking Limits how many jobs a prover may hold.
    /// @param treasury Receives half the collateral of refunded jobs.
    /// @param slashAuction Is credited with what else is slashed.
    /// @param governor The only account that sets parameters: the timelock.
    /// @param guardian May block and unblock rows 1, 4 and 5.
    struct Wiring {
        IModelRegistry registry;
        IRecordStore store;
        IVerifierRouter router;
        IEmergencyStop stop;
        IIntelligenceRewards rewards;
        IProverStaking staking;
        ITreasury treasury;
        address slashAuction;
        address governor;
        address guardian;
    }

    /// @notice The furthest a deadline may lie ahead; below the unbonding period of stake, 15 days.
    uint256 public constant MAX_LIFETIME = 14 days;
    /// @notice From a notice to the first second in which a job can be cancelled, less one.
    uint256 public constant CANCEL_NOTICE = 5 minutes;
    /// @notice The most gas a callback may ask for.
    uint256 public constant MAX_CALLBACK_GAS = 1_000_000;

    /// @notice Where listings live.
    IModelRegistry public immutable registry;
    /// @notice Where records live.
    IRecordStore public immutable store;
    /// @notice What decides on seals, by selector.
    IVerifierRouter public immutable router;
    /// @notice What says that seals are not to be trusted.
    IEmergencyStop public immutable stop;
    /// @notice Receives the fees and the records of paid work.
    IIntelligenceRewards public immutable rewards;
    /// @notice Limits how many jobs a prover may hold.
    IProverStaking public immutable staking;
    /// @notice Receives half the collateral of refunded jobs.
    ITreasury public immutable treasury;
    /// @notice Is credited with what else is slashed.
    address public immutable slashAuction;
    /// @notice The only account that sets parameters.
    address public immutable governor;
    /// @notice The token of listings that name none.
    IERC20 public immutable networkToken;

    /// @notice keccak256 of the wiring: both contracts of a market must have been given the same.
    bytes32 public immutable wiringHash;

    /// @notice May block and unblock rows 1, 4 and 5, as the governor may.
    address public guardian;
    /// @notice Whether rows 1, 4 and 5 are blocked.
    bool public paused;
    /// @notice Seconds for delivery and for acknowledgement of requests to come.
    uint32 public ackWindow = 30 minutes;

    mapping(bytes32 jobId => Job) internal _jobs;
    mapping(address account => mapping(IERC20 token => uint256)) internal _credits;
    mapping(address account => mapping(IERC20 token => uint256)) internal _free;
    mapping(IERC20 token => Pots) internal _pots;
    mapping(IERC20 token => TokenRules) internal _rules;
    mapping(address requester => BitMaps.BitMap) internal _nonces;
    mapping(address prover => bytes32) internal _keys;
    mapping(bytes32 recordHash => RecordFacts) internal _facts;
    mapping(bytes32 work => uint256 times) internal _deferredWork;

    constructor(Wiring memory wiring) {
        _checkCode(address(wiring.registry));
        _checkCode(address(wiring.store));
        _checkCode(address(wiring.router));
        _checkCode(address(wiring.stop));
        _checkCode(address(wiring.staking));
        _checkCode(address(wiring.treasury));
        require(wiring.slashAuction != address(0) && wiring.governor != address(0), WrongWiring());
        registry = wiring.registry;
        store = wiring.store;
        router = wiring.router;
        stop = wiring.stop;
        rewards = wiring.rewards;
        staking = wiring.staking;
        treasury = wiring.treasury;
        slashAuction = wiring.slashAuction;
        governor = wiring.governor;
        networkToken = wiring.rewards.token();
        wiringHash = keccak256(abi.encode(wiring));
    }

    modifier whenNotPaused() {
        require(!paused, MarketPaused());
        _;
    }

    /// @dev A job in this state, or a revert.
    function _in(bytes32 jobId, Status status) internal view returns (Job storage found) {
        found = _jobs[jobId];
        require(found.status == status, WrongStatus(jobId, found.status));
    }

    /// @dev The last second of the current window: whose turn it is acts at t <= limit, refunds and slashes are at
    /// t > limit. A public lock has the late window too: its prover may still be the one who fulfils late.
    function _limitOf(Job storage live) internal view returns (uint256) {
        if (live.status == Status.Open) return live.terms.lockBy;
        if (live.status == Status.Locked) return live.isPrivate ? live.lockEnd : live.terms.deadline;
        return uint256(live.windowStart) + live.ackWindow;
    }

    /// @dev The present second is in the current window.
    function _checkInTime(bytes32 jobId, Job storage live) internal view {
        uint256 limit = _limitOf(live);
        require(block.timestamp <= limit, TooLate(jobId, limit));
    }

    /// @dev The current window is over.
    function _checkOver(bytes32 jobId, Job storage live) internal view {
        uint256 limit = _limitOf(live);
        require(block.timestamp > limit, TooEarly(jobId, limit));
    }

    /// @dev Nothing moves towards a payment once seals are stopped.
    function _checkNotStopped(bytes4 verifier, bytes32 recordHash) internal view {
        require(stop.stoppedAt(verifier, recordHash) == 0, Stopped(verifier, recordHash));
    }

    /// @dev When the stop came while the current window was open, or 0. No state but an end is entered after a stop, so
    /// a stop never lies before the window.
    function _stoppedInWindow(Job storage live) internal view returns (uint256 stopped) {
        stopped = stop.stoppedAt(live.terms.verifier, live.terms.recordHash);
        if (stopped > _limitOf(live)) stopped = 0;
    }

    /// @dev Nobody is slashed for a job that a stop has hit in time.
    function _checkNotVoidable(bytes32 jobId, Job storage live) internal view {
        require(_stoppedInWindow(live) == 0, VoidInstead(jobId));
    }

    function _checkCode(address part) private view {
        require(part.code.length != 0, WrongWiring());
    }
}
