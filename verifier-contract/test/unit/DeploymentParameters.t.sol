// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Parameters, ParametersFile} from "../../script/Parameters.sol";
import {Deployed} from "../base/Deployed.sol";

/// @notice Every parameter of a deployment: missing, at its bounds, beyond them.
contract DeploymentParametersTest is Deployed {
    function setUp() external {
        prepare();
    }

    function validate(Parameters memory p) external view {
        p.validate();
    }

    function test_the_chain() external {
        Parameters memory p = local();
        p.chainId = 1;
        refused(p, abi.encodeWithSelector(ParametersFile.WrongChain.selector, 1, 31_337));
        vm.chainId(1);
        this.validate(p);
    }

    function test_srs_and_canaries_must_be_set() external {
        Parameters memory p = local();
        p.srs = "";
        notSet(p, "srs");
        p = local();
        p.srsDigest = 0;
        notSet(p, "srs");
        p = local();
        p.canaryRecords = new bytes[](0);
        notSet(p, "canaryRecords");
    }

    function test_the_deployer_must_be_set() external {
        Parameters memory p = local();
        p.deployer = address(0);
        notSet(p, "deployer");
    }

    /// @dev Set, and not the deployer's: it keeps nothing.
    function test_every_account_is_somebody_elses() external {
        (string[7] memory names, function(Parameters memory, address)[7] memory setters) = accounts();
        for (uint256 i = 0; i < names.length; ++i) {
            Parameters memory p = local();
            setters[i](p, address(0));
            notSet(p, names[i]);
            setters[i](p, p.deployer);
            refused(p, abi.encodeWithSelector(ParametersFile.IsDeployer.selector, names[i]));
            setters[i](p, stranger);
            this.validate(p);
        }
    }

    function test_the_vesting_start() external {
        Parameters memory p = local();
        p.vestingStart = 0;
        notSet(p, "vestingStart");
        p.vestingStart = 1_735_689_599;
        outOfBounds(p, "vestingStart", p.vestingStart);
        p.vestingStart = 1_735_689_600;
        this.validate(p);
        p.vestingStart = uint64(time() + 365 days);
        this.validate(p);
        p.vestingStart += 1;
        outOfBounds(p, "vestingStart", p.vestingStart);
    }

    function test_the_minimum_stake() external {
        Parameters memory p = local();
        p.minimumStake = 0;
        notSet(p, "minimumStake");
        p.minimumStake = 1e18 - 1;
        outOfBounds(p, "minimumStake", p.minimumStake);
        p.minimumStake = 1e18;
        this.validate(p);
        p.minimumStake = 1_000_000e18;
        this.validate(p);
        p.minimumStake += 1;
        outOfBounds(p, "minimumStake", p.minimumStake);
    }

    function test_the_stake_per_lock() external {
        Parameters memory p = local();
        p.stakePerLock = 0;
        notSet(p, "stakePerLock");
        p.stakePerLock = 1e18 - 1;
        outOfBounds(p, "stakePerLock", p.stakePerLock);
        p.stakePerLock = 1e18;
        this.validate(p);
        p.stakePerLock = 1_000_000e18;
        this.validate(p);
        p.stakePerLock += 1;
        outOfBounds(p, "stakePerLock", p.stakePerLock);
    }

    function test_the_largest_slash() external {
        Parameters memory p = local();
        p.maxSlashBps = 0;
        notSet(p, "maxSlashBps");
        p.maxSlashBps = 1;
        this.validate(p);
        p.maxSlashBps = 5_000;
        this.validate(p);
        p.maxSlashBps += 1;
        outOfBounds(p, "maxSlashBps", p.maxSlashBps);
    }

    function test_the_floor_of_collateral() external {
        Parameters memory p = local();
        p.collateralFloor = 0;
        notSet(p, "collateralFloor");
        p.collateralFloor = 1;
        this.validate(p);
        p.collateralFloor = 1e24;
        this.validate(p);
        p.collateralFloor += 1;
        outOfBounds(p, "collateralFloor", p.collateralFloor);
    }

    function test_the_floor_of_bonds() external {
        Parameters memory p = local();
        p.bondFloor = 0;
        notSet(p, "bondFloor");
        p.bondFloor = 1;
        this.validate(p);
        p.bondFloor = 1e24;
        this.validate(p);
        p.bondFloor += 1;
        outOfBounds(p, "bondFloor", p.bondFloor);
    }

    /// @dev What is refused here the contracts would refuse, and what is not they take: both ends can be deployed.
    function test_the_bounds_are_those_of_the_contracts() external {
        Parameters memory p = local();
        (p.minimumStake, p.stakePerLock, p.maxSlashBps) = (1e18, 1e18, 1);
        (p.collateralFloor, p.bondFloor) = (1, 1);
        script.deploy(p);
        p.deployer = stranger;
        (p.minimumStake, p.stakePerLock, p.maxSlashBps) = (1_000_000e18, 1_000_000e18, 5_000);
        (p.collateralFloor, p.bondFloor) = (1e24, 1e24);
        script.deploy(p);
    }

    // ---- the accounts

    function accounts()
        private
        pure
        returns (string[7] memory names, function(Parameters memory, address)[7] memory setters)
    {
        (names[0], setters[0]) = ("guardian", setGuardian);
        (names[1], setters[1]) = ("education", setEducation);
        (names[2], setters[2]) = ("team", setTeam);
        (names[3], setters[3]) = ("venture", setVenture);
        (names[4], setters[4]) = ("advisors", setAdvisors);
        (names[5], setters[5]) = ("management", setManagement);
        (names[6], setters[6]) = ("reserve", setReserve);
    }

    function setGuardian(Parameters memory p, address account) internal pure {
        p.guardian = account;
    }

    function setEducation(Parameters memory p, address account) internal pure {
        p.education = account;
    }

    function setTeam(Parameters memory p, address account) internal pure {
        p.team = account;
    }

    function setVenture(Parameters memory p, address account) internal pure {
        p.venture = account;
    }

    function setAdvisors(Parameters memory p, address account) internal pure {
        p.advisors = account;
    }

    function setManagement(Parameters memory p, address account) internal pure {
        p.management = account;
    }

    function setReserve(Parameters memory p, address account) internal pure {
        p.reserve = account;
    }

    // ---- refusals

    function notSet(Parameters memory p, string memory parameter) private {
        refused(p, abi.encodeWithSelector(ParametersFile.NotSet.selector, parameter));
    }

    function outOfBounds(Parameters memory p, string memory parameter, uint256 value) private {
        refused(p, abi.encodeWithSelector(ParametersFile.OutOfBounds.selector, parameter, value));
    }

    /// @dev By whoever deploys, and by whoever checks.
    function refused(Parameters memory p, bytes memory why) private {
        vm.expectRevert(why);
        script.send(p);
        vm.expectRevert(why);
        script.check(p);
    }
}
