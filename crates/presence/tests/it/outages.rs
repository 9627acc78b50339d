//! What happens to the database happens to real processes here, under load over either door. Whatever was acknowledged is
//! there afterwards, once, with its number and its history; callers are told in time to come again; and the program goes
//! on by itself.
//!
//! `PRESENCE_OUTAGE_ROUNDS` (2), `PRESENCE_OUTAGE_SEED` (1) and `PRESENCE_OUTAGE_PAUSE` (0: seconds that a database stands
//! still at least) choose the campaign; it must not pass midnight in Belgium. `docs/reliability.md` has the last long one.

mod disk;
mod door;
mod load;
pub(crate) mod proxy;
mod refusals;
mod scene;

use std::time::Duration;

use testkit::{PostgresServer, shared_postgres};

use crate::kill::number;
use disk::SmallDisk;
use proxy::{Proxy, Side};
use scene::{Scene, rounds};

/// How many refusals of each door an outage lasts.
const REFUSALS: usize = 4;

#[test]
fn a_database_that_is_killed_loses_and_doubles_nothing() {
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let mut scene = Scene::over(&server.new_database(), 1);
    for _ in 0..rounds() {
        scene.round(|_, load| {
            server.kill_all();
            load.refusals(REFUSALS);
            server.start_again();
        });
    }
    println!("database killed: {}", scene.close());
}

#[test]
fn a_database_that_stands_still_keeps_nobody_waiting() {
    let Some(server) = PostgresServer::start_or_skip() else { return };
    let pause = Duration::from_secs(number("PRESENCE_OUTAGE_PAUSE", 0));
    let mut scene = Scene::over(&server.new_database(), 1);
    for _ in 0..rounds() {
        scene.round(|_, load| {
            server.pause();
            load.lasts(pause);
            load.refusals(REFUSALS);
            server.resume();
        });
    }
    println!("database stopped: {}", scene.close());
}

/// The server is killed, or stands still and does not come back; its standby takes its place.
#[test]
fn a_standby_that_takes_over_has_everything() {
    let Some(first) = PostgresServer::start_or_skip() else { return };
    let database = first.new_database();
    let database = database.rsplit('=').next().expect("a name");
    let second = first.start_standby();
    let mut scene = Scene::over(&first.url_with(&second, database), 1);
    let (mut primary, mut standby) = (&first, &second);
    for round in 0..rounds() {
        // Either server, be it the first in the address or not, is killed and stands still in its turn.
        let stands_still = matches!(round % 4, 0 | 3);
        scene.round(|_, load| {
            if stands_still {
                primary.pause();
            } else {
                primary.kill_all();
            }
            load.refusals(REFUSALS);
            standby.promote();
        });
        if stands_still {
            primary.kill_all();
        }
        standby.take_as_standby(primary);
        (primary, standby) = (standby, primary);
    }
    println!("failed over: {}", scene.close());
}

/// In the middle of a statement, or of its answer.
#[test]
fn connections_that_are_cut_lose_and_double_nothing() {
    let Some(server) = shared_postgres() else { return };
    let url = server.new_database();
    let database = url.rsplit('=').next().expect("a name").to_owned();
    let proxy = Proxy::before(server.socket());
    let mut scene = Scene::over(&proxy.url(&database), 1);
    for _ in 0..rounds() {
        scene.round(|scene, load| {
            for cut in 0..6 {
                match cut % 3 {
                    0 => proxy.cut_after(scene.rng.i64(1..60_000), Side::Program),
                    1 => proxy.cut_after(scene.rng.i64(1..3000), Side::Database),
                    _ => {
                        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
                        server.ask(&database, cut);
                    }
                }
                load.answers(scene.rng.usize(5..30));
            }
            proxy.heal();
        });
    }
    println!("connections cut: {}", scene.close());
}

/// Its server may end for want of room; whoever runs it makes room and starts it again.
#[test]
fn a_disk_that_is_full_loses_and_doubles_nothing() {
    // What every round leaves has to find room, too.
    let Some(disk) = SmallDisk::mount_or_skip(160 + 20 * rounds()) else { return };
    let small = ["max_wal_size=8MB", "min_wal_size=2MB", "wal_recycle=off", "wal_init_zero=off"];
    let Some(server) = PostgresServer::start_in(disk.path(), &["--wal-segsize=1"], &small) else {
        return;
    };
    let mut scene = Scene::over(&server.new_database(), 1);
    for _ in 0..rounds() {
        scene.round(|_, load| {
            disk.fill();
            load.refusals(REFUSALS);
            disk.empty();
            server.revive();
        });
    }
    println!("disk full: {}", scene.close());
}

/// The callers of the other node notice nothing.
#[test]
fn a_node_that_is_killed_takes_nothing_with_it() {
    let Some(server) = shared_postgres() else { return };
    let mut scene = Scene::over(&server.new_database(), 2);
    for _ in 0..rounds() {
        scene.round(|scene, load| {
            // SIGKILL: nothing of the program runs any more.
            drop(scene.nodes.remove(0));
            load.answers(100);
        });
        let node = scene.start();
        scene.nodes.push(node);
    }
    assert_eq!(scene.refused(), 0, "nobody was refused");
    println!("one of two nodes killed: {}", scene.close());
}
