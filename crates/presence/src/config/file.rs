use std::path::Path;

use toml::{Table, Value};

use super::nearest::nearest;
use super::{Problem, SETTINGS, Source};

/// The values of a file of settings, by key and as text; what cannot be one is added to `problems`.
pub(super) fn values(
    path: &Path,
    text: &str,
    problems: &mut Vec<Problem>,
) -> Vec<(String, String)> {
    let table = match text.parse::<Table>() {
        Ok(table) => table,
        Err(error) => {
            problems.push(problem(
                path,
                "the file",
                format!("it is not TOML: {}", error.to_string().trim_end()),
                "write one setting a line: key = value".to_owned(),
            ));
            return Vec::new();
        }
    };
    table.into_iter().filter_map(|(key, value)| pair(path, key, value, problems)).collect()
}

fn pair(
    path: &Path,
    key: String,
    value: Value,
    problems: &mut Vec<Problem>,
) -> Option<(String, String)> {
    let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
        let allowed = match nearest(&key, SETTINGS.iter().map(|setting| setting.key)) {
            Some(near) => format!("the nearest one is {near}"),
            None => "`presence settings` lists them".to_owned(),
        };
        problems.push(problem(path, &key, "there is no such setting".to_owned(), allowed));
        return None;
    };
    let text = match value {
        Value::String(text) => text,
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(switch) => switch.to_string(),
        other => {
            let wrong = format!("no setting is of type {}", other.type_str());
            problems.push(problem(path, &key, wrong, format!("allowed: {}", setting.takes)));
            return None;
        }
    };
    Some((key, text))
}

fn problem(path: &Path, setting: &str, wrong: String, allowed: String) -> Problem {
    Problem { setting: setting.to_owned(), source: Source::File(path.to_owned()), wrong, allowed }
}
