// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice A token anyone can mint, with any number of decimals.
contract PaymentToken is ERC20 {
    uint8 private immutable _decimals;

    constructor(uint8 decimals_) ERC20("Payment", "PAY") {
        _decimals = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @notice Takes 1 % of each transfer.
contract TaxedToken is PaymentToken {
    constructor() PaymentToken(6) {}

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0) && to != address(0)) super._update(to, address(0), value / 100);
    }
}

/// @notice Does whatever a test wants in the middle of transfers: calls out before the balance moves and after it, takes
/// tokens away, refuses to move, lies about balances.
contract HostileToken is PaymentToken {
    address private _target;
    bytes private _attack;
    bool private _frozen;
    uint256 private _lie;
    uint256 public attacks;
    bool public gotIn;
    /// @notice What the last attack got back.
    bytes public answer;

    error Frozen();

    constructor() PaymentToken(18) {}

    function arm(address target, bytes calldata attack) external {
        (_target, _attack) = (target, attack);
    }

    function freeze(bool frozen) external {
        _frozen = frozen;
    }

    function lie(uint256 balance) external {
        _lie = balance;
    }

    function take(address from, uint256 amount) external {
        _burn(from, amount);
    }

    function balanceOf(address account) public view override returns (uint256) {
        return _lie != 0 ? _lie : super.balanceOf(account);
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!_frozen, Frozen());
        _call();
        super._update(from, to, value);
        _call();
    }

    function _call() private {
        if (_target == address(0)) return;
        ++attacks;
        (bool ok, bytes memory data) = _target.call(_attack);
        if (ok) gotIn = true;
        answer = data;
    }
}
