use std::fs;

use crate::Outcome;

/// The machine in a line: processor, cores, memory, kernel.
pub(crate) fn describe() -> Outcome<String> {
    let cores = std::thread::available_parallelism()?;
    let processor = fs::read_to_string("/proc/cpuinfo")?;
    let processor = value(&processor, "model name").unwrap_or("unknown processor");
    let memory = fs::read_to_string("/proc/meminfo")?;
    let memory = value(&memory, "MemTotal").and_then(|text| text.strip_suffix(" kB"));
    let gibibytes = memory.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() >> 20;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    Ok(format!("{cores} cores ({processor}), {gibibytes} GiB of memory, Linux {}", kernel.trim()))
}

/// What stands behind the first `key` and a colon.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim())
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn values_stand_behind_a_colon() {
        let text = "processor\t: 0\nmodel name\t: Some: CPU\nmodel name\t: Other\n";
        assert_eq!(value(text, "model name"), Some("Some: CPU"));
        assert_eq!(value(text, "flags"), None);
    }
}
