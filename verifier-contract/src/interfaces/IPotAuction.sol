// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {INetworkToken} from "./INetworkToken.sol";

/// @title Auction of pots
/// @notice Sells what comes in, token by token and week by week, for network tokens. What came in during round r is for sale
/// in the first 24 hours of round r + 1, with what was left of earlier rounds, at a price that falls until somebody buys.
/// Whatever is left at the end rolls on.
/// @dev Prices are in network token wei per 1e18 wei of the token sold. A window opens and ends by the clock alone, so nobody
/// can hold one up; sale in parts, the price the same for all at a time, so there is nothing to win by pushing in front.
interface IPotAuction {
    /// @notice The sale of one token in one round.
    /// @param incoming What came in during the round, for sale in its window.
    /// @param counted The part of it that came by `deposit`.
    /// @param size What is for sale, earlier leftovers included; fixed by the first purchase.
    /// @param sold What of it was bought.
    /// @param proceeds What was paid for that.
    /// @param startPrice The price at the opening; fixed by the first purchase.
    struct Lot {
        uint128 incoming;
        uint128 counted;
        uint128 size;
        uint128 sold;
        uint128 proceeds;
        uint128 startPrice;
    }

    /// @notice What the governor says of a token.
    /// @param anchor The price the next auction starts a multiple of; follows the clearing price.
    /// @param floor The price below which nothing is sold.
    struct Terms {
        uint128 anchor;
        uint128 floor;
    }

    /// @notice `amount` came in and will be for sale in the window of `round`.
    event PotIncreased(uint256 indexed round, IERC20 indexed token, uint256 amount, bool counted);
    /// @notice `buyer` paid `cost` network tokens for `amount`, which went to `to`.
    event PotSold(
        uint256 indexed round, IERC20 indexed token, address indexed buyer, address to, uint256 amount, uint256 cost
    );
    /// @notice The next auction of `token` starts from another price.
    event AnchorChanged(IERC20 indexed token, uint256 anchor);
    /// @notice The governor set a token's terms.
    event TermsSet(IERC20 indexed token, uint256 anchor, uint256 floor);
    /// @notice The governor set how far above the anchor auctions start.
    event StartMultipleSet(uint256 multiple);

    /// @notice Only the governor may set parameters.
    error NotGovernor(address caller);
    /// @notice The parameter is out of its bounds.
    error OutOfBounds(uint256 minimum, uint256 maximum, uint256 got);
    /// @notice The governor changed the token's anchor in this round.
    error TooSoon(uint256 round);
    /// @notice No window is open now.
    error NotOpen();
    /// @notice The token has no anchor, or is the network token.
    error NotForSale(IERC20 token);
    /// @notice Nothing is left of the lot.
    error SoldOut(IERC20 token);
    /// @notice The price is above the buyer's limit.
    error PriceTooHigh(uint256 price, uint256 limit);
    /// @notice The zero address cannot take part.
    error ZeroAddress();
    /// @notice The contracts were not deployed for each other.
    error WrongWiring();

    /// @notice Buys up to `amount` at the price of now, if that is at most `maxPrice`. What is left is sold where less is left.
    /// @return bought What `to` got.
    /// @return cost What the caller paid.
    function buy(IERC20 token, uint256 amount, uint256 maxPrice, address to)
        external
        returns (uint256 bought, uint256 cost);

    /// @notice Notices what was sent here directly: for sale in the window of the running round. Anyone may call.
    function sync(IERC20 token) external returns (uint256 amount);

    /// @notice Sets a token's anchor price and floor. Governor only; from the second time on the anchor may change
    /// once a round, by at most a factor 16.
    function setTerms(IERC20 token, uint128 anchor, uint128 floor) external;

    /// @notice Sets how far above the anchor auctions start, 2 to 16. Governor only.
    function setStartMultiple(uint256 multiple) external;

    /// @notice The lot of a round.
    function lotOf(uint256 round, IERC20 token) external view returns (Lot memory);

    /// @notice What is for sale now, and at which price; zeros where nothing is.
    function offer(IERC20 token) external view returns (uint256 round, uint256 left, uint256 price);

    /// @notice A token's anchor price and floor.
    function termsOf(IERC20 token) external view returns (Terms memory);

    /// @notice All of a token that waits to be sold.
    function held(IERC20 token) external view returns (uint256);

    /// @notice The token everything is sold for.
    function networkToken() external view returns (INetworkToken);

    /// @notice Sets the parameters: the timelock.
    function governor() external view returns (address);
}
