//! What goes wrong between the journal and its node, one failure in a file. Each runs against a real node, whose chain is what is
//! asserted on.
//!
//! What goes wrong in a whole network is in `farm`, which starts the binary and so is built by the crate that makes it (`cli`).

mod fee_spike;
mod insufficient_funds;
mod killed_between_send_and_receipt;
mod killed_between_write_and_send;
mod node_answers_errors;
mod node_behind;
mod nonce_gap;
mod refused_by_the_contract;
mod reorganization;
mod shutdown;
mod support;
mod two_coordinators;
