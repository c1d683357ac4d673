//! Cases that do not pass, with the reason: `exceptions.txt`.

use std::collections::HashMap;

/// What is said of a case that does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Import or quantization refuses the model, with an error that says every word of the reason that is in backquotes.
    Refused,
    /// It is proved, but another output is right in real numbers.
    Differs,
}

/// Verdict and reason.
#[derive(Clone, Copy, Debug)]
pub struct Exception {
    pub verdict: Verdict,
    pub reason: &'static str,
}

impl Exception {
    /// What an error of this reason must say.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.reason.split('`').skip(1).step_by(2)
    }
}

/// All of them, by the name of the case.
pub fn exceptions() -> HashMap<&'static str, Exception> {
    let mut group = None;
    let mut listed = HashMap::new();
    for line in include_str!("exceptions.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix("    ") {
            let exception = group.expect("a case under a reason");
            assert!(listed.insert(name, exception).is_none(), "{name} is listed twice");
            continue;
        }
        let (verdict, reason) = line.split_once(": ").expect("`refused: REASON` or `differs: REASON`");
        let verdict = match verdict {
            "refused" => Verdict::Refused,
            "differs" => Verdict::Differs,
            other => panic!("neither refused nor differs: {other}"),
        };
        group = Some(Exception { verdict, reason });
    }
    listed
}
