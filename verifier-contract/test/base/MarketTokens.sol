// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @notice A token that anybody can mint, with permits.
contract PlainToken is ERC20Permit {
    constructor() ERC20("Plain", "PLN") ERC20Permit("Plain") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @notice Takes a fee from what is transferred, or on top of it.
contract FeeToken is PlainToken {
    uint256 private _inside;
    uint256 private _onTop;

    function charge(uint256 inside, uint256 onTop) external {
        (_inside, _onTop) = (inside, onTop);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from == address(0) || to == address(0)) return;
        if (_inside != 0) super._update(to, address(0xFEE), _inside);
        if (_onTop != 0) super._update(from, address(0xFEE), _onTop);
    }
}

/// @notice Refuses some accounts, as sender, as receiver and as whoever moves the tokens.
contract BlocklistToken is PlainToken {
    mapping(address account => bool) public blocked;

    error Blocked(address account);

    function set(address account, bool blocked_) external {
        blocked[account] = blocked_;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!blocked[msg.sender], Blocked(msg.sender));
        require(!blocked[from], Blocked(from));
        require(!blocked[to], Blocked(to));
        super._update(from, to, value);
    }
}

/// @notice Calls somebody on every transfer, which must fail.
contract ReentrantToken is PlainToken {
    address private _target;
    bytes private _attack;
    bytes public answer;

    function arm(address target, bytes calldata attack) external {
        (_target, _attack) = (target, attack);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (_target == address(0)) return;
        (bool ok, bytes memory data) = _target.call(_attack);
        require(!ok, "the market let the attacker in");
        answer = data;
    }
}

/// @notice Returns nothing where others return true; and can lie about having moved anything.
contract SilentToken {
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    bool public lying;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function lie(bool lying_) external {
        lying = lying_;
    }

    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private {
        if (lying) return;
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}
