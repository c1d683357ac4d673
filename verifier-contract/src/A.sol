// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {SSTORE2} from "solady/utils/SSTORE2.sol";
contract A is ERC20("a","b") { constructor(){ _mint(msg.sender,1); SSTORE2.write("abc"); } }
