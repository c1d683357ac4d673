//! Errors of the commands: a sentence that names the thing and the remedy, and a class that is the exit code.

use verin_artifacts::ArtifactError;
use verin_audit::AuditError;
use verin_circuits::error::VerifyError;
use verin_contracts::ContractsError;
use verin_contracts::advice::advice;
use verin_coordinator::CoordinatorError;
use verin_prover::error::ProverError;
use verin_queue::QueueError;
use verin_seal::SealError;
use verin_worker::WorkerError;

/// Class of an error. The number is the exit code of the process; `docs/cli.md` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// `doctor` found something lacking.
    Lacking = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// A file cannot be read or written.
    Io = 3,
    /// An output exists and `--force` was not given.
    Exists = 4,
    /// No space left.
    DiskFull = 5,
    /// A file is larger than is read.
    TooLarge = 6,
    /// The bytes are no ONNX model, or one that contradicts itself.
    NotOnnx = 10,
    /// An operator, or a use of one, that is not supported.
    Unsupported = 11,
    /// A dimension that is not a number.
    DynamicDimension = 12,
    /// A weight that is not finite.
    NonFiniteWeight = 13,
    /// A model that cannot be proved.
    Unprovable = 14,
    /// Samples or inputs in a form that cannot be read.
    Samples = 15,
    /// Samples or inputs of another length or shape than the model's.
    InputShape = 16,
    /// An input that is not finite.
    NonFiniteInput = 17,
    /// An integer input outside the model's range.
    InputRange = 18,
    /// More inputs than the largest batch.
    Batch = 19,
    /// An artifact that is damaged, or of another kind or version.
    Damaged = 20,
    /// Artifacts that do not belong together.
    Mismatch = 21,
    /// The key has no seal.
    NoSeal = 22,
    /// An SRS file that is malformed.
    SrsMalformed = 30,
    /// An SRS file with too few powers.
    SrsTooSmall = 31,
    /// An SRS file whose points are no powers of one secret.
    SrsInvalid = 32,
    /// An SRS that was not accepted by name.
    SrsNotAccepted = 33,
    /// A proof that proves nothing.
    Rejected = 40,
    /// A proof of another statement than the one given.
    OtherStatement = 41,
    /// A comparison that was asked for and cannot be made.
    CannotCompare = 42,
    /// `node` or an npm package is missing.
    NoNode = 50,
    /// The local chain did not start.
    NoChain = 51,
    /// The port is taken.
    PortTaken = 52,
    /// A transaction or a call to the chain failed.
    Chain = 53,
    /// The demo saw something that should not be.
    Unexpected = 54,
    /// The queue cannot be used.
    Queue = 55,
    /// The coordinator's file or key cannot be used.
    Coordinator = 56,
    /// No key, or digits that are none.
    Key = 60,
    /// No password, or another than the key's.
    Password = 61,
    /// No network of this deployer is on the chain.
    NoContracts = 62,
    /// A contract refused.
    Refused = 63,
    /// A job that ended without an output, or had none when waiting ended.
    Unfinished = 64,
    /// A parameter of a deployment that must not be what it is.
    Parameter = 65,
    /// An audit found something that is not as it must be.
    NotPassed = 66,
    /// A bug.
    Internal = 70,
}

impl Kind {
    /// Its name in JSON.
    pub(crate) fn name(self) -> String {
        let mut name = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.extend(letter.to_lowercase());
        }
        name
    }
}

/// An error of a command.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct CliError {
    pub(crate) kind: Kind,
    pub(crate) message: String,
    /// Whether everything has been said already.
    pub(crate) reported: bool,
}

impl CliError {
    /// An error of class `kind`. The message names the thing, what was expected, what there is, and the remedy.
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), reported: false }
    }

    /// An exit code for what a command has said itself, in lines or as JSON.
    pub(crate) fn reported(kind: Kind, message: String) -> Self {
        Self { kind, message, reported: true }
    }

    /// The same error with the file it concerns in front, unless the message names it.
    pub(crate) fn at(mut self, file: impl std::fmt::Display) -> Self {
        let file = file.to_string();
        if !self.message.contains(&file) {
            self.message = format!("{file}: {}", self.message);
        }
        self
    }

    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        self.kind as u8
    }
}

/// An IO error on `file`.
pub(crate) fn io(file: impl std::fmt::Display, error: &std::io::Error) -> CliError {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    match error.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => CliError::new(
            Kind::DiskFull,
            format!("{file}: {error}; nothing was left behind: free some space and try again"),
        ),
        _ => CliError::new(Kind::Io, format!("{file}: {error}")),
    }
}

