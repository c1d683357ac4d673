// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IPotAuction} from "../interfaces/IPotAuction.sol";
import {INetworkToken} from "../interfaces/INetworkToken.sol";
import {DescendingPrice} from "../libraries/DescendingPrice.sol";
import {TokenBalance} from "../libraries/TokenBalance.sol";

/// @title Auction of pots
/// @notice What fee and slash auctions have in common.
/// @dev What is for sale in a window is all that is held but what came in since it opened: a late arrival cannot be had at
/// the price that an unwanted lot has fallen to.
abstract contract PotAuction is IPotAuction, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeERC20 for INetworkToken;
    using SafeCast for uint256;

    /// @notice Length of a round.
    uint256 public constant ROUND = 7 days;
    /// @notice How long the lots of the round before are for sale.
    uint256 public constant WINDOW = 24 hours;
    /// @notice A lot moves the anchor only if it brought this much: moving it with dust would be too cheap.
    uint256 public constant MIN_PROCEEDS = 100e18;
    /// @notice The most that one lot lowers the anchor: by a factor 4.
    uint256 public constant MAX_FALL = 4;
    /// @notice The most that the governor moves an anchor at once: by a factor 16.
    uint256 public constant MAX_STEP = 16;
    /// @notice Bound on prices, so that start prices fit and costs do not overflow.
    uint256 public constant MAX_PRICE = 1 << 120;

    /// @inheritdoc IPotAuction
    INetworkToken public immutable networkToken;
    /// @inheritdoc IPotAuction
    address public immutable governor;
    /// @notice When round 0 began.
    uint256 public immutable start;

    /// @notice How far above the anchor auctions start.
    uint256 public startMultiple = 4;
    /// @inheritdoc IPotAuction
    mapping(IERC20 token => uint256) public held;

    mapping(IERC20 token => Terms) private _terms;
    mapping(IERC20 token => uint256 round) private _nextStep;
    mapping(uint256 round => mapping(IERC20 token => Lot)) private _lots;

    modifier onlyGovernor() {
        require(msg.sender == governor, NotGovernor(msg.sender));
        _;
    }

    /// @param networkToken_ What everything is sold for.
    /// @param governor_ The timelock.
    /// @param start_ When round 0 began.
    constructor(INetworkToken networkToken_, address governor_, uint256 start_) {
        require(address(networkToken_) != address(0) && governor_ != address(0), ZeroAddress());
        require(start_ <= block.timestamp, WrongWiring());
        (networkToken, governor, start) = (networkToken_, governor_, start_);
    }

    /// @inheritdoc IPotAuction
    function buy(IERC20 token, uint256 amount, uint256 maxPrice, address to)
        external
        nonReentrant
        returns (uint256 bought, uint256 cost)
    {
        (uint256 round, uint256 elapsed) = _window();
        Lot storage lot = _lots[round][token];
        if (lot.size == 0) _open(token, round, lot);
        uint256 price = DescendingPrice.at(lot.startPrice, _terms[token].floor, elapsed);
        require(price <= maxPrice, PriceTooHigh(price, maxPrice));
        bought = Math.min(amount, lot.size - lot.sold);
        require(bought != 0, SoldOut(token));
        cost = DescendingPrice.cost(bought, price);

        uint256 countedBefore = _countedProceeds(lot);
        lot.sold += bought.toUint128();
        lot.proceeds += cost.toUint128();
        held[token] -= bought;
        _follow(token, lot);
        emit PotSold(round, token, msg.sender, to, bought, cost);
        _collect(round, token, cost, _countedProceeds(lot) - countedBefore);
        token.safeTransfer(to, bought);
    }

    /// @inheritdoc IPotAuction
    function sync(IERC20 token) external nonReentrant returns (uint256 amount) {
        return _sync(token);
    }

    /// @inheritdoc IPotAuction
    function setTerms(IERC20 token, uint128 anchor, uint128 floor) external onlyGovernor {
        require(address(token) != address(networkToken), NotForSale(token));
        uint256 current = _terms[token].anchor;
        (uint256 low, uint256 high) =
            current == 0 ? (1, MAX_PRICE) : (Math.max(current / MAX_STEP, 1), Math.min(current * MAX_STEP, MAX_PRICE));
        require(anchor >= low && anchor <= high, OutOfBounds(low, high, anchor));
        require(floor <= anchor, OutOfBounds(0, anchor, floor));
        if (anchor != current) {
            // One step a round: else a batch of calls would have no bound.
            uint256 round = currentRound();
            require(round >= _nextStep[token], TooSoon(_nextStep[token]));
            _nextStep[token] = round + 1;
        }
        _terms[token] = Terms(anchor, floor);
        emit TermsSet(token, anchor, floor);
    }

    /// @inheritdoc IPotAuction
    function setStartMultiple(uint256 multiple) external onlyGovernor {
        require(multiple >= 2 && multiple <= MAX_STEP, OutOfBounds(2, MAX_STEP, multiple));
        startMultiple = multiple;
        emit StartMultipleSet(multiple);
    }

    /// @inheritdoc IPotAuction
    function lotOf(uint256 round, IERC20 token) external view returns (Lot memory) {
        return _lots[round][token];
    }

    /// @inheritdoc IPotAuction
    function offer(IERC20 token) external view returns (uint256 round, uint256 left, uint256 price) {
        Terms memory terms = _terms[token];
        uint256 running = currentRound();
        uint256 elapsed = block.timestamp - start - running * ROUND;
        if (running == 0 || elapsed >= WINDOW || terms.anchor == 0) return (0, 0, 0);
        round = running - 1;
        Lot memory lot = _lots[round][token];
        if (lot.size == 0) {
            lot.size = (held[token] - _lots[running][token].incoming).toUint128();
            lot.startPrice = (terms.anchor * startMultiple).toUint128();
        }
        left = lot.size - lot.sold;
        price = DescendingPrice.at(lot.startPrice, terms.floor, elapsed);
    }

    /// @inheritdoc IPotAuction
    function termsOf(IERC20 token) external view returns (Terms memory) {
        return _terms[token];
    }

    /// @notice The running round.
    function currentRound() public view returns (uint256) {
        return (block.timestamp - start) / ROUND;
    }

    /// @dev Takes `cost` from the caller of `buy`; `counted` of it is for the round's own deposits.
    function _collect(uint256 round, IERC20 token, uint256 cost, uint256 counted) internal virtual;

    function _sync(IERC20 token) internal returns (uint256 amount) {
        require(address(token) != address(networkToken), NotForSale(token));
        uint256 balance = TokenBalance.read(token, address(this));
        if (balance <= held[token]) return 0;
        amount = balance - held[token];
        _increase(token, amount, false);
    }

    function _increase(IERC20 token, uint256 amount, bool counted) internal {
        uint256 round = currentRound();
        Lot storage lot = _lots[round][token];
        held[token] += amount;
        lot.incoming += amount.toUint128();
        if (counted) lot.counted += amount.toUint128();
        emit PotIncreased(round, token, amount, counted);
    }

    function _window() private view returns (uint256 round, uint256 elapsed) {
        uint256 running = currentRound();
        elapsed = block.timestamp - start - running * ROUND;
        require(running != 0 && elapsed < WINDOW, NotOpen());
        round = running - 1;
    }

    function _open(IERC20 token, uint256 round, Lot storage lot) private {
        uint256 anchor = _terms[token].anchor;
        require(anchor != 0, NotForSale(token));
        lot.size = (held[token] - _lots[round + 1][token].incoming).toUint128();
        lot.startPrice = (anchor * startMultiple).toUint128();
    }

    /// @dev Rounded down, and as a function of the sums: many small purchases count like one.
    function _countedProceeds(Lot storage lot) private view returns (uint256) {
        return Math.mulDiv(lot.proceeds, lot.counted, lot.size);
    }

    /// @dev The anchor follows the average price of a lot, once half of it was sold and it brought enough.
    function _follow(IERC20 token, Lot storage lot) private {
        if (uint256(lot.sold) * 2 < lot.size || lot.proceeds < MIN_PROCEEDS) return;
        uint256 average = Math.mulDiv(lot.proceeds, DescendingPrice.UNIT, lot.sold);
        uint256 least = Math.max(lot.startPrice / (startMultiple * MAX_FALL), 1);
        uint256 anchor = Math.min(Math.max(average, least), MAX_PRICE);
        if (anchor == _terms[token].anchor) return;
        _terms[token].anchor = anchor.toUint128();
        emit AnchorChanged(token, anchor);
    }
}
