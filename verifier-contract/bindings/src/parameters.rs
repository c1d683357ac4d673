//! What a deployment can choose, from the files of `verifier-contract/script/parameters`, by the rules of `script/Parameters.sol`:
//! a parameter that is missing or out of its bounds is refused by its name.

use crate::deploy::Parameters;
use crate::error::ContractsError;
use crate::keys::{io, read_text, unusable};
use alloy::primitives::{Address, B256, Bytes, U256};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The first of January 2025: before it there was no network, so a digit is missing.
const EARLIEST_VESTING: u64 = 1_735_689_600;
/// The latest start of the vaults, in seconds from now; milliseconds are far beyond.
const LATEST_VESTING: u64 = 365 * 24 * 60 * 60;
/// The bounds of the contracts.
const STAKE: (u128, u128) = (10u128.pow(18), 1_000_000 * 10u128.pow(18));
const SLASH: (u128, u128) = (1, 5_000);
const FLOOR: (u128, u128) = (1, 10u128.pow(24));

/// A parameter file.
#[derive(Clone, Debug)]
pub struct ParametersFile {
    /// Where it is.
    pub path: PathBuf,
    /// The only chain that it is for.
    pub chain_id: u64,
    /// What the points of the SRS hash to.
    pub srs_digest: B256,
    /// The parameters.
    pub parameters: Parameters,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Json {
    chain_id: u64,
    deployer: Address,
    guardian: Address,
    srs: Srs,
    canary_records: Vec<String>,
    education: Address,
    allocation: Allocation,
    vesting_start: u64,
    staking: Staking,
    market: Market,
}

/// The points themselves are the caller's, who reads them from the ceremony's file; the digest is of them.
#[derive(Deserialize)]
struct Srs {
    digest: B256,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Allocation {
    team: Address,
    venture: Address,
    advisors: Address,
    management: Address,
    reserve: Address,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Staking {
    minimum_stake: U256,
    stake_per_lock: U256,
    max_slash_bps: u16,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Market {
    collateral_floor: U256,
    bond_floor: U256,
}

/// A file with a record, among other things.
#[derive(Deserialize)]
struct Canary {
    record: Bytes,
}

impl ParametersFile {
    /// Reads a file, and the canary records that it names: those are looked for in its folder, and in the folders above.
    ///
    /// # Errors
    /// A file cannot be read, or is no such file.
    pub fn read(path: &Path) -> Result<Self, ContractsError> {
        let json: Json = serde_json::from_str(&read_text(path)?)
            .map_err(|e| unusable(path, "parameters of a deployment", &e.to_string()))?;
        let own = std::path::absolute(path).map_err(|e| io(path, &e))?;
        let canaries = json.canary_records.iter().map(|name| {
            let found = own.ancestors().skip(1).map(|folder| folder.join(name)).find(|file| file.is_file());
            let file = found.ok_or_else(|| ContractsError::Parameter {
                path: path.into(),
                name: "canaryRecords".into(),
                expected: "files in its folder, or in one above".into(),
                got: format!("{name}, which is not there"),
            })?;
            let canary: Result<Canary, _> = serde_json::from_str(&read_text(&file)?);
            Ok(canary.map_err(|e| unusable(&file, "JSON with a record", &e.to_string()))?.record.to_vec())
        });
        let canaries = canaries.collect::<Result<_, ContractsError>>()?;
        let amount = |name: &str, amount: U256| {
            amount.try_into().map_err(|_| refused(path, name, "at most 128 bits".into(), amount.to_string()))
        };
        Ok(Self {
            path: path.into(),
            chain_id: json.chain_id,
            srs_digest: json.srs.digest,
            parameters: Parameters {
                deployer: json.deployer,
                guardian: json.guardian,
                education: json.education,
                team: json.allocation.team,
                venture: json.allocation.venture,
                advisors: json.allocation.advisors,
                management: json.allocation.management,
                reserve: json.allocation.reserve,
                vesting_start: json.vesting_start,
                canaries,
                minimum_stake: amount("staking.minimumStake", json.staking.minimum_stake)?,
                stake_per_lock: amount("staking.stakePerLock", json.staking.stake_per_lock)?,
                max_slash_bps: json.staking.max_slash_bps,
                collateral_floor: amount("market.collateralFloor", json.market.collateral_floor)?,
                bond_floor: amount("market.bondFloor", json.market.bond_floor)?,
            },
        })
    }

    /// Refuses what cannot be meant: `now` is the chain's clock, in seconds, `srs_digest` that of the SRS to be deployed.
    ///
    /// # Errors
    /// The file is for another chain or SRS, or a parameter is missing or out of its bounds.
    pub fn validate(&self, chain_id: u64, now: u64, srs_digest: B256) -> Result<(), ContractsError> {
        let p = &self.parameters;
        let wrong = |name: &str, expected: String, got: String| Err(refused(&self.path, name, expected, got));
        if self.chain_id != chain_id {
            return wrong("chainId", format!("{chain_id}, the node's"), self.chain_id.to_string());
        }
        if self.srs_digest != srs_digest {
            return wrong(
                "srs.digest",
                format!("{srs_digest}, the digest of the SRS given"),
                self.srs_digest.to_string(),
            );
        }
        if p.deployer.is_zero() {
            return wrong("deployer", "an account".into(), p.deployer.to_string());
        }
        for (name, account) in [
            ("guardian", p.guardian),
            ("education", p.education),
            ("allocation.team", p.team),
            ("allocation.venture", p.venture),
            ("allocation.advisors", p.advisors),
            ("allocation.management", p.management),
            ("allocation.reserve", p.reserve),
        ] {
            // The deployer would keep what the parameter names somebody for.
            if account.is_zero() || account == p.deployer {
                return wrong(name, "an account that is not the deployer's".into(), account.to_string());
            }
        }
        if p.canaries.is_empty() {
            return wrong("canaryRecords", "at least one".into(), "none".into());
        }
        let vesting = (EARLIEST_VESTING.into(), (now.saturating_add(LATEST_VESTING)).into());
        for (name, value, (low, high)) in [
            ("vestingStart", p.vesting_start.into(), vesting),
            ("staking.minimumStake", p.minimum_stake, STAKE),
            ("staking.stakePerLock", p.stake_per_lock, STAKE),
            ("staking.maxSlashBps", p.max_slash_bps.into(), SLASH),
            // A market without a floor may be meant, but then nobody would know that it was.
            ("market.collateralFloor", p.collateral_floor, FLOOR),
            ("market.bondFloor", p.bond_floor, FLOOR),
        ] {
            if !(low..=high).contains(&value) {
                return wrong(name, format!("{low} to {high}"), value.to_string());
            }
        }
        Ok(())
    }
}

fn refused(path: &Path, name: &str, expected: String, got: String) -> ContractsError {
    ContractsError::Parameter { path: path.into(), name: name.into(), expected, got }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_780_000_000;

    /// Spoils one parameter; is given the deployer.
    type Change = fn(&mut ParametersFile, Address);

    fn local() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../script/parameters/local.json")
    }

    fn digest() -> B256 {
        verin_circuits::commitment::srs::VerifierSrs::insecure().digest.into()
    }

    #[test]
    fn the_local_file_is_read_whole_and_is_valid() {
        let file = ParametersFile::read(&local()).expect("a file");
        file.validate(31_337, NOW, digest()).expect("valid");
        let text = std::fs::read_to_string(local()).expect("a file");
        let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let p = &file.parameters;
        for (pointer, account) in [
            ("/deployer", p.deployer),
            ("/guardian", p.guardian),
            ("/education", p.education),
            ("/allocation/team", p.team),
            ("/allocation/venture", p.venture),
            ("/allocation/advisors", p.advisors),
            ("/allocation/management", p.management),
            ("/allocation/reserve", p.reserve),
        ] {
            assert_eq!(json.pointer(pointer).and_then(|v| v.as_str()), Some(account.to_string().as_str()), "{pointer}");
        }
        let amounts = [p.minimum_stake, p.stake_per_lock, p.collateral_floor, p.bond_floor];
        assert_eq!(amounts, [10_000, 1_000, 100, 10].map(|tokens| tokens * 10u128.pow(18)));
        assert_eq!((p.vesting_start, p.max_slash_bps), (1_767_225_600, 2_000));
        assert_eq!(p.canaries.iter().map(Vec::len).collect::<Vec<_>>(), [1_760]);
    }

    #[test]
    fn every_parameter_is_refused_by_its_name() {
        let refused = |file: &ParametersFile| match file.validate(31_337, NOW, digest()) {
            Err(ContractsError::Parameter { name, .. }) => name,
            other => format!("{other:?}"),
        };
        let file = ParametersFile::read(&local()).expect("a file");
        let deployer = file.parameters.deployer;
        let changes: [(&str, Change); 19] = [
            ("chainId", |f, _| f.chain_id = 1),
            ("srs.digest", |f, _| f.srs_digest = B256::ZERO),
            ("deployer", |f, _| f.parameters.deployer = Address::ZERO),
            ("guardian", |f, _| f.parameters.guardian = Address::ZERO),
            ("guardian", |f, deployer| f.parameters.guardian = deployer),
            ("education", |f, deployer| f.parameters.education = deployer),
            ("allocation.team", |f, deployer| f.parameters.team = deployer),
            ("allocation.venture", |f, deployer| f.parameters.venture = deployer),
            ("allocation.advisors", |f, deployer| f.parameters.advisors = deployer),
            ("allocation.management", |f, deployer| f.parameters.management = deployer),
            ("allocation.reserve", |f, deployer| f.parameters.reserve = deployer),
            ("canaryRecords", |f, _| f.parameters.canaries.clear()),
            ("vestingStart", |f, _| f.parameters.vesting_start = 0),
            ("vestingStart", |f, _| f.parameters.vesting_start *= 1_000),
            ("staking.minimumStake", |f, _| f.parameters.minimum_stake = STAKE.1 + 1),
            ("staking.stakePerLock", |f, _| f.parameters.stake_per_lock = 1),
            ("staking.maxSlashBps", |f, _| f.parameters.max_slash_bps = 5_001),
            ("market.collateralFloor", |f, _| f.parameters.collateral_floor = 0),
            ("market.bondFloor", |f, _| f.parameters.bond_floor = FLOOR.1 + 1),
        ];
        for (name, change) in changes {
            let mut changed = file.clone();
            change(&mut changed, deployer);
            assert_eq!(refused(&changed), name);
        }
        let public = ParametersFile::read(&local().with_file_name("public.json")).expect("a file");
        assert!(public.validate(1, NOW, public.srs_digest).is_err(), "nothing is filled in");
    }

    #[test]
    fn a_file_that_is_none_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("parameters.json");
        let text = std::fs::read_to_string(local()).expect("a file");
        for (from, to) in [("\"guardian\"", "\"gardian\""), ("2000", "\"two thousand\""), ("{", "")] {
            std::fs::write(&path, text.replacen(from, to, 1)).expect("a file");
            let error = ParametersFile::read(&path).expect_err(to);
            assert!(matches!(error, ContractsError::Unusable { .. }) && error.to_string().contains("parameters.json"));
        }
        std::fs::write(&path, text).expect("a file");
        let error = ParametersFile::read(&path).expect_err("its canary record is not above it").to_string();
        assert!(error.contains("canaryRecords") && error.contains("seal_public.json"), "{error}");
    }
}
