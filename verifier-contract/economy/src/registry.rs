//! What the market asks others about: records, listings, and whether seals are stopped.

use crate::State;
use crate::refusal::{Refusal, require};
use alloy_primitives::{Address, B256, U256};
use std::collections::BTreeMap;

/// The most that the holder of a listing keeps.
pub const MAX_OWNER_BPS: u64 = 9_900;

/// What of a record a job depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Bytes of one input, or of the commitment to it.
    pub input_bytes: usize,
    /// Bytes of one output, or of the commitment to it.
    pub output_bytes: usize,
    /// Bytes of one value of a public input.
    pub input_width: usize,
    /// What such a value can be; nothing where the input is hidden.
    pub input_range: Option<(i64, i64)>,
    /// Whether the output is hidden.
    pub hides_output: bool,
    /// Whether the weights are.
    pub hides_weights: bool,
}

impl Record {
    /// Whether something is handed over: the input, or what opens the output.
    pub fn is_private(&self) -> bool {
        self.input_range.is_none() || self.hides_output
    }

    /// Whether every value of an input, two's complement with the first byte first, is in its range.
    pub fn is_in_range(&self, input: &[u8]) -> bool {
        let signed = |value: &[u8]| {
            let sign = value.first().map_or(0, |byte| i64::from(byte.cast_signed() >> 7));
            value.iter().fold(sign, |sum, byte| sum << 8 | i64::from(*byte))
        };
        let Some((low, high)) = self.input_range else { return true };
        input.chunks(self.input_width.max(1)).all(|value| (low..=high).contains(&signed(value)))
    }

    /// Whether its requester could not open what it pays for.
    pub fn is_refused(&self) -> bool {
        self.hides_output && self.hides_weights
    }
}

/// An offer of inferences of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of `IModelRegistry.Listing`")]
pub struct Listing {
    pub holder: Address,
    pub record: B256,
    pub verifier: [u8; 4],
    pub token: Address,
    pub price: U256,
    pub owner_bps: u64,
    pub deprecated: bool,
}

/// Records, listings and stops.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    /// Records by hash.
    pub records: BTreeMap<B256, Record>,
    /// Listings by id.
    pub listings: BTreeMap<u64, Listing>,
    /// When seals of a record under a verifier were stopped.
    pub stopped_records: BTreeMap<([u8; 4], B256), u64>,
    /// When all of a verifier were.
    pub stopped_verifiers: BTreeMap<[u8; 4], u64>,
    /// Since when nothing new is begun with a verifier.
    pub tombstones: BTreeMap<[u8; 4], u64>,
}

impl Registry {
    /// When seals of this record, by this verifier, were stopped.
    pub fn stopped_at(&self, verifier: [u8; 4], record: B256) -> Option<u64> {
        let by_verifier = self.stopped_verifiers.get(&verifier);
        self.stopped_records.get(&(verifier, record)).into_iter().chain(by_verifier).min().copied()
    }

    /// Whether nothing new is to be begun with this verifier.
    pub fn is_tombstoned(&self, verifier: [u8; 4]) -> bool {
        self.tombstones.contains_key(&verifier)
    }
}

/// What can be asked of registry, stop and router.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the arguments of `IModelRegistry`, `IEmergencyStop`, `IVerifierRouter`")]
pub enum Call {
    SetTerms { listing: u64, price: U256, owner_bps: u64 },
    Deprecate { listing: u64 },
    TransferFrom { listing: u64, to: Address },
    StopRecord { verifier: [u8; 4], record: B256 },
    StopVerifier { verifier: [u8; 4] },
    Tombstone { verifier: [u8; 4] },
}

impl State {
    pub(crate) fn registry_call(&mut self, from: Address, call: &Call) -> Result<(), Refusal> {
        let time = self.time;
        match *call {
            Call::SetTerms { listing, price, owner_bps } => {
                let listing = self.listing_of(from, listing)?;
                require(owner_bps <= MAX_OWNER_BPS, Refusal::OwnerShareTooHigh)?;
                (listing.price, listing.owner_bps) = (price, owner_bps);
            }
            Call::Deprecate { listing } => {
                let listing = self.listing_of(from, listing)?;
                require(!listing.deprecated, Refusal::AlreadyDeprecated)?;
                listing.deprecated = true;
            }
            Call::TransferFrom { listing, to } => {
                let listing = self.listing_of(from, listing).map_err(|refusal| match refusal {
                    Refusal::NotListingOwner => Refusal::ERC721InsufficientApproval,
                    other => other,
                })?;
                listing.holder = to;
            }
            Call::StopRecord { verifier, record } => {
                require(from == self.network.guardian, Refusal::NotGuardian)?;
                let since = self.registry.stopped_records.insert((verifier, record), time);
                require(since.is_none(), Refusal::AlreadyStopped)?;
            }
            Call::StopVerifier { verifier } => {
                require(from == self.network.guardian, Refusal::NotGuardian)?;
                let since = self.registry.stopped_verifiers.insert(verifier, time);
                require(since.is_none(), Refusal::AlreadyStopped)?;
            }
            Call::Tombstone { verifier } => {
                require(from == self.network.governor, Refusal::NotGovernor)?;
                let since = self.registry.tombstones.insert(verifier, time);
                require(since.is_none(), Refusal::TombstonedVerifier)?;
            }
        }
        Ok(())
    }

    fn listing_of(&mut self, holder: Address, listing: u64) -> Result<&mut Listing, Refusal> {
        let listing = self.registry.listings.get_mut(&listing).ok_or(Refusal::ERC721NonexistentToken)?;
        require(listing.holder == holder, Refusal::NotListingOwner)?;
        Ok(listing)
    }
}
