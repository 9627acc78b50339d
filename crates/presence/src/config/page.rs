use std::fmt::Write as _;

use super::SETTINGS;

const HEAD: &str = "\
# Settings

This page is made by `presence settings`; a test holds it equal to the program.

Every setting can be given in three ways:

- as a flag: `presence serve --max-body-bytes \"4 MiB\"`;
- as an environment variable: `PRESENCE_MAX_BODY_BYTES=\"4 MiB\"`;
- in a TOML file, one setting a line: `max_body_bytes = \"4 MiB\"`. The file is named by `--config FILE` or
  `PRESENCE_CONFIG`; without either, none is read.

A flag comes before a variable, a variable before the file, the file before the default. An unknown key in the file is
an error; an unknown variable that begins with `PRESENCE_` is a warning in the log. All mistakes are shown at once, and
the program does not start with one.
";

/// The page that describes every setting, in Markdown.
pub(crate) fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut chapter = "";
    for setting in SETTINGS {
        if setting.chapter != chapter {
            chapter = setting.chapter;
            line(&mut page, format_args!("\n## {chapter}"));
        }
        line(&mut page, format_args!("\n### `{}`\n", setting.key));
        line(&mut page, format_args!("{}\n", setting.doc));
        line(
            &mut page,
            format_args!("- Flag `{}`, variable `{}`", setting.flag(), setting.variable()),
        );
        line(&mut page, format_args!("- Takes {}", setting.takes));
        match setting.default {
            Some(default) => line(&mut page, format_args!("- Default: `{default}`")),
            None => line(&mut page, format_args!("- Default: none")),
        }
    }
    page
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(page, "{text}").expect("a String takes every text");
}
