use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use soap::TransportFault;

use super::*;

const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

fn quotas(calls: u32, rate: Option<u32>, burst: u32) -> Arc<Quotas> {
    Quotas::new(Allowance { calls, rate, burst }, [7; 32])
}

/// What nodes tell through a store, the last of each.
#[derive(Default)]
struct Board(HashMap<u64, HashMap<ReplayKey, ToldUse>>, i64);

impl Board {
    fn exchange(&mut self, node: u64, quotas: &Quotas) -> usize {
        let (own, now) = (quotas.to_tell(Instant::now()), Instant::now());
        self.1 += 1;
        let at = Timestamp::from_second(self.1).expect("a moment");
        let count = own.len();
        let told = own.into_iter().map(|of| (of.caller, ToldUse { node, at, of }));
        self.0.entry(node).or_default().extend(told);
        let others = self.0.iter().filter(|(other, _)| **other != node);
        let others = others.flat_map(|(_, told)| told.values().copied()).collect();
        quotas.hear(others, now);
        count
    }
}

fn accepted(quotas: &Arc<Quotas>) -> usize {
    (0..100).take_while(|_| quotas.begin(ADDRESS).is_ok()).count()
}

async fn pass(millis: u64) {
    tokio::time::advance(Duration::from_millis(millis)).await;
}

#[tokio::test(start_paused = true)]
async fn calls_at_another_node_count_here_from_the_first_on() {
    let (one, other, mut board) =
        (quotas(9, Some(1), 20), quotas(9, Some(1), 20), Board::default());
    assert_eq!(accepted(&one), 20);
    assert_eq!((board.exchange(1, &one), board.exchange(2, &other)), (1, 0));
    let refused = other.begin(ADDRESS).err();
    assert_eq!(refused, Some(TransportFault::TooManyCallsASecond { calls: 1 }));
    pass(2000).await;
    assert_eq!(accepted(&other), 2);
    board.exchange(2, &other);
    board.exchange(1, &one);
    assert_eq!((accepted(&one), accepted(&other)), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn over_time_nodes_together_accept_what_one_would() {
    let (one, other, mut board) =
        (quotas(9, Some(20), 1), quotas(9, Some(20), 1), Board::default());
    let mut count = 0;
    for tick in 0..4000 {
        pass(5).await;
        count += [&one, &other].into_iter().filter(|node| node.begin(ADDRESS).is_ok()).count();
        if tick % 100 == 0 {
            board.exchange(1, &one);
            board.exchange(2, &other);
        }
    }
    assert!((380..=440).contains(&count), "{count} in 20 seconds at 20 a second");
}

#[tokio::test(start_paused = true)]
async fn calls_that_run_at_another_node_count_here_until_they_end() {
    let (one, other, mut board) = (quotas(3, None, 1), quotas(3, None, 1), Board::default());
    let running = [one.begin(ADDRESS).expect("one"), one.begin(ADDRESS).expect("two")];
    board.exchange(1, &one);
    board.exchange(2, &other);
    let third = other.begin(ADDRESS).expect("three");
    let refused = other.begin(ADDRESS).err();
    assert_eq!(refused, Some(TransportFault::TooManyCallsAtOnce { calls: 3 }));
    drop((running, third));
    pass(500).await;
    assert_eq!(board.exchange(1, &one), 1, "that they ended");
    board.exchange(2, &other);
    let running: Vec<_> = (0..3).map(|_| other.begin(ADDRESS)).collect();
    assert!(running.iter().all(Result::is_ok));
}

#[tokio::test(start_paused = true)]
async fn a_node_that_is_gone_is_forgotten_also_without_the_store() {
    let (one, other, mut board) = (quotas(1, None, 1), quotas(1, None, 1), Board::default());
    let _running = one.begin(ADDRESS).expect("free");
    board.exchange(1, &one);
    board.exchange(2, &other);
    assert!(other.begin(ADDRESS).is_err());
    pass(2000).await;
    // What it told lies there as before.
    board.exchange(2, &other);
    assert!(other.begin(ADDRESS).is_err());
    pass(1000).await;
    other.hear_nothing(Instant::now());
    assert!(other.begin(ADDRESS).is_ok());
    board.exchange(2, &other);
    assert!(other.begin(ADDRESS).is_ok(), "old news is no news");
}

#[tokio::test(start_paused = true)]
async fn of_a_new_node_only_those_calls_count_whose_time_is_not_over() {
    let (one, mut board) = (quotas(9, Some(10), 10), Board::default());
    for _ in 0..100 {
        pass(100).await;
        assert!(one.begin(ADDRESS).is_ok());
    }
    board.exchange(1, &one);
    let other = quotas(9, Some(10), 10);
    board.exchange(2, &other);
    assert_eq!(accepted(&other), 9, "one is not over");
}

#[tokio::test(start_paused = true)]
async fn little_use_is_not_told() {
    let (one, mut board) = (quotas(128, Some(100), 100), Board::default());
    let running: Vec<_> = (0..6).map(|_| one.begin(ADDRESS).expect("free")).collect();
    assert_eq!(board.exchange(1, &one), 0);
    drop(running);
    let free = quotas(128, None, 100);
    let running: Vec<_> = (0..15).map(|_| free.begin(ADDRESS).expect("free")).collect();
    assert_eq!(board.exchange(1, &free), 0);
    let more = free.begin(ADDRESS).expect("free");
    assert_eq!(board.exchange(1, &free), 1);
    drop((running, more));
    assert_eq!(board.exchange(1, &free), 1, "that they ended");
    assert_eq!(board.exchange(1, &free), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_given_back_at_another_node_is_given_back_here() {
    let (one, other, mut board) = (quotas(9, Some(1), 4), quotas(9, Some(1), 4), Board::default());
    let calls: Vec<_> = (0..4).map(|_| one.begin(ADDRESS).expect("free")).collect();
    board.exchange(1, &one);
    board.exchange(2, &other);
    assert_eq!(accepted(&other), 0);
    for call in &calls {
        call.0.lock().expect("nobody panicked").refund();
    }
    board.exchange(1, &one);
    board.exchange(2, &other);
    assert_eq!(accepted(&other), 4);
}
