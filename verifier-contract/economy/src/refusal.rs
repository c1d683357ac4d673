//! Why an action is refused.

/// The rule that an action breaks, by the name of the error that the contracts revert with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the NatSpec of `verifier-contract/src/interfaces` says what each means")]
pub enum Refusal {
    // the market
    AlreadyNoticed,
    BadBond,
    BadCallbackGas,
    BadInputLength,
    BadOutputLength,
    BadPrice,
    BadRecipient,
    BadSignature,
    BadTimes,
    CallbackReverted,
    EmptyCiphertext,
    InputMismatch,
    InputOutOfRange,
    InsufficientCollateral,
    ListingDeprecated,
    MarketPaused,
    MixedRecords,
    NoCredit,
    NoKey,
    NonceUsed,
    NotAllowed,
    NothingToFulfil,
    NothingToRetry,
    NotVoidable,
    OutputNotOpenable,
    OwnerShareChanged,
    PriceTooLow,
    PrivateAndDirect,
    RecordMismatch,
    Stopped,
    TokenMismatch,
    TokenNotAllowed,
    TooEarly,
    TooLate,
    UnknownJob,
    UnusedSlotNotZero,
    VerifierMismatch,
    VoidInstead,
    WrongKind,
    WrongStatus,
    // the registry, the router and the stop
    AlreadyDeprecated,
    AlreadyStopped,
    ERC721InsufficientApproval,
    ERC721NonexistentToken,
    NotGuardian,
    NotListingOwner,
    OwnerShareTooHigh,
    TombstonedVerifier,
    // rewards and auctions
    EpochNotClosed,
    EpochNotOver,
    NotForSale,
    NotGovernor,
    NotOpen,
    NothingToClaim,
    NothingToCollect,
    NothingToForward,
    OutOfBounds,
    PriceTooHigh,
    SoldOut,
    TooSoon,
    // staking
    AccessControlUnauthorizedAccount,
    BelowMinimumStake,
    BondedTooRecently,
    CommissionStepTooLarge,
    CommissionTooHigh,
    InsufficientShares,
    LockCapReached,
    NoOpenLock,
    NotTicketOwner,
    PoolDepleted,
    SlashTooLarge,
    StillUnbonding,
    ZeroAddress,
    ZeroAmount,
    // the treasury
    InsufficientFunds,
    NothingToWithdraw,
    NotBeneficiary,
    NotTimelock,
    NotToBeneficiary,
    // tokens
    ERC20InsufficientBalance,
    /// A token refuses to move or to answer; with which error is the token's own matter.
    TokenFails,
}

impl Refusal {
    /// The name of the contracts' error, where it is theirs.
    pub fn error_name(self) -> Option<String> {
        (self != Self::TokenFails).then(|| format!("{self:?}"))
    }
}

/// Refuses unless the condition holds.
pub(crate) fn require(condition: bool, refusal: Refusal) -> Result<(), Refusal> {
    if condition { Ok(()) } else { Err(refusal) }
}
