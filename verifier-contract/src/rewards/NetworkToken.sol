// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {INetworkToken} from "../interfaces/INetworkToken.sol";

/// @title Network token
/// @notice 1,000,000,000 tokens, all minted and allocated here. There is no minter, owner or pause.
contract NetworkToken is INetworkToken, ERC20, ERC20Burnable, ERC20Permit {
    /// @notice Tokens at deployment, and the most there will ever be.
    uint256 public constant INITIAL_SUPPLY = 1_000_000_000e18;
    /// @notice Contributors' rewards: 39 %.
    uint256 public constant CONTRIBUTORS = 390_000_000e18;
    /// @notice Team and stakeholders: 20 %.
    uint256 public constant TEAM = 200_000_000e18;
    /// @notice Venture investors: 7 %.
    uint256 public constant VENTURE = 70_000_000e18;
    /// @notice Treasury: 16 %.
    uint256 public constant TREASURY = 160_000_000e18;
    /// @notice Advisors: 6 %.
    uint256 public constant ADVISORS = 60_000_000e18;
    /// @notice Management and developers: 5 %.
    uint256 public constant MANAGEMENT = 50_000_000e18;
    /// @notice Reserve: 7 %.
    uint256 public constant RESERVE = 70_000_000e18;

    /// @param to Who receives each part; none may be the zero address.
    constructor(Allocation memory to) ERC20("Verin", "VRN") ERC20Permit("Verin") {
        _mint(to.contributors, CONTRIBUTORS);
        _mint(to.team, TEAM);
        _mint(to.venture, VENTURE);
        _mint(to.treasury, TREASURY);
        _mint(to.advisors, ADVISORS);
        _mint(to.management, MANAGEMENT);
        _mint(to.reserve, RESERVE);
        assert(totalSupply() == INITIAL_SUPPLY);
    }

    /// @inheritdoc INetworkToken
    function burn(uint256 value) public override(INetworkToken, ERC20Burnable) {
        super.burn(value);
    }
}
