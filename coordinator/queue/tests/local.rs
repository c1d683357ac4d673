//! What the queue on a file promises beyond what every queue does: the exact order of deadlines, across processes and kills. A process
//! with the file is killed in the middle of its work: what it was told is done, is done.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;
use verin_queue::work::B256;
use verin_queue::{Depth, LocalQueue, Options, Outcome, Queue, QueueError, Work};

/// Tells the process that is to be killed which file to work on.
const FILE: &str = "VERIN_QUEUE_KILLED_FILE";

fn work(n: u64) -> Work {
    let mut id = [0; 32];
    id[24..].copy_from_slice(&n.to_be_bytes());
    Work { id: id.into(), context: B256::ZERO, record: B256::ZERO, jobs: vec![], inputs: vec![], deadline: 10 }
}

/// Pushes, takes and hands in for ever, and says each time what it has done.
async fn work_until_killed(file: &str) {
    let queue = LocalQueue::open(file, Options::default()).await.unwrap();
    for n in 0.. {
        queue.push(&work(n)).await.unwrap();
        println!("\npushed");
        let lease = queue.take("w", Duration::ZERO).await.unwrap().unwrap();
        queue.hand_in(&lease, &Outcome::Impossible { why: n.to_string() }).await.unwrap();
        println!("\nhanded in");
    }
}

#[tokio::test]
async fn what_is_due_a_second_earlier_goes_first() {
    let dir = tempfile::TempDir::new().unwrap();
    let queue = LocalQueue::open(dir.path().join("queue.sqlite"), Options::default()).await.unwrap();
    let due = |n, deadline| Work { deadline, ..work(n) };
    for work in [due(1, 103), due(2, 102), due(3, u64::MAX), due(4, 101), due(5, 102)] {
        queue.push(&work).await.unwrap();
    }
    let mut order = Vec::new();
    while let Some(lease) = queue.take("w", Duration::ZERO).await.unwrap() {
        order.push(lease.work.id);
        // What comes back goes where it was.
        if lease.attempt == 1 && lease.work.deadline == 101 {
            queue.give_back(&lease).await.unwrap();
        }
    }
    assert_eq!(order, [4, 4, 2, 5, 1, 3].map(|n| work(n).id));
}

#[tokio::test]
async fn the_file_of_something_else_is_refused_and_kept() {
    let dir = tempfile::TempDir::new().unwrap();
    let (text, other) = (dir.path().join("text"), dir.path().join("other.sqlite"));
    std::fs::write(&text, "dear diary, ".repeat(100)).unwrap();
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE job (id INTEGER)").unwrap();
    for file in [&text, &other] {
        let before = std::fs::read(file).unwrap();
        let error = LocalQueue::open(file, Options::default()).await.unwrap_err();
        assert!(matches!(error, QueueError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains(&file.display().to_string()), "{error}");
        if file == &text {
            assert_eq!(std::fs::read(file).unwrap(), before);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_is_done() {
    if let Ok(file) = std::env::var(FILE) {
        return work_until_killed(&file).await;
    }
    let dir = tempfile::TempDir::new().unwrap();
    for kill_after in [1, 7, 20] {
        let file = dir.path().join(format!("{kill_after}.sqlite"));
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "what_was_done_is_done", "--nocapture"])
            .env(FILE, &file)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut count = |what: &str, most: u64| said.by_ref().filter(|line| line == what).take(most as usize).count();
        assert_eq!(count("handed in", kill_after), kill_after as usize);
        child.kill().unwrap();
        child.wait().unwrap();
        // What it did between our reading and its end was said, too, as far as it was done.
        let (mut pushed, mut handed_in) = (kill_after, kill_after);
        for line in said {
            pushed += u64::from(line == "pushed");
            handed_in += u64::from(line == "handed in");
        }
        let queue = LocalQueue::open(&file, Options::default()).await.unwrap();
        let Depth { waiting, leased, handed_in: delivered, dead } = queue.depth().await.unwrap();
        assert!(delivered == handed_in || delivered == handed_in + 1, "{delivered} of {handed_in} handed in");
        let there = waiting + leased + delivered;
        assert!(there == pushed || there == pushed + 1, "{there} of {pushed} pushed");
        assert_eq!(dead, 0);
        for n in 0..handed_in {
            let handed = queue.next_outcome(Duration::ZERO).await.unwrap().unwrap();
            assert_eq!((handed.work, handed.outcome), (work(n), Outcome::Impossible { why: n.to_string() }));
        }
    }
}
