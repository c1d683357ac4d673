// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Revenue stream
/// @notice Amounts that flow to the holders of a fixed supply, second by second. Every amount has its own end, so that a
/// later one, be it dust, delays nothing.
/// @dev Rates, earnings and sums per share are in 1/2^128. Nothing overflows: a rate times its time is at most its amount
/// times 2^128, and all amounts together are below 2^128. Ends are midnights, so that at most nine rates have to be walked.
library RevenueStream {
    uint256 internal constant DURATION = 7 days;
    uint256 internal constant STEP = 1 days;
    uint256 internal constant SCALE_BITS = 128;

    struct Stream {
        uint128 received;
        uint128 claimed;
        uint64 updatedAt;
        uint256 rate;
        uint256 perShare;
        mapping(uint256 midnight => uint256 rate) ending;
    }

    /// @notice Brings a stream up to now.
    function advance(Stream storage stream, uint256 supply) internal returns (uint256 perShare) {
        if (stream.updatedAt == block.timestamp) return stream.perShare;
        uint256 rate;
        (perShare, rate) = current(stream, supply);
        stream.perShare = perShare;
        stream.rate = rate;
        stream.updatedAt = uint64(block.timestamp);
    }

    /// @notice Starts the flow of `amount`. The stream must be up to now.
    function add(Stream storage stream, uint128 amount) internal returns (uint256 end) {
        stream.received += amount;
        end = (block.timestamp + DURATION + STEP - 1) / STEP * STEP;
        uint256 rate = (uint256(amount) << SCALE_BITS) / (end - block.timestamp);
        stream.rate += rate;
        stream.ending[end] += rate;
    }

    /// @notice Sum per share and rate as of now.
    function current(Stream storage stream, uint256 supply) internal view returns (uint256 perShare, uint256 rate) {
        rate = stream.rate;
        uint256 time = stream.updatedAt;
        uint256 flowed;
        while (rate != 0 && time < block.timestamp) {
            uint256 midnight = (time / STEP + 1) * STEP;
            uint256 until = midnight < block.timestamp ? midnight : block.timestamp;
            flowed += rate * (until - time);
            if (until == midnight) rate -= stream.ending[midnight];
            time = until;
        }
        perShare = stream.perShare + flowed / supply;
    }
}
