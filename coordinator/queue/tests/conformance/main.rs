//! What a queue promises, asked of both implementations.
//!
//! Each promise is one function, generic over the [`Farm`](farm::Farm) that it is asked of; the table below names them all.
//!
//! ```text
//! farm           a queue's files or server, of each kind
//! delivery       push, take, hand in, acknowledge; once, whatever is repeated
//! urgency        what goes first
//! leases         lapsing, heartbeats, fences, giving back
//! attempts       failures, and dead letters
//! withdrawal     work that needs no proof any more
//! pressure       as much waits as may
//! workers        who is there
//! concurrency    many at once
//! durability     restarts
//! hostility      what is not ours
//! ```

mod attempts;
mod concurrency;
mod delivery;
mod durability;
mod farm;
mod hostility;
mod leases;
mod pressure;
mod urgency;
mod withdrawal;
mod workers;

macro_rules! promises {
    ($($group:ident: $($promise:ident)*;)*) => {
        mod local {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    crate::$group::$promise::<crate::farm::Local>().await;
                }
            )*)*
        }
        mod nats {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    crate::$group::$promise::<crate::farm::Nats>().await;
                }
            )*)*
        }
    };
}

promises! {
    delivery:
        work_comes_back_as_it_was_asked
        what_waits_is_taken_as_soon_as_it_is_pushed
        an_outcome_comes_again_until_it_is_acknowledged
        an_outcome_waits_for_its_coordinator
        pushing_again_adds_nothing
        handing_in_again_is_the_same_hand_in
        inputs_and_outcomes_of_megabytes_pass;
    urgency:
        much_more_urgent_goes_first
        equally_urgent_goes_in_order;
    leases:
        a_lease_that_lapses_goes_to_another
        heartbeats_keep_a_lease
        a_late_worker_is_fenced
        of_two_that_hand_in_one_wins
        who_is_late_and_not_replaced_may_hand_in
        giving_back_is_at_once_and_does_not_count
        a_lease_that_is_over_cannot_be_used;
    attempts:
        what_fails_is_tried_again_and_then_dead
        what_lapses_too_often_is_dead
        a_dead_letter_is_removed_by_withdrawing
        what_is_refused_is_tried_again_and_then_dead
        what_is_impossible_is_an_outcome;
    withdrawal:
        what_waits_is_not_taken_any_more
        who_has_it_is_fenced
        an_outcome_that_nobody_wants_is_not_delivered
        what_is_withdrawn_is_not_pushed_again;
    pressure:
        a_full_queue_refuses_until_something_is_taken
        depth_counts_what_is_where;
    workers:
        workers_are_known_while_they_announce_themselves
        a_heartbeat_says_how_far_a_worker_is;
    concurrency:
        five_hundred_works_are_acknowledged_once_each
        each_work_goes_to_one_of_many
        the_same_push_by_many_is_one;
    durability:
        everything_is_there_after_a_restart
        a_lease_outlives_a_restart
        what_is_over_stays_over_after_a_restart;
    hostility:
        what_is_not_ours_stops_nobody;
}
