//! Power is lost under load: what the service had begun to acknowledge is there when it is started again, once and whole,
//! whatever the disk did with all that was not flushed.
//!
//! `PRESENCE_POWER_ROUNDS` (10) moments in traces of some of them each, `PRESENCE_POWER_SEED` (1) and the number of calls
//! that are answered before the program is ended, `PRESENCE_POWER_CALLS` (60), choose the campaign, which must not pass midnight
//! in Belgium. With more than some 3 000 calls, a work has more registrations than a search looks at, and they are taken for lost.
//! `docs/reliability.md` has the last long one, and says what the model of the disk shows and what it does not.

mod answers;
mod load;
mod moments;
mod verdict;

use fastrand::Rng;
use testkit::power::{Disk, Fate, Strace, Trace};

use crate::kill::ledger::Figures;
use crate::kill::number;
use crate::server::is_left_out;
use answers::Answers;
use load::{Ending, Life};

/// So many moments are looked for in one trace.
const MOMENTS: u32 = 20;
/// How the program's lives end, one after another on the same folder.
const LIVES: &[Ending] = &[Ending::Killed, Ending::Stopped, Ending::Killed];

/// What was done to a folder from its beginning, and what was called.
struct Story {
    trace: Trace,
    lives: Vec<Life>,
}

/// Runs the program on `folder`, some lives long.
fn story(strace: Strace, folder: &tempfile::TempDir, calls: usize, rng: &mut Rng) -> Story {
    let (mut trace, mut lives) = (Trace::of(folder.path()), Vec::new());
    for (work, ending) in (1..).zip(LIVES) {
        let calls = rng.usize(calls / 2..=calls);
        let life = load::live(strace, trace, work, calls, *ending, rng);
        trace = life.0;
        lives.push(life.1);
    }
    Story { trace, lives }
}

/// The model must know everything that was written: with all of it kept, it holds what the real folder does.
fn assert_model_is_whole(disk: &Disk<'_>) {
    let all = tempfile::tempdir().expect("a folder");
    disk.lose_power(&mut Fate::that_keeps_everything(), all.path());
    verdict::assert_same(disk.root(), all.path());
}

/// Loses power at `count` moments of a story.
fn lose_power(story: &Story, count: usize, rng: &mut Rng) -> Figures {
    let answers = Answers::of(&story.trace);
    let mut disk = Disk::new(&story.trace);
    let mut figures = Figures::default();
    for moment in moments::choose(&story.trace, &answers, count, rng) {
        disk.go_to(moment);
        let seed = rng.u64(..);
        let mut fate = Fate::of_seed(seed);
        let folder = tempfile::tempdir().expect("a folder");
        disk.lose_power(&mut fate, folder.path());
        let told = format!(
            "at step {moment} of {}, {fate:?}, which left {}",
            story.trace.steps().len(),
            verdict::list(&load::data(folder.path()))
        );
        let known = story.lives.iter().map(|life| life.until(&answers, moment));
        let known: Vec<_> = known.collect();
        figures += verdict::judge(folder, &known, &told, rng);
    }
    disk.go_to(story.trace.steps().len());
    assert_model_is_whole(&disk);
    figures
}

#[test]
fn what_was_acknowledged_survives_the_loss_of_power() {
    if is_left_out("the folder of the embedded store") {
        return;
    }
    let Some(strace) = Strace::or_skip() else { return };
    let rounds = u32::try_from(number("PRESENCE_POWER_ROUNDS", 10)).expect("fits");
    let seed = number("PRESENCE_POWER_SEED", 1);
    let calls = usize::try_from(number("PRESENCE_POWER_CALLS", 60)).expect("fits");
    let mut rng = Rng::with_seed(seed);
    let mut figures = Figures::default();
    let mut left = rounds;
    let mut extent = moments::Extent::default();
    while left > 0 {
        let count = left.min(MOMENTS);
        left -= count;
        let folder = tempfile::tempdir().expect("a folder");
        let story = story(strace, &folder, calls, &mut rng);
        extent.add(&story.trace);
        figures += lose_power(&story, usize::try_from(count).expect("fits"), &mut rng);
    }
    println!(
        "seed {seed}: power lost {rounds} times, in {extent}; {} calls whose answer had been begun with {} registrations and {} \
         cancellations, all kept; of the calls that were cut off, {} were stored whole and {} not at all",
        figures.answered, figures.registered, figures.cancelled, figures.cut_kept, figures.cut_lost
    );
    assert!(figures.registered > 0, "there was load");
}
