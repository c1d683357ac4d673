// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {VestingWallet} from "@openzeppelin/contracts/finance/VestingWallet.sol";
import {VestingWalletCliff} from "@openzeppelin/contracts/finance/VestingWalletCliff.sol";
import {Check} from "../../script/Check.s.sol";
import {Component} from "../../script/Component.sol";
import {components} from "../../script/Components.sol";
import {Roles} from "../../script/components/Roles.sol";
import {Parameters} from "../../script/Parameters.sol";
import {Plan, Plans} from "../../script/Plan.sol";
import {Report} from "../../script/Report.sol";
import {PotAuction} from "../../src/auction/PotAuction.sol";
import {Treasury} from "../../src/governance/Treasury.sol";
import {VerinGovernor} from "../../src/governance/VerinGovernor.sol";
import {IInferenceMarket} from "../../src/interfaces/IInferenceMarket.sol";
import {IMarketTypes} from "../../src/interfaces/IMarketTypes.sol";
import {IProverStaking} from "../../src/interfaces/IProverStaking.sol";
import {IRecordVerifier} from "../../src/interfaces/IRecordVerifier.sol";
import {ProofSystem} from "../../src/libraries/ProofSystem.sol";
import {MarketStorage} from "../../src/market/MarketStorage.sol";
import {RecordStore} from "../../src/registry/RecordStore.sol";
import {RevenueShareFactory} from "../../src/revenue/RevenueShareFactory.sol";
import {IntelligenceRewards} from "../../src/rewards/IntelligenceRewards.sol";
import {VestingVault} from "../../src/rewards/VestingVault.sol";
import {ProverStaking} from "../../src/staking/ProverStaking.sol";
import {StakedVotes} from "../../src/staking/StakedVotes.sol";
import {EmergencyStop} from "../../src/verify/EmergencyStop.sol";
import {SealVerifier} from "../../src/verify/SealVerifier.sol";
import {VerifierRouter} from "../../src/verify/VerifierRouter.sol";
import {Deployed} from "../base/Deployed.sol";
import {Records} from "../base/Records.sol";

