//! A connection that can be cut, silenced, or made deaf.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Mode {
    Open,
    /// Nothing passes.
    Silent,
    /// Once this has passed to the server, nothing comes back.
    DeafAfter(&'static str),
    Deaf,
}

/// Listens on a port of its own, and passes on.
pub struct Proxy {
    port: u16,
    mode: watch::Sender<Mode>,
    connections: Arc<Mutex<Vec<AbortHandle>>>,
}

impl Proxy {
    pub async fn start(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mode = watch::Sender::new(Mode::Open);
        let connections: Arc<Mutex<Vec<AbortHandle>>> = Arc::default();
        let (to, list) = (mode.clone(), connections.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { continue };
                let passes = tokio::spawn(pass(client, server, to.clone()));
                list.lock().unwrap().push(passes.abort_handle());
            }
        });
        Self { port, mode, connections }
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Nothing passes from now on, though the connections stay.
    pub fn silence(&self) {
        self.mode.send_replace(Mode::Silent);
    }

    /// The server hears everything up to and including this, and its answers get lost.
    pub fn lose_the_answer_to(&self, this: &'static str) {
        self.mode.send_replace(Mode::DeafAfter(this));
    }

    /// Passes on again what was held up.
    pub fn resume(&self) {
        self.mode.send_replace(Mode::Open);
    }

    /// Cuts all connections, with what was held up in them; new ones pass.
    pub fn cut(&self) {
        self.connections.lock().unwrap().drain(..).for_each(|connection| connection.abort());
        self.mode.send_replace(Mode::Open);
    }

    /// Whether the answer got lost.
    pub fn is_deaf(&self) -> bool {
        *self.mode.borrow() == Mode::Deaf
    }
}

async fn pass(client: TcpStream, server: TcpStream, mode: watch::Sender<Mode>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let (asks, answers) = (mode.clone(), mode);
    let ask = async move {
        let mut buffer = vec![0; 1 << 16];
        let mut mode = asks.subscribe();
        while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
            let _ = mode.wait_for(|mode| *mode != Mode::Silent).await;
            let now = mode.borrow().clone();
            if let Mode::DeafAfter(this) = now
                && String::from_utf8_lossy(&buffer[..read]).contains(this)
            {
                asks.send_replace(Mode::Deaf);
            }
            if to_server.write_all(&buffer[..read]).await.is_err() {
                break;
            }
        }
    };
    let answer = async move {
        let mut buffer = vec![0; 1 << 16];
        let mut mode = answers.subscribe();
        while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
            let _ = mode.wait_for(|mode| !matches!(mode, Mode::Silent | Mode::Deaf)).await;
            if to_client.write_all(&buffer[..read]).await.is_err() {
                break;
            }
        }
    };
    tokio::select! {
        () = ask => {}
        () = answer => {}
    }
}
