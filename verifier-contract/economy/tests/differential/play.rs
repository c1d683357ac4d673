//! One sequence on both sides.

use crate::chain::Chain;
use crate::compare::{Difference, compare};
use crate::decode::decode;
use crate::encode::encode;
use crate::generate::{Generator, Step};
use crate::network::World;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use verin_contracts::bindings::error_name;
use verin_economy::books::Books;
use verin_economy::market::{self, Stage};
use verin_economy::tokens::{self, Health};
use verin_economy::{Action, Call, Event, State, rewards};

/// How often what happened.
#[derive(Default)]
pub struct Coverage(BTreeMap<String, u64>);

impl Coverage {
    pub fn count(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or_default()
    }

    pub fn add(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            *self.0.entry(what.clone()).or_default() += count;
        }
    }

    fn saw(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }

    /// An action that both sides did, from this state.
    fn saw_events(&mut self, before: &State, events: &[Event]) {
        for event in events {
            if let Event::Market(event) = event {
                self.saw_row(before, event);
            }
            self.saw(name(event));
            if let Event::Rewards(event) = event {
                self.saw_claim(before, event);
            }
        }
        let settled = events.iter().filter(|event| {
            let market = matches!(event, Event::Market(market::Event::JobFulfilled { .. }));
            market || matches!(event, Event::Market(market::Event::JobFulfilledLate { .. }))
        });
        if settled.count() > 1 {
            self.saw("batch");
        }
    }

    fn saw_claim(&mut self, before: &State, event: &rewards::Event) {
        let rewards::Event::RewardClaimed { epoch, withheld, tokens, .. } = event else { return };
        if !withheld.is_zero() {
            self.saw("reward withheld");
        }
        let distinct: BTreeSet<_> = tokens.iter().collect();
        if distinct.len() < tokens.len() {
            self.saw("token named twice");
        }
        if distinct.into_iter().any(|token| !before.rewards.payment_tokens(*epoch).contains(token)) {
            self.saw("token of no work");
        }
    }

    fn saw_row(&mut self, before: &State, event: &market::Event) {
        use market::Event as E;
        let row = match event {
            E::JobRequested { .. } => "row 1",
            E::CancelNoticed { .. } => "row 2",
            E::JobCancelled { .. } => "row 3",
            E::JobLocked { job, .. } if before.market.jobs[job].stage == Stage::Open => "row 4",
            E::JobReserved { .. } => "row 5",
            E::InputDelivered { .. } => "row 6",
            E::InputAcknowledged { .. } => "row 7",
            E::DeliveryMissed { .. } => "row 8",
            E::AcknowledgementMissed { .. } => "row 9",
            E::JobFulfilled { job, .. } if before.market.jobs[job].stage == Stage::Open => "row 10",
            E::JobFulfilled { .. } => "row 11",
            E::JobFulfilledLate { .. } => "row 12",
            E::JobRefunded { .. } => "row 13",
            E::JobExpired { .. } => "row 14",
            E::JobVoided { job, .. } => match before.market.jobs[job].stage {
                Stage::Open => "row 15 open",
                Stage::Reserved(..) => "row 15 reserved",
                Stage::Delivered(..) => "row 15 delivered",
                Stage::Locked(..) | Stage::Ended(_) => "row 15 locked",
            },
            _ => return,
        };
        self.saw(row);
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<_> = self.0.iter().map(|(what, count)| format!("{what}: {count}")).collect();
        f.write_str(&all.join(", "))
    }
}

/// Contract and name of an event.
fn name(event: &Event) -> String {
    let text = format!("{event:?}");
    let mut words = text.split(['(', ' ', ')']);
    let (contract, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    format!("{contract}.{name}")
}

/// Plays the sequence of a seed. Gives what differed, and how to come there.
pub fn play(world: &World, seed: u64, coverage: &mut Coverage, aloud: bool) -> Result<(), String> {
    let mut steps = Vec::new();
    let mut run =
        Run { world, chain: Chain::new(world.chain.clone()), state: world.state.clone(), books: world.books.clone() };
    run.sequence(seed, coverage, &mut steps, aloud).map_err(|Difference(what)| {
        let steps: Vec<_> = steps.iter().map(|step| format!("  {}", describe(world, step))).collect();
        let what = rename(world, what);
        format!(
            "seed {seed} (VERIN_SEED={seed} plays it again), after {} steps:\n{}\n{what}",
            steps.len(),
            steps.join("\n")
        )
    })
}

fn describe(world: &World, step: &Step) -> String {
    let text = match step {
        Step::Warp(time) => format!("at {}", time - crate::network::START),
        Step::Do(Action { from, call }) => format!("{from}: {call:?}"),
    };
    rename(world, text)
}

/// With names for addresses.
fn rename(world: &World, mut text: String) -> String {
    for (address, name) in &world.names {
        text = text.replace(address, name).replace(&address.to_lowercase(), name);
    }
    text
}

struct Run<'a> {
    world: &'a World,
    chain: Chain,
    state: State,
    books: Books,
}

