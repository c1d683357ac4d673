// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMarketCredits} from "../../src/interfaces/IMarketCredits.sol";
import {IMarketEvents} from "../../src/interfaces/IMarketEvents.sol";
import {RevenueShare} from "../../src/revenue/RevenueShare.sol";
import {RevenueShareFactory} from "../../src/revenue/RevenueShareFactory.sol";
import {Scenario} from "../base/Scenario.sol";
import {PaymentToken} from "../base/Tokens.sol";

/// @notice A token that is also an account: with credit, collateral, shares, rewards and bids of its own. In the middle of any
/// transfer, before balances move or after, it makes a call, until it succeeds once.
contract Mole is PaymentToken {
    struct Door {
        address target;
        bytes data;
    }

    Door private _door;
    bool private _early;
    bool private _busy;
    bool public armed;
    bool public frozen;

    constructor() PaymentToken(18) {}

    function arm(Door calldata door, bool early) external {
        (_door, _early, armed) = (door, early, true);
    }

    function disarm() external {
        armed = false;
    }

    function freeze(bool frozen_) external {
        frozen = frozen_;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!frozen, "frozen");
        if (_early) _enter();
        super._update(from, to, value);
        if (!_early) _enter();
    }

    function _enter() private {
        if (!armed || _busy) return;
        _busy = true;
        (bool ok,) = _door.target.call(_door.data);
        if (ok) armed = false;
        _busy = false;
    }
}