impl From<verin_quantizer::Error> for CliError {
    fn from(error: verin_quantizer::Error) -> Self {
        use verin_quantizer::Error as E;
        let kind = match &error {
            E::Io { .. } => Kind::Io,
            E::TooLarge { .. } => Kind::TooLarge,
            E::NotOnnx { .. } | E::Model { .. } => Kind::NotOnnx,
            E::UnsupportedOperator { .. } | E::UnsupportedUse { .. } => Kind::Unsupported,
            E::DynamicDimension { .. } => Kind::DynamicDimension,
            E::NonFiniteWeight { .. } => Kind::NonFiniteWeight,
            E::Calibration { .. } | E::Accumulator { .. } | E::DeclaredRange { .. } | E::InvalidGraph { .. } => {
                Kind::Unprovable
            }
            E::Option { .. } => Kind::Usage,
            E::Samples { expected, .. } if expected.contains("finite") => Kind::NonFiniteInput,
            E::Samples { expected, .. }
                if ["values per sample", "one list of", "lists of"].iter().any(|of| expected.contains(of)) =>
            {
                Kind::InputShape
            }
            E::Samples { .. } => Kind::Samples,
            E::NonFiniteInput { .. } => Kind::NonFiniteInput,
            E::InputLength { .. } => Kind::InputShape,
            E::InputRange { .. } => Kind::InputRange,
            E::Decode { .. } => Kind::Damaged,
            _ => Kind::Internal,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<VerifyError> for CliError {
    fn from(error: VerifyError) -> Self {
        let kind = match &error {
            VerifyError::Rejected { .. } | VerifyError::PrivateWeights { .. } => Kind::Rejected,
            VerifyError::Mismatch { .. } => Kind::Mismatch,
            VerifyError::Unprovable { .. } => Kind::Unprovable,
            VerifyError::OutOfRange { .. } => Kind::InputRange,
            _ => Kind::Damaged,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<ProverError> for CliError {
    fn from(error: ProverError) -> Self {
        let message = error.to_string();
        let kind = match error {
            ProverError::Model(e) => return e.into(),
            ProverError::Verify(e) => return e.into(),
            ProverError::Seal(SealError::Program(e)) => return e.into(),
            ProverError::Seal(SealError::TooManyRows { .. } | SealError::EmptyColumn { .. }) => Kind::Unprovable,
            ProverError::Batch { .. } => Kind::Batch,
            ProverError::NoSeal => Kind::NoSeal,
            ProverError::SrsTooSmall { .. } => Kind::SrsTooSmall,
            ProverError::Key { .. } => Kind::Damaged,
            ProverError::PrivateWeights { .. } => Kind::Usage,
            ProverError::Audit { .. } => Kind::Rejected,
            _ => Kind::Internal,
        };
        Self::new(kind, message)
    }
}

impl From<ContractsError> for CliError {
    fn from(error: ContractsError) -> Self {
        use ContractsError as E;
        let kind = match &error {
            E::NoNpm { .. } | E::Install { .. } | E::NoAnvil { .. } => Kind::NoNode,
            E::PortTaken { .. } => Kind::PortTaken,
            E::NotStarted { .. } => Kind::NoChain,
            E::BadUrl { .. } | E::Amount { .. } => Kind::Usage,
            E::Exists { .. } => Kind::Exists,
            E::Io { .. } => Kind::Io,
            E::Unusable { .. } => Kind::Damaged,
            E::WrongPassword { .. } => Kind::Password,
            E::BadKey { .. } => Kind::Key,
            E::Parameter { .. } => Kind::Parameter,
            E::NoContracts { .. } => Kind::NoContracts,
            E::Reverted { .. } => Kind::Refused,
            _ => Kind::Chain,
        };
        let message = match error.revert().and_then(advice) {
            Some(advice) => format!("{error}: {advice}"),
            None => error.to_string(),
        };
        Self::new(kind, message)
    }
}

impl From<QueueError> for CliError {
    fn from(error: QueueError) -> Self {
        Self::new(Kind::Queue, error.to_string())
    }
}

impl From<CoordinatorError> for CliError {
    fn from(error: CoordinatorError) -> Self {
        match error {
            CoordinatorError::Contracts(e) => e.into(),
            CoordinatorError::Queue(e) => e.into(),
            CoordinatorError::Artifacts(e) => e.into(),
            other => Self::new(Kind::Coordinator, other.to_string()),
        }
    }
}

impl From<WorkerError> for CliError {
    fn from(error: WorkerError) -> Self {
        match error {
            WorkerError::Queue(e) => e.into(),
            WorkerError::Srs { path, source } => crate::artifacts::srs_error(&path, &source),
            WorkerError::Name { .. } => Self::new(Kind::Usage, error.to_string()),
            other => Self::new(Kind::Io, other.to_string()),
        }
    }
}

impl From<AuditError> for CliError {
    fn from(error: AuditError) -> Self {
        let message = error.to_string();
        let kind = match error {
            AuditError::Connection(e) => return e.into(),
            AuditError::Artifacts(e) => return e.into(),
            AuditError::NoNetwork { .. } => Kind::NoContracts,
            AuditError::NoBlock { .. } => Kind::Usage,
            AuditError::Srs(_) => Kind::SrsInvalid,
            _ => Kind::Chain,
        };
        Self::new(kind, message)
    }
}

impl From<ArtifactError> for CliError {
    fn from(error: ArtifactError) -> Self {
        let kind = match &error {
            ArtifactError::NoPlace | ArtifactError::BadPlace { .. } => Kind::Usage,
            ArtifactError::Missing { .. } | ArtifactError::Io { .. } => Kind::Io,
            ArtifactError::Corrupt { .. } => Kind::Damaged,
            _ => Kind::Mismatch,
        };
        Self::new(kind, error.to_string())
    }
}
