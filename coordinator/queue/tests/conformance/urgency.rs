//! What goes first.

use crate::farm::{Farm, due, long, take};

pub async fn much_more_urgent_goes_first<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(long()).await;
    for (n, seconds) in [(1, 30 * 86_400), (2, 7200), (3, 30), (4, 600)] {
        queue.push(&due(n, seconds)).await.unwrap();
    }
    for n in [3, 4, 2, 1] {
        assert_eq!(take(&queue, "w").await.work.id, due(n, 0).id);
    }
}

pub async fn equally_urgent_goes_in_order<F: Farm>() {
    let farm = F::start();
    let queue = farm.open(long()).await;
    let deadline = due(0, 3600).deadline;
    for n in [5, 2, 9, 1] {
        let mut work = due(n, 0);
        work.deadline = deadline;
        queue.push(&work).await.unwrap();
    }
    for n in [5, 2, 9, 1] {
        assert_eq!(take(&queue, "w").await.work.id, due(n, 0).id);
    }
}
