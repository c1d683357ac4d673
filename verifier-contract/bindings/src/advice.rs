//! What to do when a contract refuses: a sentence for the errors that people meet.

/// Errors by name, with what they ask for. Not in it are those that only a program's mistake causes.
const ADVICE: [(&str, &str); 40] = [
    ("ERC20InsufficientBalance", "the account has too few tokens: `verin balance` shows what it has"),
    ("ERC20InsufficientAllowance", "the contract may not take so many of the account's tokens: approve them first"),
    ("ERC721NonexistentToken", "there is no such listing: `verin model list` shows all"),
    ("ListingDeprecated", "its owner takes no new requests: `verin model list` shows what others offer"),
    ("OwnerShareChanged", "the listing's terms have just changed: request again"),
    ("TokenMismatch", "the listing's terms have just changed: request again"),
    ("VerifierMismatch", "the listing's terms have just changed: request again"),
    ("BadPrice", "the listing asks for more: raise --max-price, `verin model list` shows its price"),
    (
        "BadTimes",
        "the times do not fit: a job takes at most 14 days from request to deadline, and must not begin in the past",
    ),
    (
        "BadBond",
        "a private input needs a bond of at least the market's floor, a public one none: leave --bond out for the floor",
    ),
    ("PrivateAndDirect", "a private input goes to the prover that reserves the job: leave --direct out"),
    (
        "OutputNotOpenable",
        "nobody but the prover could read its output: set the model up with published weights or a public output",
    ),
    ("NonceUsed", "request again: a new number is chosen"),
    ("MarketPaused", "the market takes nothing new for now; running jobs end as agreed"),
    (
        "Stopped",
        "proofs for this model are stopped, because they cannot be trusted: `verin job void JOB` returns what is in it",
    ),
    ("WrongStatus", "the job is in another state: `verin job show JOB` says in which"),
    ("NotAllowed", "this is for another account to do"),
    ("NotTicketOwner", "this is for another account to do"),
    ("TooLate", "the time for this has passed: `verin job show JOB` says what can be done now"),
    ("TooEarly", "somebody else may still act: `verin job show JOB` says until when"),
    ("AlreadyNoticed", "notice was given before: cancel once it has run out"),
    ("NotVoidable", "proofs for this model were not stopped while the job's time ran"),
    ("VoidInstead", "the stop came in time: `verin job void JOB` returns everything"),
    ("UnknownJob", "no job of this id was requested in this market: look at --deployer and --rpc"),
    ("InsufficientCollateral", "put more in with `verin collateral deposit AMOUNT`"),
    ("NoKey", "register a key for private inputs first"),
    ("NoCredit", "there is nothing for this account"),
    ("NothingToClaim", "there is nothing for this account"),
    ("InputMismatch", "the input is not one of this record"),
    ("BadInputLength", "the input is not one of this record"),
    ("RecordNotFound", "the record is not on the chain: `verin model register` publishes it"),
    (
        "OwnerShareTooHigh",
        "the owner's share and the network's fee of 1 % are more than the price: lower --owner-share",
    ),
    ("ZeroAmount", "the amount must not be zero"),
    (
        "BelowMinimumStake",
        "the prover's own stake is below the minimum: it stakes first, `verin stake show` says how much",
    ),
    ("InsufficientShares", "the account has less stake with this prover: `verin stake show` says how much"),
    ("BondedTooRecently", "stake that was added to within a day cannot leave yet"),
    ("StillUnbonding", "unbonding takes 15 days: `verin stake show` says until when"),
    ("LockCapReached", "the prover holds as many jobs as its stake allows: stake more, or end some"),
    ("EpochNotOver", "an epoch can be closed a day after its end: `verin rewards show` says when"),
    ("EpochNotClosed", "the epoch is not closed yet: anyone can close it a day after its end"),
];

/// What the error of this name asks for, if it is one that people meet.
pub fn advice(error: &str) -> Option<&'static str> {
    ADVICE.iter().find(|(name, _)| *name == error).map(|(_, advice)| *advice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_error_advised_on_is_one_of_a_contract_and_is_named_once() {
        // Every ABI, as it is checked in.
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../abi");
        let mut names = BTreeSet::new();
        for entry in std::fs::read_dir(folder).expect("the ABI") {
            let text = std::fs::read_to_string(entry.expect("a file").path()).expect("a file");
            let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            let items = json["abi"].as_array().expect("a list").iter().filter(|item| item["type"] == "error");
            names.extend(items.filter_map(|item| item["name"].as_str().map(str::to_owned)));
        }
        for (name, _) in ADVICE {
            assert!(names.remove(name), "{name}");
            assert!(advice(name).is_some());
        }
        assert!(advice("WrongWiring").is_none());
    }
}