/// @notice A payment token calls back into the system from within every transfer it makes, across all contracts. Whatever it reaches
/// from there must be worth what the same call is worth after the transfer, to everybody.
contract ReentrantTokenTest is Scenario {
    uint256 private constant ACCOUNTS = 12;

    Mole private mole;
    RevenueShare private share;
    Mole.Door[] private doors;
    bytes32[4] private jobs;

    /// @dev The first hour of the third week: round 1 of the auctions is for sale, week 0 is closed, and every call that moves the
    /// token has something to move.
    function setUp() external {
        deploy();
        mole = new Mole();
        accept(mole);
        share = shares();
        parties();

        settle(ask(1), 1, address(mole));
        closeEpoch(0);
        bytes32 uncollected = ask(2);
        mole.freeze(true);
        settle(uncollected, 2, address(mole));
        mole.freeze(false);
        lapse(ask(3));
        slashAuction.pull(mole);
        share.pull(mole);
        settle(ask(4), 4, prover);
        lapse(ask(5));
        market.sendIncome(mole);
        lapse(ask(6));
        settle(ask(7), 7, address(mole));
        toWindow(1, 1 hours);
        jobs = [ask(10), ask(11), ask(12), ask(13)];
        prove(list(jobs[0]), inputOf(10), outputOf(10), prover);
        prove(list(jobs[1]), inputOf(11), outputOf(11), address(mole));
        makeDoors();
    }

    function shares() private returns (RevenueShare made) {
        RevenueShareFactory factory = new RevenueShareFactory(registry, IMarketCredits(address(market)), governor);
        vm.prank(governor);
        factory.setRevenueToken(mole, true);
        vm.startPrank(owner);
        made = RevenueShare(address(factory.create(listingId)));
        registry.setRevenueShare(listingId, address(made));
        made.transfer(address(mole), 400_000e18);
        vm.stopPrank();
    }

    function parties() private {
        address[4] memory all = [requester, prover, stranger, address(mole)];
        for (uint256 i = 0; i < all.length; ++i) {
            mole.mint(all[i], 100 * PRICE);
            stakeFor(all[i]);
            give(all[i], 1_000_000e18);
            vm.startPrank(all[i]);
            mole.approve(address(market), type(uint256).max);
            mole.approve(address(income), type(uint256).max);
            token.approve(address(feeAuction), type(uint256).max);
            token.approve(address(slashAuction), type(uint256).max);
            market.depositCollateral(mole, 10 * PRICE);
            vm.stopPrank();
        }
    }

    function ask(uint256 seed) private returns (bytes32) {
        return requestAs(requester, seed, termsIn(mole, seed, PRICE));
    }

    function lapse(bytes32 jobId) private {
        lockAs(prover, jobId);
        vm.warp(market.job(jobId).terms.deadline + 1);
        market.refund(jobId);
    }

    function door(address target, bytes memory data) private {
        doors.push(Mole.Door(target, data));
    }

    function makeDoors() private {
        bytes memory fulfil =
            abi.encodeCall(market.fulfil, (list(jobs[1]), inputOf(11), outputOf(11), bytes("seal"), address(mole)));
        door(address(market), fulfil);
        door(address(market), abi.encodeCall(market.withdraw, (mole, address(mole))));
        door(address(market), abi.encodeCall(market.depositCollateral, (mole, PRICE)));
        door(address(market), abi.encodeCall(market.withdrawCollateral, (mole, PRICE, address(mole))));
        door(address(market), abi.encodeCall(market.lock, (jobs[2], 0, address(mole))));
        door(address(market), abi.encodeCall(market.sendIncome, (mole)));
        door(address(rewards), abi.encodeCall(rewards.collect, (mole)));
        door(address(rewards), abi.encodeWithSignature("claim(uint256,address)", 0, address(mole)));
        door(address(feeAuction), abi.encodeCall(feeAuction.buy, (mole, 1e18, type(uint256).max, address(mole))));
        door(address(feeAuction), abi.encodeCall(feeAuction.sync, (mole)));
        door(address(slashAuction), abi.encodeCall(slashAuction.buy, (mole, 1e18, type(uint256).max, address(mole))));
        door(address(slashAuction), abi.encodeCall(slashAuction.pull, (mole)));
        door(address(slashAuction), abi.encodeCall(slashAuction.sync, (mole)));
        door(address(share), abi.encodeCall(share.pull, (mole)));
        door(address(share), abi.encodeCall(share.sync, (mole)));
        door(address(share), abi.encodeCall(share.claim, (mole, address(mole))));
        door(address(share), abi.encodeCall(share.transfer, (stranger, 1e18)));
        door(address(income), abi.encodeCall(income.donate, (mole, PRICE)));
        door(address(income), abi.encodeCall(income.receiveIncome, (mole, PRICE)));
    }

    // ---- the calls that move the token

    function test_request() external {
        probe(requester, address(market), abi.encodeCall(market.request, (20, termsIn(mole, 20, PRICE), inputOf(20))));
    }

    function test_deposit() external {
        probe(prover, address(market), abi.encodeCall(market.depositCollateral, (mole, PRICE)));
    }

    function test_withdraw_collateral() external {
        probe(prover, address(market), abi.encodeCall(market.withdrawCollateral, (mole, PRICE, prover)));
    }

    function test_withdraw() external {
        probe(prover, address(market), abi.encodeCall(market.withdraw, (mole, prover)));
    }

    function test_fulfil() external {
        bytes memory data =
            abi.encodeCall(market.fulfil, (list(jobs[0]), inputOf(10), outputOf(10), bytes("seal"), prover));
        probe(stranger, address(market), data);
    }

    function test_send_income() external {
        probe(stranger, address(market), abi.encodeCall(market.sendIncome, (mole)));
    }

    function test_collect() external {
        probe(stranger, address(rewards), abi.encodeCall(rewards.collect, (mole)));
    }

    function test_buy_fees() external {
        bytes memory data = abi.encodeCall(feeAuction.buy, (mole, 5e18, type(uint256).max, stranger));
        probe(stranger, address(feeAuction), data);
    }

    function test_buy_slashes() external {
        bytes memory data = abi.encodeCall(slashAuction.buy, (mole, 5e18, type(uint256).max, stranger));
        probe(stranger, address(slashAuction), data);
    }

    function test_pull_slashes() external {
        probe(stranger, address(slashAuction), abi.encodeCall(slashAuction.pull, (mole)));
    }

    function test_pull_revenue() external {
        probe(stranger, address(share), abi.encodeCall(share.pull, (mole)));
    }

    function test_claim_revenue() external {
        probe(owner, address(share), abi.encodeCall(share.claim, (mole, owner)));
    }

    function test_spend() external {
        probe(governor, address(income), abi.encodeCall(income.spend, (mole, team, 1e18)));
    }

    function test_withdraw_education() external {
        address education = actor("education");
        probe(education, address(income), abi.encodeCall(income.withdrawEducation, (mole, education)));
    }

    // ---- the same call from within, and afterwards

    enum When {
        BeforeBalancesMove,
        AfterBalancesMoved,
        AfterTheCall
    }

    /// @dev Through every door, from within the move and after it: the same for everybody, and every contract holds what it owes.
    function probe(address by, address target, bytes memory data) private {
        int256 most = type(int256).min;
        for (uint256 i = 0; i < doors.length; ++i) {
            uint256[ACCOUNTS * 2] memory honest = play(by, target, data, doors[i], When.AfterTheCall);
            for (uint256 w = 0; w < 2; ++w) {
                uint256[ACCOUNTS * 2] memory within = play(by, target, data, doors[i], When(w));
                int256 gain = change(honest[0] + honest[1], within[0] + within[1]);
                if (gain > most) most = gain;
                for (uint256 j = 0; j < within.length; ++j) {
                    vm.assertEq(within[j], honest[j], "worth the same");
                }
            }
        }
        profit("a token that calls nineteen functions from within each of fourteen", most);
    }

    function play(address by, address target, bytes memory data, Mole.Door memory through, When when)
        private
        returns (uint256[ACCOUNTS * 2] memory balances)
    {
        uint256 state = vm.snapshotState();
        if (when != When.AfterTheCall) mole.arm(through, when == When.BeforeBalancesMove);
        bool late = move(by, target, data) || when == When.AfterTheCall;
        if (late) attempt(address(mole), through.target, through.data);
        assertSolvent();
        finish();
        assertSolvent();
        balances = all();
        vm.revertToState(state);
    }

    /// @dev The move; whether the mole's call is still to come. Where the market sees its balance moved by more than the move, it
    /// refuses the whole, and all is as before: then the move is repeated, undisturbed.
    function move(address by, address target, bytes memory data) private returns (bool late) {
        vm.prank(by);
        (bool ok, bytes memory why) = target.call(data);
        late = !ok || mole.armed();
        mole.disarm();
        if (ok) return late;
        vm.assertTrue(bytes4(why) == IMarketEvents.WrongDelta.selector, "refused for its balance");
        vm.prank(by);
        (ok,) = target.call(data);
        vm.assertTrue(ok, "the move itself");
    }

    /// @dev Whatever is left to take, everybody takes.
    function finish() private {
        retry();
        attempt(address(this), address(market), abi.encodeCall(market.sendIncome, (mole)));
        attempt(address(this), address(rewards), abi.encodeCall(rewards.collect, (mole)));
        attempt(address(this), address(slashAuction), abi.encodeCall(slashAuction.pull, (mole)));
        attempt(address(this), address(share), abi.encodeCall(share.pull, (mole)));
        attempt(address(this), address(feeAuction), abi.encodeCall(feeAuction.sync, (mole)));
        attempt(address(mole), address(rewards), abi.encodeWithSignature("claim(uint256,address)", 0, address(mole)));
        attempt(address(mole), address(share), abi.encodeCall(share.claim, (mole, address(mole))));
        address[5] memory takers = [address(mole), requester, prover, stranger, owner];
        for (uint256 i = 0; i < takers.length; ++i) {
            attempt(takers[i], address(market), abi.encodeCall(market.withdraw, (mole, takers[i])));
            uint256 rest = market.freeCollateralOf(takers[i], mole);
            attempt(takers[i], address(market), abi.encodeCall(market.withdrawCollateral, (mole, rest, takers[i])));
        }
    }

    /// @dev Work that could not be recorded from within a purchase.
    function retry() private {
        (address[] memory creators, uint256[] memory fees) = (new address[](1), new uint256[](1));
        (creators[0], fees[0]) = (address(share), PRICE / 100);
        bytes memory data = abi.encodeCall(market.retryWork, (mole, address(mole), creators, fees));
        attempt(address(this), address(market), data);
    }

    function attempt(address by, address target, bytes memory data) private {
        vm.prank(by);
        (bool ok,) = target.call(data);
        ok;
    }

    function assertSolvent() private view {
        vm.assertLe(feeAuction.held(mole), mole.balanceOf(address(feeAuction)), "fee auction");
        vm.assertLe(slashAuction.held(mole), mole.balanceOf(address(slashAuction)), "slash auction");
        vm.assertLe(share.received(mole) - share.claimed(mole), mole.balanceOf(address(share)), "share");
        vm.assertLe(income.educationOf(mole), mole.balanceOf(address(income)), "treasury");
    }

    function all() private view returns (uint256[ACCOUNTS * 2] memory balances) {
        address[ACCOUNTS] memory accounts = [
            address(mole),
            requester,
            prover,
            owner,
            stranger,
            team,
            address(market),
            address(rewards),
            address(feeAuction),
            address(slashAuction),
            address(income),
            address(share)
        ];
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            (balances[2 * i], balances[2 * i + 1]) = (mole.balanceOf(accounts[i]), token.balanceOf(accounts[i]));
        }
    }
}
