//! The page as HTML: one column that reads well on a phone, in the dark too, and without any style.

use std::fmt::Write as _;

use app::WorkToRegisterAt;
use domain::{Coordinates, Site};
use rest::oauth::SERVICE_PATH;
use serde_json::{Value, json};

use super::words::Words;

/// Its digest stands in the policy of the page.
pub(super) const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:1rem}\
dt{font-weight:600}dd{margin:0 0 .5rem}code,pre{font:1rem/1.4 ui-monospace,monospace;overflow-wrap:anywhere}\
pre{white-space:pre-wrap;border:1px solid;padding:.5rem}.reference{font-size:1.5rem;letter-spacing:.1em}\
.note{border-left:.3rem solid;padding-left:.7rem}:root{color-scheme:light dark}";

/// The page of a work; `url` is where callers reach the service, empty where it does not know that.
pub(super) fn work(words: &Words, work: &WorkToRegisterAt, url: &str) -> String {
    let WorkToRegisterAt { work, today, day } = work;
    let mut main = format!("<h1>{}</h1>\n<dl>\n", words.title);
    let mut item = |name: &str, value: &str| {
        _ = writeln!(main, "<dt>{name}</dt><dd>{value}</dd>");
    };
    item(words.reference, &format!("<code class=\"reference\">{}</code>", work.reference));
    item(words.sector, words.sector_name(work.sector));
    for site in &work.sites {
        item(words.place, &place(site));
    }
    for (name, day) in [(words.from, work.period.from()), (words.until, work.period.until())] {
        if let Some(day) = day {
            item(name, &format!("<time datetime=\"{day}\">{}</time>", day.strftime("%d/%m/%Y")));
        }
    }
    main.push_str("</dl>\n");
    for (holds, text) in
        [(!work.subject, words.not_subject), (!work.period.contains(*today), words.not_today)]
    {
        if holds {
            _ = writeln!(main, "<p class=\"note\" role=\"note\">{text}</p>");
        }
    }
    let kind = if *day { words.day } else { words.moments };
    _ = writeln!(
        main,
        "<h2>{}</h2>\n<ol>\n<li>{}</li>\n<li>{}</li>\n<li>{kind}</li>\n</ol>",
        words.how, words.ask, words.before
    );
    let call = example(&work.sites, work.reference.as_str(), *day, &today.to_string());
    let call = format!("POST {url}{SERVICE_PATH}/presenceRegistrations/registerInBulk\n\n{call:#}");
    _ = writeln!(
        main,
        "<h2>{}</h2>\n<p>{}</p>\n<pre tabindex=\"0\"><code>{}</code></pre>\n<p><small>{}</small></p>",
        words.developers,
        words.soap,
        escaped(&call),
        words.nothing_kept
    );
    whole(words, words.title, &main)
}

/// A page that only says something.
pub(super) fn message(words: &Words, [title, text]: [&str; 2]) -> String {
    whole(words, title, &format!("<h1>{title}</h1>\n<p>{text}</p>\n"))
}

fn whole(words: &Words, title: &str, main: &str) -> String {
    let language = words.language;
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n{main}</main>\n</body>\n</html>\n"
    )
}

/// The address, else the coordinates, of a site.
fn place(site: &Site) -> String {
    match (&site.address, site.coordinates) {
        (Some(address), _) => {
            let box_number = address.box_number.as_deref().map(|it| format!(" / {it}"));
            escaped(&format!(
                "{} {}{}, {} {}",
                address.street,
                address.house_number,
                box_number.unwrap_or_default(),
                address.post_code,
                address.municipality
            ))
        }
        (None, Some(point)) => format!("{}, {}", point.latitude(), point.longitude()),
        (None, None) => "-".to_owned(),
    }
}

/// A call that registers somebody at the work.
fn example(sites: &[Site], reference: &str, day: bool, today: &str) -> Value {
    let mut item = json!({
        "registrationDate": if day { today.to_owned() } else { format!("{today}T08:00:00+01:00") },
        "type": if day { "DAY" } else { "IN" },
        "ssin": "…",
        "employer": { "enterpriseNumber": "…" },
        "contractualRelationshipReference": reference,
    });
    if !day {
        item["placeOfWork"] = match sites.iter().find_map(|site| site.coordinates) {
            Some(point) => json!({ "coordinates": coordinates(point) }),
            None => sites.iter().find_map(|site| site.address.as_ref()).map_or_else(
                || json!({ "coordinates": { "longitude": "…", "latitude": "…" } }),
                |address| {
                    json!({ "address": {
                        "postCode": &*address.post_code,
                        "municipalityName": &*address.municipality,
                        "streetName": &*address.street,
                        "houseNumber": &*address.house_number,
                    } })
                },
            ),
        };
    }
    json!({ "items": [item] })
}

fn coordinates(point: Coordinates) -> Value {
    json!({ "longitude": point.longitude(), "latitude": point.latitude() })
}

/// Text for HTML. What a register has may be anything.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use domain::{Address, Sector, Work, sample};
    use jiff::civil::date;
    use rest::api::Language;

    use super::*;

    #[test]
    fn what_a_register_has_is_text_and_nothing_else() {
        let mut shown = Work::new(sample::works_reference(1), Sector::Construction);
        let address = Address {
            post_code: "1070".into(),
            municipality: "<script>alert(1)</script>".into(),
            street: "\"onload='x' &".into(),
            house_number: "1".into(),
            box_number: None,
        };
        shown.sites = vec![Site { address: Some(address), coordinates: None }];
        let shown = WorkToRegisterAt { work: shown, today: date(2026, 11, 25), day: false };
        let page = work(Words::of(Language::English), &shown, "https://presence.example");
        assert!(!page.contains("<script") && !page.contains("onload='"), "{page}");
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    }
}
