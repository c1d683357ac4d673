// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CREATE3} from "solady/utils/CREATE3.sol";

/// @title Deployment factory
/// @notice Deploys contracts at addresses that follow from who deploys and from a salt alone: contracts can name each other in
/// their constructors, in circles. What was deployed is written down, constructor arguments included, so anyone who has the
/// source can tell whether an address holds what it should. Ownerless; one instance serves everybody.
contract DeploymentFactory {
    /// @notice keccak256 of what was deployed: creation code and constructor arguments; zero for nothing.
    mapping(address deployed => bytes32) public initCodeHashOf;

    /// @notice A contract was deployed.
    event Deployed(address indexed deployer, bytes32 indexed salt, address indexed deployed, bytes32 initCodeHash);

    /// @notice The creation code reverted, or there is something at the address already. Raised by the library, which does not
    /// declare it.
    error DeploymentFailed();

    /// @notice Deploys `initCode` at `addressOf(caller, salt)`; reverts when there is something already.
    function deploy(bytes32 salt, bytes calldata initCode) external returns (address deployed) {
        // Written first: a constructor may call back, but not deploy to the same address.
        deployed = addressOf(msg.sender, salt);
        initCodeHashOf[deployed] = keccak256(initCode);
        emit Deployed(msg.sender, salt, deployed, keccak256(initCode));
        CREATE3.deployDeterministic(initCode, deploymentSalt(msg.sender, salt));
    }

    /// @notice Where `deploy` puts a contract, whatever it is.
    function addressOf(address deployer, bytes32 salt) public view returns (address) {
        return CREATE3.predictDeterministicAddress(deploymentSalt(deployer, salt));
    }
}

/// @dev Of every deployer's own: nobody can take another's address.
function deploymentSalt(address deployer, bytes32 salt) pure returns (bytes32) {
    return keccak256(abi.encode(deployer, salt));
}