/// @notice For every line of the report there is something done to a deployment that makes it, and nothing else, wrong.
contract DeploymentTamperedTest is Deployed {
    /// @notice Ways to tamper.
    enum How {
        /// `account` sends `data` to the contract: what whoever has a right can do later.
        Sent,
        /// The contract's code has the word `got` where it had `expected`: the same contract, wired to something else.
        Rewired,
        /// The contract answers `data` with `answer`: other code with another constant.
        Answered
    }

    /// @notice Something done, and the line that it makes wrong.
    struct Tampering {
        string line;
        How how;
        address target;
        address account;
        bytes data;
        bytes answer;
        bytes32 expected;
        bytes32 got;
    }

    uint256 private empty;
    uint256 private complete;
    Tampering[] private all;

    function setUp() external {
        prepare();
        // Known before they are taken, so that they are part of what is gone back to.
        empty = vm.snapshotState() + 1;
        complete = empty + 1;
        assert(vm.snapshotState() == empty);
        script.deploy(local());
        roles();
        verification();
        money();
        governance();
        rewardsAndAuctions();
        market();
        codeAndArguments();
        assert(vm.snapshotState() == complete);
    }

    // ---- every line

    function test_every_line_can_be_wrong_alone() external {
        vm.pauseGasMetering();
        Parameters memory p = local();
        uint256 count = all.length;
        for (uint256 i = 0; i < count; ++i) {
            vm.revertToState(complete);
            vm.clearMockedCalls();
            string memory line = all[i].line;
            tamper(all[i]);
            Report memory report = script.inspect(p);
            vm.assertTrue(isWrong(report, line), line);
            vm.assertEq(report.failures(), 1, string.concat("only: ", line));
            vm.expectRevert(abi.encodeWithSelector(Check.CheckFailed.selector, 1));
            script.check(p);
        }
    }

    /// @dev A line that nothing makes wrong would be no check.
    function test_no_line_is_left_out() external {
        Report memory report = script.inspect(local());
        for (uint256 i = 0; i < report.lines.length; ++i) {
            string memory what = report.lines[i].what;
            // See the next test.
            bool covered = ends(what, ": has code");
            for (uint256 j = 0; j < all.length && !covered; ++j) {
                covered = keccak256(bytes(all[j].line)) == keccak256(bytes(what));
            }
            vm.assertTrue(covered, what);
        }
    }

    function test_every_contract_must_be_there() external {
        vm.pauseGasMetering();
        // Read before the first way back, on which components go too.
        Component[] memory list = components();
        string[] memory names = new string[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            names[i] = list[i].name();
        }
        for (uint256 i = 0; i < names.length; ++i) {
            vm.revertToState(complete);
            missing(names[i], deployed(names[i]));
        }
        vm.revertToState(complete);
        missing("DeploymentFactory", address(Plans.make(local()).factory));
    }

    function missing(string memory name, address where) private {
        Parameters memory p = local();
        vm.etch(where, "");
        Report memory report = script.inspect(p);
        vm.assertTrue(isWrong(report, string.concat(name, ": has code")), name);
        vm.expectRevert(abi.encodeWithSelector(Check.CheckFailed.selector, report.failures()));
        script.check(p);
    }

    /// @dev Without a deployment no line holds.
    function test_every_line_reads_the_chain() external {
        vm.revertToState(empty);
        Report memory report = script.inspect(local());
        uint256 found;
        for (uint256 i = 0; i < report.lines.length; ++i) {
            vm.assertFalse(report.lines[i].ok, report.lines[i].what);
            if (ends(report.lines[i].what, ": code and arguments")) ++found;
        }
        vm.assertEq(found, components().length, "contracts");
    }

    function tamper(Tampering storage t) private {
        if (t.how == How.Sent) {
            vm.prank(t.account);
            (bool ok,) = t.target.call(t.data);
            vm.assertTrue(ok, t.line);
        } else if (t.how == How.Rewired) {
            (bytes memory code, uint256 replaced) = rewire(t.target.code, t.expected, t.got);
            vm.assertTrue(replaced != 0, t.line);
            vm.etch(t.target, code);
        } else {
            vm.mockCall(t.target, t.data, t.answer);
        }
    }

    /// @dev Immutables are whole words in the code.
    function rewire(bytes memory code, bytes32 from, bytes32 to) private pure returns (bytes memory, uint256 replaced) {
        assembly ("memory-safe") {
            let end := add(code, mload(code))
            for { let at := add(code, 0x20) } lt(at, add(end, 1)) { at := add(at, 1) } {
                if eq(mload(at), from) {
                    mstore(at, to)
                    replaced := add(replaced, 1)
                }
            }
        }
        return (code, replaced);
    }

    // ---- the tamperings, by contract

    /// @dev Whoever has a role loses it, whoever has not gets it.
    function roles() private {
        TimelockController timelock = TimelockController(payable(deployed("VerinTimelock")));
        toggles("VerinTimelock", "administers", timelock.DEFAULT_ADMIN_ROLE());
        toggles("VerinTimelock", "proposes", timelock.PROPOSER_ROLE());
        toggles("VerinTimelock", "cancels", timelock.CANCELLER_ROLE());
        toggles("VerinTimelock", "executes", timelock.EXECUTOR_ROLE());
        ProverStaking staking = ProverStaking(deployed("ProverStaking"));
        toggles("ProverStaking", "administers", staking.DEFAULT_ADMIN_ROLE());
        toggles("ProverStaking", "opens locks", staking.MARKET_ROLE());
        toggles("ProverStaking", "slashes", staking.SLASHER_ROLE());
    }

    function toggles(string memory name, string memory may, bytes32 role) private {
        (string[7] memory names, address[7] memory accounts) = Roles.known(Plans.make(local()));
        IAccessControl target = IAccessControl(deployed(name));
        for (uint256 i = 0; i < names.length; ++i) {
            bytes4 call = target.hasRole(role, accounts[i])
                ? IAccessControl.revokeRole.selector
                : IAccessControl.grantRole.selector;
            string memory line = string.concat(name, ": ", names[i], " ", may);
            bytes memory data = abi.encodeWithSelector(call, role, accounts[i]);
            sent(line, name, deployed("VerinTimelock"), data);
        }
    }

    function verification() private {
        Parameters memory p = local();
        bytes32 canary = keccak256(p.canaryRecords[0]);
        answered(
            "RecordStore: canary record is published", abi.encodeCall(RecordStore.exists, (canary)), abi.encode(false)
        );
        rewired("SealVerifier: SRS digest", p.srsDigest, "other");
        answered("SealVerifier: SRS points", abi.encodeCall(SealVerifier.srs, ()), abi.encode(bytes("other")));
        unwired("RecordVerifier: store", "RecordStore");
        unwired("RecordVerifier: seal verifier", "SealVerifier");
        unwired("VerifierRouter: governor", "VerinTimelock");
        bytes memory data = abi.encodeWithSignature("verifierOf(bytes4)", ProofSystem.SEAL_V1);
        answered("VerifierRouter: verifier of seals", data, abi.encode(stranger));
        address timelock = deployed("VerinTimelock");
        // Any other code will do: it is not called.
        data = abi.encodeCall(VerifierRouter.add, (bytes4(0x00000001), IRecordVerifier(deployed("RecordStore"))));
        sent("VerifierRouter: selectors", "VerifierRouter", timelock, data);
        data = abi.encodeCall(VerifierRouter.tombstone, (ProofSystem.SEAL_V1));
        sent("VerifierRouter: seals tombstoned at", "VerifierRouter", timelock, data);
        unwired("EmergencyStop: router", "VerifierRouter");
        unwired("EmergencyStop: store", "RecordStore");
        unwired("EmergencyStop: governor", "VerinTimelock");
        data = abi.encodeCall(EmergencyStop.setGuardian, (stranger));
        sent("EmergencyStop: guardian", "EmergencyStop", timelock, data);
        data = abi.encodeCall(EmergencyStop.canaryRecords, ());
        answered("EmergencyStop: canary records", data, abi.encode(new bytes32[](1)));
        data = abi.encodeCall(EmergencyStop.stopVerifier, (ProofSystem.SEAL_V1));
        sent("EmergencyStop: seals stopped at", "EmergencyStop", p.guardian, data);
        unwired("ModelRegistry: store", "RecordStore");
        unwired("InferenceVerifier: registry", "ModelRegistry");
        unwired("InferenceVerifier: router", "VerifierRouter");
        unwired("InferenceVerifier: stop", "EmergencyStop");
        data = abi.encodeWithSignature("MAX_URI_BYTES()");
        answered("AuditAttestations: longest URI", data, abi.encode(1));
    }

    function money() private {
        Parameters memory p = local();
        answered("NetworkToken: supply", abi.encodeCall(IERC20.totalSupply, ()), abi.encode(1_000_000_001e18));
        spent("NetworkToken: contributors", deployed("IntelligenceRewards"));
        spent("NetworkToken: team", deployed("VestingVault.team"));
        spent("NetworkToken: venture", deployed("VestingVault.venture"));
        spent("NetworkToken: treasury", deployed("Treasury"));
        spent("NetworkToken: advisors", deployed("VestingVault.advisors"));
        spent("NetworkToken: management", deployed("VestingVault.management"));
        spent("NetworkToken: reserve", p.reserve);
        vault("VestingVault.team", p.team);
        vault("VestingVault.venture", p.venture);
        vault("VestingVault.advisors", p.advisors);
        vault("VestingVault.management", p.management);
        unwired("Treasury: timelock", "VerinTimelock");
        bytes memory data = abi.encodeCall(Treasury.transferBeneficiary, (stranger));
        sent("Treasury: beneficiary", "Treasury", p.education, data);
        data = abi.encodeCall(Treasury.appointBeneficiary, (stranger));
        sent("Treasury: beneficiary to come", "Treasury", deployed("VerinTimelock"), data);
        data = abi.encodeWithSignature("EDUCATION_PERCENT()");
        answered("Treasury: education, percent of the income", data, abi.encode(7));
    }

    function spent(string memory line, address holder) private {
        sent(line, "NetworkToken", holder, abi.encodeCall(IERC20.transfer, (stranger, 1)));
    }

    function vault(string memory name, address beneficiary) private {
        bytes memory data = abi.encodeCall(Ownable.transferOwnership, (stranger));
        sent(string.concat(name, ": beneficiary"), name, beneficiary, data);
        bytes memory other = abi.encode(VestingVault(payable(deployed(name))).part() == VestingVault.Part.Team ? 1 : 0);
        answered(string.concat(name, ": part"), abi.encodeWithSignature("part()"), other);
        answered(string.concat(name, ": start"), abi.encodeCall(VestingWallet.start, ()), abi.encode(1));
        answered(string.concat(name, ": cliff"), abi.encodeCall(VestingWalletCliff.cliff, ()), abi.encode(1));
        answered(string.concat(name, ": duration"), abi.encodeCall(VestingWallet.duration, ()), abi.encode(1));
    }

    function governance() private {
        answered("VerinTimelock: delay", abi.encodeCall(TimelockController.getMinDelay, ()), abi.encode(1));
        answered("VerinGovernor: votes", abi.encodeWithSignature("token()"), abi.encode(stranger));
        answered("VerinGovernor: timelock", abi.encodeWithSignature("timelock()"), abi.encode(stranger));
        number("VerinGovernor: votes to propose", "proposalThreshold()");
        number("VerinGovernor: delay of the vote", "votingDelay()");
        number("VerinGovernor: length of the vote", "votingPeriod()");
        number("VerinGovernor: extension after a late quorum", "lateQuorumVoteExtension()");
        number("VerinGovernor: quorum, percent of the stake", "QUORUM_PERCENT()");
        number("VerinGovernor: quorum, at least", "MIN_QUORUM()");
        answered("VerinGovernor: quorum now", abi.encodeCall(VerinGovernor.quorum, (time() - 1)), abi.encode(1));
        unwired("StakedVotes: staking", "ProverStaking");
        bytes memory data = abi.encodeCall(StakedVotes.mint, (stranger, 1));
        sent("StakedVotes: supply", "StakedVotes", deployed("ProverStaking"), data);
        unwired("ProverStaking: token", "NetworkToken");
        unwired("ProverStaking: votes", "StakedVotes");
        number("ProverStaking: unbonding", "UNBONDING()");
        number("ProverStaking: least bonding", "MIN_BONDING()");
        IProverStaking.Parameters memory p = ProverStaking(deployed("ProverStaking")).parameters();
        (uint128 minimum, uint128 perLock) = (p.minimumStake, p.stakePerLock);
        p.minimumStake += 1;
        stakingParameters("ProverStaking: minimum stake", p);
        (p.minimumStake, p.stakePerLock) = (minimum, perLock + 1);
        stakingParameters("ProverStaking: stake per lock", p);
        (p.stakePerLock, p.maxSlashBps) = (perLock, p.maxSlashBps + 1);
        stakingParameters("ProverStaking: largest slash, bps", p);
        (p.maxSlashBps, p.slashAuction) = (p.maxSlashBps - 1, stranger);
        stakingParameters("ProverStaking: slash auction", p);
    }

    function stakingParameters(string memory line, IProverStaking.Parameters memory p) private {
        sent(line, "ProverStaking", deployed("VerinTimelock"), abi.encodeCall(IProverStaking.setParameters, (p)));
    }

    function rewardsAndAuctions() private {
        unwired("IntelligenceRewards: token", "NetworkToken");
        unwired("IntelligenceRewards: market", "InferenceMarket");
        unwired("IntelligenceRewards: auction", "FeeAuction");
        unwired("IntelligenceRewards: staking", "ProverStaking");
        unwired("IntelligenceRewards: treasury", "Treasury");
        unwired("IntelligenceRewards: governor", "VerinTimelock");
        address timelock = deployed("VerinTimelock");
        bytes memory data = abi.encodeCall(IntelligenceRewards.rewardShare, (0));
        answered("IntelligenceRewards: k this week, bps", data, abi.encode(8_000));
        data = abi.encodeCall(IntelligenceRewards.setRewardShare, (8_000));
        sent("IntelligenceRewards: k next week, bps", "IntelligenceRewards", timelock, data);
        bytes32 start = bytes32(IntelligenceRewards(deployed("IntelligenceRewards")).start());
        unwired("FeeAuction: rewards", "IntelligenceRewards");
        unwired("FeeAuction: token", "NetworkToken");
        unwired("FeeAuction: governor", "VerinTimelock");
        rewired("FeeAuction: start", start, bytes32(uint256(start) - 1));
        data = abi.encodeCall(PotAuction.setStartMultiple, (2));
        sent("FeeAuction: start multiple", "FeeAuction", timelock, data);
        unwired("SlashAuction: market", "InferenceMarket");
        unwired("SlashAuction: treasury", "Treasury");
        unwired("SlashAuction: token", "NetworkToken");
        unwired("SlashAuction: governor", "VerinTimelock");
        rewired("SlashAuction: start", start, bytes32(uint256(start) - 1));
        sent("SlashAuction: start multiple", "SlashAuction", timelock, data);
        unwired("RevenueShareFactory: registry", "ModelRegistry");
        unwired("RevenueShareFactory: market", "InferenceMarket");
        unwired("RevenueShareFactory: governor", "VerinTimelock");
        data = abi.encodeCall(RevenueShareFactory.setRevenueToken, (IERC20(deployed("NetworkToken")), true));
        sent("RevenueShareFactory: revenue tokens", "RevenueShareFactory", timelock, data);
    }

    function market() private {
        bytes32 wiring = MarketStorage(deployed("MarketRequests")).wiringHash();
        rewired("MarketRequests: wiring", wiring, "other");
        rewired("InferenceMarket: wiring", wiring, "other");
        unwired("InferenceMarket: registry", "ModelRegistry");
        unwired("InferenceMarket: store", "RecordStore");
        unwired("InferenceMarket: router", "VerifierRouter");
        unwired("InferenceMarket: stop", "EmergencyStop");
        unwired("InferenceMarket: rewards", "IntelligenceRewards");
        unwired("InferenceMarket: staking", "ProverStaking");
        unwired("InferenceMarket: treasury", "Treasury");
        unwired("InferenceMarket: slash auction", "SlashAuction");
        unwired("InferenceMarket: governor", "VerinTimelock");
        unwired("InferenceMarket: token", "NetworkToken");
        unwired("InferenceMarket: requests", "MarketRequests");
        address timelock = deployed("VerinTimelock");
        bytes memory data = abi.encodeCall(IInferenceMarket.setGuardian, (stranger));
        sent("InferenceMarket: guardian", "InferenceMarket", timelock, data);
        data = abi.encodeCall(IInferenceMarket.setPaused, (true));
        sent("InferenceMarket: paused", "InferenceMarket", local().guardian, data);
        data = abi.encodeCall(IInferenceMarket.setAckWindow, (1 minutes));
        sent("InferenceMarket: acknowledgement window", "InferenceMarket", timelock, data);
        (uint120 collateral, uint120 bond) = (local().collateralFloor, local().bondFloor);
        tokenRules("InferenceMarket: network token is allowed", IMarketTypes.TokenRules(false, collateral, bond));
        tokenRules("InferenceMarket: floor of collateral", IMarketTypes.TokenRules(true, 0, bond));
        tokenRules("InferenceMarket: floor of bonds", IMarketTypes.TokenRules(true, collateral, 0));
    }

    function tokenRules(string memory line, IMarketTypes.TokenRules memory rules) private {
        bytes memory data = abi.encodeCall(IInferenceMarket.setTokenRules, (IERC20(deployed("NetworkToken")), rules));
        sent(line, "InferenceMarket", deployed("VerinTimelock"), data);
    }

    function codeAndArguments() private {
        Component[] memory list = components();
        address factory = address(Plans.make(local()).factory);
        for (uint256 i = 0; i < list.length; ++i) {
            Tampering storage t = all.push();
            (t.line, t.how) = (string.concat(list[i].name(), ": code and arguments"), How.Answered);
            t.target = factory;
            t.data = abi.encodeWithSignature("initCodeHashOf(address)", deployed(list[i].name()));
            t.answer = abi.encode(keccak256("other"));
        }
    }

    // ---- one tampering; the contract is the one that the line begins with

    function sent(string memory line, string memory name, address account, bytes memory data) private {
        Tampering storage t = all.push();
        (t.line, t.how, t.target, t.account, t.data) = (line, How.Sent, deployed(name), account, data);
    }

    function answered(string memory line, bytes memory data, bytes memory answer) private {
        Tampering storage t = all.push();
        (t.line, t.how, t.target, t.data, t.answer) = (line, How.Answered, subject(line), data, answer);
    }

    function number(string memory line, string memory getter) private {
        answered(line, abi.encodeWithSignature(getter), abi.encode(1));
    }

    function rewired(string memory line, bytes32 expected, bytes32 got) private {
        Tampering storage t = all.push();
        (t.line, t.how, t.target, t.expected, t.got) = (line, How.Rewired, subject(line), expected, got);
    }

    function unwired(string memory line, string memory part) private {
        rewired(line, word(deployed(part)), word(stranger));
    }

    function word(address account) private pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    function subject(string memory line) private view returns (address) {
        return deployed(nameIn(line));
    }

    // ---- deployed with other parameters

    function test_every_parameter_is_found() external {
        vm.pauseGasMetering();
        (string[17] memory lines, function(Parameters memory) internal view[17] memory changes) = otherParameters();
        for (uint256 i = 0; i < lines.length; ++i) {
            vm.revertToState(empty);
            Parameters memory p = local();
            changes[i](p);
            script.deploy(p);
            Report memory report = script.inspect(local());
            vm.assertTrue(isWrong(report, lines[i]), lines[i]);
            vm.assertTrue(isWrong(report, string.concat(nameIn(lines[i]), ": code and arguments")), lines[i]);
        }
    }

    function otherParameters()
        private
        pure
        returns (string[17] memory lines, function(Parameters memory) internal view[17] memory changes)
    {
        (lines[0], changes[0]) = ("SealVerifier: SRS points", otherSrs);
        (lines[1], changes[1]) = ("SealVerifier: SRS digest", otherSrs);
        (lines[2], changes[2]) = ("EmergencyStop: canary records", otherCanary);
        (lines[3], changes[3]) = ("EmergencyStop: guardian", otherGuardian);
        (lines[4], changes[4]) = ("InferenceMarket: guardian", otherGuardian);
        (lines[5], changes[5]) = ("Treasury: beneficiary", otherEducation);
        (lines[6], changes[6]) = ("VestingVault.team: beneficiary", otherTeam);
        (lines[7], changes[7]) = ("VestingVault.venture: beneficiary", otherVenture);
        (lines[8], changes[8]) = ("VestingVault.advisors: beneficiary", otherAdvisors);
        (lines[9], changes[9]) = ("VestingVault.management: beneficiary", otherManagement);
        (lines[10], changes[10]) = ("NetworkToken: reserve", otherReserve);
        (lines[11], changes[11]) = ("VestingVault.team: start", otherStart);
        (lines[12], changes[12]) = ("ProverStaking: minimum stake", otherMinimumStake);
        (lines[13], changes[13]) = ("ProverStaking: stake per lock", otherStakePerLock);
        (lines[14], changes[14]) = ("ProverStaking: largest slash, bps", otherMaxSlash);
        (lines[15], changes[15]) = ("InferenceMarket: floor of collateral", otherCollateralFloor);
        (lines[16], changes[16]) = ("InferenceMarket: floor of bonds", otherBondFloor);
    }

    function otherSrs(Parameters memory p) internal pure {
        p.srs[100] ^= 0x01;
        p.srsDigest = keccak256(abi.encodePacked("verin.srs.v1", p.srs));
    }

    function otherCanary(Parameters memory p) internal pure {
        p.canaryRecords[0] = Records.make(0, 8, 8);
    }

    function otherGuardian(Parameters memory p) internal view {
        p.guardian = stranger;
    }

    function otherEducation(Parameters memory p) internal view {
        p.education = stranger;
    }

    function otherTeam(Parameters memory p) internal view {
        p.team = stranger;
    }

    function otherVenture(Parameters memory p) internal view {
        p.venture = stranger;
    }

    function otherAdvisors(Parameters memory p) internal view {
        p.advisors = stranger;
    }

    function otherManagement(Parameters memory p) internal view {
        p.management = stranger;
    }

    function otherReserve(Parameters memory p) internal view {
        p.reserve = stranger;
    }

    function otherStart(Parameters memory p) internal pure {
        p.vestingStart += 1;
    }

    function otherMinimumStake(Parameters memory p) internal pure {
        p.minimumStake += 1;
    }

    function otherStakePerLock(Parameters memory p) internal pure {
        p.stakePerLock += 1;
    }

    function otherMaxSlash(Parameters memory p) internal pure {
        p.maxSlashBps += 1;
    }

    function otherCollateralFloor(Parameters memory p) internal pure {
        p.collateralFloor += 1;
    }

    function otherBondFloor(Parameters memory p) internal pure {
        p.bondFloor += 1;
    }

    // ---- another contract in the place of one

    /// @dev The deployer puts contracts of its own there before the script comes, with itself as governor.
    function test_impostors_are_found() external {
        vm.revertToState(empty);
        Parameters memory p = local();
        Plan memory plan = Plans.make(p);
        (bool ok,) = Plans.CREATE2_DEPLOYER.call(bytes.concat(bytes32(0), Plans.factoryCode()));
        vm.assertTrue(ok, "factory");
        vm.startPrank(p.deployer);
        bytes memory router = abi.encode(p.deployer, new bytes4[](0), new IRecordVerifier[](0));
        bytes memory code = vm.getCode("VerifierRouter.sol:VerifierRouter");
        plan.factory.deploy(Plans.salt("VerifierRouter"), bytes.concat(code, router));
        code = vm.getCode("Treasury.sol:Treasury");
        plan.factory.deploy(Plans.salt("Treasury"), bytes.concat(code, abi.encode(p.deployer, p.education)));
        vm.stopPrank();
        script.send(p);
        Report memory report = script.inspect(p);
        vm.assertTrue(isWrong(report, "VerifierRouter: governor"), "the deployer governs the router");
        vm.assertTrue(isWrong(report, "VerifierRouter: code and arguments"), "router");
        vm.assertTrue(isWrong(report, "Treasury: timelock"), "the deployer spends the treasury");
        vm.assertTrue(isWrong(report, "Treasury: code and arguments"), "treasury");
        vm.expectRevert(abi.encodeWithSelector(Check.CheckFailed.selector, report.failures()));
        script.check(p);
    }

    /// @dev What no getter shows: a slasher, and a second proposer, that are not accounts anybody would ask about.
    function test_secret_roles_are_found() external {
        vm.revertToState(empty);
        Parameters memory p = local();
        Plan memory plan = Plans.make(p);
        (bool ok,) = Plans.CREATE2_DEPLOYER.call(bytes.concat(bytes32(0), Plans.factoryCode()));
        vm.assertTrue(ok, "factory");
        address[] memory proposers = new address[](2);
        (proposers[0], proposers[1]) = (plan.addressOf("VerinGovernor"), stranger);
        bytes memory code = vm.getCode("TimelockController.sol:TimelockController");
        bytes memory arguments = abi.encode(3 days, proposers, new address[](1), address(0));
        vm.prank(p.deployer);
        plan.factory.deploy(Plans.salt("VerinTimelock"), bytes.concat(code, arguments));
        script.send(p);
        Report memory report = script.inspect(p);
        vm.assertTrue(isWrong(report, "VerinTimelock: code and arguments"), "found");
        vm.assertEq(report.failures(), 1, "by nothing else");
    }

    /// @dev Lines begin with the contract's name and a colon.
    function nameIn(string memory line) private pure returns (string memory) {
        bytes memory text = bytes(line);
        uint256 length;
        while (text[length] != ":") ++length;
        bytes memory name = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            name[i] = text[i];
        }
        return string(name);
    }

    function ends(string memory text, string memory with) private pure returns (bool) {
        (bytes memory a, bytes memory b) = (bytes(text), bytes(with));
        if (a.length < b.length) return false;
        for (uint256 i = 0; i < b.length; ++i) {
            if (a[a.length - b.length + i] != b[i]) return false;
        }
        return true;
    }
}
