//! What a call may do besides being refused by name, each with its reason. What never happens may not stand here.

/// Contract, function, what it does, why that may be.
type Exception = (&'static str, &'static str, &'static str, &'static str);

const CHECKPOINTS: &str = "OpenZeppelin's `Votes.checkpoints` reads an array at the index it is given";
const ENUM: &str = "the decoder refuses what is no value of the enum, which is a uint8 in the ABI";
const NO_TRANSFER: &str =
    "OpenZeppelin's `VestingWallet.release` sends what has a `balanceOf` and no `transfer`: an ERC-721";
const MUTE: &str = "the receiver has code and answers nothing, which OpenZeppelin's decoder of its answer refuses";
const MEMORY: &str = "Solidity's decoder of `memory` panics where a length cannot be allocated";

/// Refusals without a declared error.
pub const REFUSALS: &[Exception] = &[
    ("StakedVotes", "checkpoints", "Panic(0x32)", CHECKPOINTS),
    ("AuditAttestations", "attest", "says nothing", ENUM),
    ("VestingVault", "release", "says nothing", NO_TRANSFER),
    ("InferenceVerifier", "commitmentOf", "Panic(0x41) (malformed)", MEMORY),
    ("ModelRegistry", "safeTransferFrom", "says nothing", MUTE),
    ("ModelRegistry", "safeTransferFrom", "Panic(0x41) (malformed)", MEMORY),
    ("VerinGovernor", "cancel", "Panic(0x41) (malformed)", MEMORY),
    ("VerinGovernor", "castVoteBySig", "Panic(0x41) (malformed)", MEMORY),
    ("VerinGovernor", "castVoteWithReasonAndParams", "Panic(0x41) (malformed)", MEMORY),
    ("VerinGovernor", "castVoteWithReasonAndParamsBySig", "Panic(0x41) (malformed)", MEMORY),
    ("VerinGovernor", "execute", "Panic(0x41) (malformed)", MEMORY),
    ("VerinGovernor", "getProposalId", "Panic(0x41) (malformed)", MEMORY),
    ("VerinGovernor", "getVotesWithParams", "Panic(0x41) (malformed)", MEMORY),
    ("VerinGovernor", "hashProposal", "Panic(0x41) (malformed)", MEMORY),
    ("VerinGovernor", "onERC1155BatchReceived", "Panic(0x41) (malformed)", MEMORY),
    ("VerinGovernor", "onERC1155Received", "Panic(0x41) (malformed)", MEMORY),
    ("VerinGovernor", "onERC721Received", "Panic(0x41) (malformed)", MEMORY),
    ("VerinGovernor", "propose", "Panic(0x41) (malformed)", MEMORY),
    ("VerinGovernor", "queue", "Panic(0x41) (malformed)", MEMORY),
    ("VerinTimelock", "onERC1155BatchReceived", "Panic(0x41) (malformed)", MEMORY),
    ("VerinTimelock", "onERC1155Received", "Panic(0x41) (malformed)", MEMORY),
    ("VerinTimelock", "onERC721Received", "Panic(0x41) (malformed)", MEMORY),
];

/// Money that a stranger moves.
pub const MOVES: &[Exception] = &[
    ("InferenceMarket", "expire", "another's credit grows", "escrow and bond go back to the requester"),
    (
        "InferenceMarket",
        "endReservation",
        "another's credit grows",
        "escrow goes back to the requester, bonds to the slash auction",
    ),
    (
        "InferenceMarket",
        "endReservation",
        "another's collateral grows",
        "the bond of a prover who kept to it is its own again",
    ),
    (
        "InferenceMarket",
        "refund",
        "another's credit grows",
        "escrow goes back to the requester, half the collateral is slashed",
    ),
    ("InferenceMarket", "sendIncome", "another's balance grows", "the treasury's part goes to the treasury"),
    ("InferenceMarket", "sendIncome", "another's balance shrinks", "the market's, by that part"),
    ("IntelligenceRewards", "claim", "another's balance grows", "the reward goes to whoever earned it"),
    ("IntelligenceRewards", "claim", "another's balance shrinks", "the rewards contract's, by that reward"),
    ("IntelligenceRewards", "forward", "another's balance grows", "the treasury's half goes to the treasury"),
    ("IntelligenceRewards", "forward", "another's balance shrinks", "the rewards contract's, by that half"),
    ("SlashAuction", "pull", "another's balance grows", "what was slashed goes to the auction"),
    ("SlashAuction", "pull", "another's balance shrinks", "the market's, by that much"),
    ("SlashAuction", "pull", "another's credit shrinks", "the auction's own credit of the market"),
];
