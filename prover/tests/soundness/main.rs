//! What a malicious prover can try, and which check of the core verifier stops it.
//!
//! - [`columns`]: one wrong cell in every committed tensor;
//! - [`gadgets`]: every way around requantization, saturation, lookups, padding, input and output;
//! - [`packs`]: every way to commit to another input than the statement's packs name;
//! - [`views`]: every way to read a tensor that is not the program's: windows, groups, broadcasts, terms, slots;
//! - [`maxima`]: every way around a maximum and a copy;
//! - [`enumeration`]: at tiny parameters, all witnesses of a requantized activation;
//! - [`frozen`]: forgers who know later challenges, for every kind of message;
//! - [`lattice`]: an output forged under a known evaluation point;
//! - [`inventory`]: what the transcript takes in, and when;
//! - [`circuit`]: the same verifier where its prover fills in the cells.
//!
//! Every forgery is shown to be one: it is accepted once the check that is named skips it, and by no other leave.
//!
//! A new operator adds a program to [`programs::cases`], which puts its columns and messages under the tests of [`columns`] and
//! [`inventory`]; teaches `support::executor` and `support::adversary` to compute it and to fill in its cells; and adds the ways
//! around it.

mod circuit;
mod columns;
mod enumeration;
mod frozen;
mod gadgets;
mod inventory;
mod lattice;
mod maxima;
mod packs;
mod programs;
#[path = "../support/mod.rs"]
mod support;
mod views;