impl Run<'_> {
    fn sequence(
        &mut self,
        seed: u64,
        coverage: &mut Coverage,
        steps: &mut Vec<Step>,
        aloud: bool,
    ) -> Result<(), Difference> {
        let mut generator = Generator::new(self.world, seed);
        for _ in 0..generator.length() {
            let step = generator.step(&self.state);
            steps.push(step.clone());
            let outcome = self.step(&step, coverage)?;
            if aloud {
                println!("{} -> {}", describe(self.world, &step), rename(self.world, outcome));
            }
        }
        // A token that does not answer has no balances to compare.
        for token in &self.world.tokens[1..] {
            let turn = tokens::Call::Turn { token: *token, health: Health::Sound };
            self.act(&Action { from: self.world.actor(0), call: Call::Token(turn) }, coverage)?;
        }
        compare(self.world, &mut self.chain, &self.state, &self.books)
    }

    fn step(&mut self, step: &Step, coverage: &mut Coverage) -> Result<String, Difference> {
        match step {
            Step::Warp(time) => {
                self.chain.warp(*time);
                self.state.time = *time;
                Ok(String::new())
            }
            Step::Do(action) => self.act(action, coverage),
        }
    }

    /// Does an action on both sides and compares what they say. Gives that in words.
    fn act(&mut self, action: &Action, coverage: &mut Coverage) -> Result<String, Difference> {
        let before = self.state.clone();
        let (to, data) = encode(self.world, &mut self.chain, action);
        let sent = self.chain.send(action.from, to, data);
        let applied = self.state.apply(action);
        match (sent, applied) {
            (Ok(logs), Ok(events)) => {
                let network = &self.world.network;
                let decoded: Vec<Event> = logs.iter().filter_map(|log| decode(network, log)).collect();
                for event in &decoded {
                    if let Event::Market(event) = event {
                        self.books.enter(event).map_err(Difference)?;
                    }
                }
                // Contracts call each other in an order of their own.
                let (on_chain, in_model) = (by_contract(&decoded), by_contract(&events));
                if on_chain != in_model {
                    return Err(Difference(format!("the chain tells {on_chain:?},\nthe model {in_model:?}")));
                }
                coverage.saw_events(&before, &events);
                Ok(format!("{events:?}"))
            }
            (Err(data), Err(refusal)) => {
                let known = refusal.error_name();
                if known.is_some() && known.as_deref() != error_name(&data) {
                    let on_chain = error_name(&data);
                    return Err(Difference(format!(
                        "refused by the chain: {on_chain:?} {data}, by the model: {refusal:?}"
                    )));
                }
                coverage.saw(format!("{refusal:?}"));
                Ok(format!("{refusal:?}"))
            }
            (Ok(_), Err(refusal)) => Err(Difference(format!("the chain does it, the model refuses: {refusal:?}"))),
            (Err(data), Ok(events)) => {
                let on_chain = error_name(&data);
                Err(Difference(format!("the chain refuses: {on_chain:?} {data}, the model does it: {events:?}")))
            }
        }
    }
}

fn by_contract(events: &[Event]) -> Vec<&Event> {
    let mut sorted: Vec<_> = events.iter().collect();
    sorted.sort_by_key(|event| match event {
        Event::Market(_) => 0,
        Event::Rewards(_) => 1,
        Event::FeeAuction(_) => 2,
        Event::SlashAuction(_) => 3,
        Event::Staking(_) => 4,
        Event::Treasury(_) => 5,
    });
    sorted
}
