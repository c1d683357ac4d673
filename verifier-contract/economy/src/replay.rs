//! A state that many actions are done on, one after the other.
//!
//! [`State::apply`] does an action on a copy, so that a refusal changes nothing. That makes the cost of each action grow with the
//! state. Here actions are done in place; only after a refusal the state is made anew, from a copy that is never older than
//! [`STRIDE`] steps.

use crate::refusal::Refusal;
use crate::{Action, Done, State};
use std::fmt;
use std::sync::Arc;

/// Steps from one copy to the next.
pub const STRIDE: usize = 1_000;

/// Something that happens to a state from outside.
type Change = Arc<dyn Fn(&mut State) + Send + Sync>;

enum Step {
    Do(u64, Action),
    Change(Change),
}

/// A state, and how to come back to it.
pub struct Replay {
    state: State,
    copy: State,
    since: Vec<Step>,
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").field("state", &self.state).field("since", &self.since.len()).finish_non_exhaustive()
    }
}

impl Replay {
    /// From this state on.
    pub fn new(state: State) -> Self {
        Self { copy: state.clone(), state, since: Vec::new() }
    }

    /// The state now.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Does an action, or nothing.
    ///
    /// # Errors
    /// The rule that the action breaks.
    pub fn apply(&mut self, time: u64, action: &Action) -> Result<Done, Refusal> {
        self.state.time = time;
        match self.state.act(action) {
            Ok(done) => {
                self.remember(Step::Do(time, action.clone()));
                Ok(done)
            }
            Err(refusal) => {
                self.go_back();
                self.state.time = time;
                Err(refusal)
            }
        }
    }

    /// Changes what no action changes: what is learned from elsewhere, such as listings.
    pub fn change(&mut self, change: impl Fn(&mut State) + Send + Sync + 'static) {
        change(&mut self.state);
        self.remember(Step::Change(Arc::new(change)));
    }

    fn remember(&mut self, step: Step) {
        self.since.push(step);
        if self.since.len() == STRIDE {
            self.copy = self.state.clone();
            self.since.clear();
        }
    }

    fn go_back(&mut self) {
        let mut state = self.copy.clone();
        for step in &self.since {
            match step {
                Step::Do(time, action) => {
                    state.time = *time;
                    // It was done before, on the same state.
                    let _ = state.act(action);
                }
                Step::Change(change) => change(&mut state),
            }
        }
        self.state = state;
    }
}
