//! Where the server is, and who we are to it.

use crate::{Options, QueueError};
use async_nats::{Client, ConnectOptions, ServerAddr};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How often a silent connection is asked whether it is one.
const PING: Duration = Duration::from_secs(5);
/// Longest pause between attempts to connect again.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How a queue reaches its server, and what it is set up with. What is secret in it is never printed.
#[derive(Clone)]
pub struct NatsOptions {
    /// `nats://HOST:4222`, `nats://USER:PASSWORD@HOST`, `nats://TOKEN@HOST`, `tls://...`; several servers of a cluster with commas
    /// between them.
    pub url: String,
    /// A file of credentials (`nsc generate creds`), instead of a user in the URL.
    pub credentials: Option<PathBuf>,
    /// What streams, subjects and buckets begin with, so that several farms share a server: letters, digits, `-`, `_`.
    pub prefix: String,
    /// Longest wait for an answer of the server, after which a call fails as [`QueueError::Unreachable`]. 5 s.
    pub patience: Duration,
    /// Lease time, attempts, and how much may wait. The lease time is the farm's: that of whoever came first is kept.
    pub queue: Options,
}

impl NatsOptions {
    /// The queue `verin` of the server at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        let (prefix, patience) = ("verin".into(), Duration::from_secs(5));
        Self { url: url.into(), credentials: None, prefix, patience, queue: Options::default() }
    }

    /// Connects; from then on the client connects again by itself, for as long as it takes.
    pub(super) async fn connect(&self) -> Result<(Client, String), QueueError> {
        let prefix_is_a_name = self.prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if self.prefix.is_empty() || self.prefix.len() > 64 || !prefix_is_a_name {
            let expected = "1 to 64 letters, digits, - or _";
            return Err(QueueError::Unusable { what: "prefix of a queue's names", expected, got: self.prefix.clone() });
        }
        let (servers, login) = self.servers()?;
        let at = servers.iter().map(ServerAddr::as_url_str).collect::<Vec<_>>().join(",");
        let mut options = ConnectOptions::new()
            .name("verin-queue")
            .connection_timeout(self.patience)
            .request_timeout(Some(self.patience))
            .ping_interval(PING)
            .max_reconnects(None)
            .reconnect_delay_callback(|attempt| {
                let attempt = u32::try_from(attempt).unwrap_or(u32::MAX);
                Duration::from_millis(20).saturating_mul(attempt.saturating_sub(1)).min(LONGEST_PAUSE)
            });
        options = match login {
            Login::None => options,
            Login::Token(token) => options.token(token),
            Login::User(user, password) => options.user_and_password(user, password),
        };
        let unreachable = |why: String| QueueError::Unreachable { what: "connect", at: at.clone(), why };
        if let Some(path) = &self.credentials {
            let failed = |e: std::io::Error| unreachable(format!("credentials in {}: {e}", path.display()));
            options = options.credentials_file(path).await.map_err(failed)?;
        }
        let connected = options.connect(servers).await;
        let client = connected.map_err(|e| unreachable(e.to_string()))?;
        Ok((client, at))
    }

    /// The servers without what is secret, which the client would write to its log, and that.
    fn servers(&self) -> Result<(Vec<ServerAddr>, Login), QueueError> {
        let expected = "nats://HOST:PORT, nats://USER:PASSWORD@HOST:PORT or nats://TOKEN@HOST:PORT";
        // What cannot be read may hold a password all the same.
        let unusable =
            || QueueError::Unusable { what: "address of a NATS server", expected, got: "something else".into() };
        let mut login = Login::None;
        let mut servers = Vec::new();
        for url in self.url.split(',') {
            let server: ServerAddr = url.trim().parse().map_err(|_| unusable())?;
            let mut url = server.into_inner();
            match (url.username(), url.password()) {
                ("", _) => {}
                (token, None) => login = Login::Token(decoded(token)),
                (user, Some(password)) => login = Login::User(decoded(user), decoded(password)),
            }
            if url.host().is_none() || url.set_password(None).is_err() || url.set_username("").is_err() {
                return Err(unusable());
            }
            servers.push(ServerAddr::from_url(url).map_err(|_| unusable())?);
        }
        Ok((servers, login))
    }
}

impl fmt::Debug for NatsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let servers = self.servers().map(|(servers, _)| servers).unwrap_or_default();
        let servers: Vec<_> = servers.iter().map(ServerAddr::as_url_str).collect();
        f.debug_struct("NatsOptions")
            .field("servers", &servers)
            .field("credentials", &self.credentials)
            .field("prefix", &self.prefix)
            .field("patience", &self.patience)
            .field("queue", &self.queue)
            .finish()
    }
}

enum Login {
    None,
    Token(String),
    User(String, String),
}

/// Undoes the percent signs of a URL.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |digit: &u8| char::from(*digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match (first, tail) {
            (b'%', [high, low, after @ ..]) if hex(high).is_some() && hex(low).is_some() => {
                bytes.push(hex(high).unwrap_or_default() << 4 | hex(low).unwrap_or_default());
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_is_taken_out_of_the_address() {
        let options = NatsOptions::new("nats://farm:s%40crets@10.0.0.1:4222,nats://10.0.0.2");
        let (servers, login) = options.servers().unwrap();
        assert!(matches!(login, Login::User(user, password) if user == "farm" && password == "s@crets"));
        assert!(servers.iter().all(|server| !server.as_url_str().contains('@')), "{servers:?}");
        assert!(!format!("{options:?}").contains("crets"));
        let options = NatsOptions::new("nats://t0ken@10.0.0.1");
        assert!(matches!(options.servers().unwrap().1, Login::Token(token) if token == "t0ken"));
    }

    #[tokio::test]
    async fn an_address_that_cannot_be_read_is_not_repeated() {
        let error = NatsOptions::new("http://farm:secret@10.0.0.1").connect().await.unwrap_err().to_string();
        assert!(error.contains("nats://") && !error.contains("secret"), "{error}");
        let error = NatsOptions::new("nats://farm:secret@127.0.0.1:1").connect().await.unwrap_err().to_string();
        assert!(error.contains("127.0.0.1:1") && !error.contains("secret"), "{error}");
    }
}
