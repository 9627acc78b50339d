//! What processes take of the machine, as the system tells it.

use std::fs;
use std::time::{Duration, Instant};

use crate::Outcome;

/// The unit in which Linux tells processor time to programs, on every machine.
const TICK: Duration = Duration::from_millis(10);

/// The most memory that a process has had resident, in bytes.
pub(crate) fn peak_memory(process: u32) -> Outcome<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).ok_or("no VmHWM")?;
    Ok(kib.parse::<u64>()? * 1024)
}

/// What a process asked of the system.
#[derive(Default)]
pub(crate) struct Work {
    /// How often a thread of it went to sleep.
    pub(crate) slept: u64,
    /// How often another thread took its core.
    pub(crate) ousted: u64,
    /// Writes, and their bytes.
    pub(crate) writes: u64,
    pub(crate) written: u64,
}

/// What a process has asked of the system so far.
pub(crate) fn work(process: u32) -> Outcome<Work> {
    let mut work = Work::default();
    for task in fs::read_dir(format!("/proc/{process}/task"))? {
        let status = fs::read_to_string(task?.path().join("status"))?;
        work.slept += field(&status, "voluntary_ctxt_switches:");
        work.ousted += field(&status, "nonvoluntary_ctxt_switches:");
    }
    let io = fs::read_to_string(format!("/proc/{process}/io"))?;
    (work.writes, work.written) = (field(&io, "syscw:"), field(&io, "wchar:"));
    Ok(work)
}

/// The number behind a name at the beginning of a line; 0 when there is none.
fn field(text: &str, name: &str) -> u64 {
    let number = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    number.unwrap_or(0)
}

/// Processor time, in user and in system mode, that a process has taken.
fn processor_time(process: u32) -> Outcome<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    Ok(ticks(times_of_process(&stat).ok_or("no processor times of the process")?))
}

/// The same of a process and all that it has started, those that have ended among them.
fn processor_time_of_family(parent: u32) -> Outcome<Duration> {
    let stat = fs::read_to_string(format!("/proc/{parent}/stat"))?;
    let mut sum = sum_of(&stat, 4).ok_or("no processor times of the process")?;
    for entry in fs::read_dir("/proc")? {
        // What has ended meanwhile is among the ended ones of its parent.
        let Ok(stat) = fs::read_to_string(entry?.path().join("stat")) else { continue };
        if parent_of(&stat) == Some(parent) {
            sum += times_of_process(&stat).unwrap_or_default();
        }
    }
    Ok(ticks(sum))
}

/// The fields after the name, which is in brackets and may hold anything.
fn times_of_process(stat: &str) -> Option<u64> {
    sum_of(stat, 2)
}

/// The first `count` of: in user mode, in system mode, and both again of ended children.
fn sum_of(stat: &str, count: usize) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let times: Result<Vec<u64>, _> =
        fields.split_whitespace().skip(11).take(count).map(str::parse).collect();
    times.ok().filter(|times| times.len() == count).map(|times| times.iter().sum())
}

fn parent_of(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Processor time that the whole machine has taken, all but idle and waiting.
fn machine_time() -> Outcome<Duration> {
    let stat = fs::read_to_string("/proc/stat")?;
    Ok(ticks(times_of_machine(&stat).ok_or("no processor times of the machine")?))
}

/// Of user, nice, system, idle, iowait, irq, softirq, steal: all but the fourth and the fifth.
fn times_of_machine(stat: &str) -> Option<u64> {
    let fields = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace().take(8);
    let times: Result<Vec<u64>, _> = fields.map(str::parse).collect();
    let times = times.ok().filter(|times| times.len() == 8)?;
    Some(times.iter().sum::<u64>() - times[3] - times[4])
}

fn ticks(count: u64) -> Duration {
    TICK.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
}

/// What is taken between two moments.
pub(crate) struct Meter {
    processes: Processes,
    began: Instant,
    at_start: Times,
}

/// Whose processor time is told.
#[derive(Clone, Default)]
pub(crate) struct Processes {
    /// The program that is measured: its nodes.
    pub(crate) servers: Vec<u32>,
    /// The first process of the database's server.
    pub(crate) database: Option<u32>,
}

struct Times {
    server: Duration,
    database: Duration,
    own: Duration,
    machine: Duration,
}

/// What was taken.
#[derive(Clone, Copy, Default)]
pub(crate) struct Spent {
    /// Time on the wall.
    pub(crate) wall: Duration,
    /// Processor time of the program that is measured.
    pub(crate) server: Duration,
    /// Processor time of the database's processes.
    pub(crate) database: Duration,
    /// Processor time of this program.
    pub(crate) own: Duration,
    /// Processor time of all other programs: they disturb.
    pub(crate) others: Duration,
}

impl Spent {
    /// How many cores other programs kept busy.
    pub(crate) fn disturbance(&self) -> f64 {
        self.others.as_secs_f64() / self.wall.as_secs_f64()
    }
}

impl Meter {
    /// Begins; `server` is the process of the program that is measured, if one is.
    pub(crate) fn start(server: Option<u32>) -> Outcome<Self> {
        Self::of(Processes { servers: server.into_iter().collect(), database: None })
    }

    /// Begins.
    pub(crate) fn of(processes: Processes) -> Outcome<Self> {
        let at_start = Times::read(&processes)?;
        Ok(Self { processes, at_start, began: Instant::now() })
    }

    /// Ends.
    pub(crate) fn stop(self) -> Outcome<Spent> {
        let wall = self.began.elapsed();
        let now = Times::read(&self.processes)?;
        let server = now.server.saturating_sub(self.at_start.server);
        let database = now.database.saturating_sub(self.at_start.database);
        let own = now.own.saturating_sub(self.at_start.own);
        let machine = now.machine.saturating_sub(self.at_start.machine);
        let others = machine.saturating_sub(server + database + own);
        Ok(Spent { wall, server, database, own, others })
    }
}

impl Times {
    fn read(processes: &Processes) -> Outcome<Self> {
        let Processes { servers, database } = processes;
        let servers = servers.iter().map(|process| processor_time(*process));
        let database = database.map(processor_time_of_family).transpose()?;
        Ok(Self {
            server: servers.sum::<Outcome<_>>()?,
            database: database.unwrap_or_default(),
            own: processor_time(std::process::id())?,
            machine: machine_time()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 15 5 20 0 8 0 1 1 1";
        assert_eq!(times_of_process(stat), Some(300));
        assert_eq!((sum_of(stat, 4), parent_of(stat)), (Some(320), Some(1)));
    }

    #[test]
    fn idle_and_waiting_are_not_taken() {
        assert_eq!(times_of_machine("cpu  1 2 3 1000 2000 4 5 6 7 8\ncpu0 1"), Some(21));
        assert_eq!(times_of_machine("cpu  1 2 3"), None);
    }
}
