//! What a valid message says is what we read, however it is written.

use fastrand::Rng;
use soap::decode::decode;
use soap::message::{Request, SearchRequest, SubmittedItem, Who};
use soap::xml::{Limits, to_text};

use super::{render, tree};

#[test]
fn what_is_written_is_read_in_every_style() {
    for seed in 0..1_500 {
        let mut rng = Rng::with_seed(seed);
        let mut root = tree::message(&mut rng);
        // A header may hold what must be understood.
        root.children.drain(..root.children.len() - 1);
        let bytes = render::message(&mut rng, &root);
        let text = to_text(&bytes, None).unwrap();
        let request = decode(&text, &Limits::default())
            .unwrap_or_else(|fault| panic!("seed {seed}: {fault:?}\n{text}"));
        let mut written = Vec::new();
        root.leaves(&mut written);
        let written: Vec<_> = written.into_iter().map(|(name, text)| value(name, &text)).collect();
        assert_eq!(read(&request), written, "seed {seed}\n{text}");
    }
}

/// The value that a text means.
fn value(name: &str, text: &str) -> String {
    let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
    match name {
        "CompanyID" | "PresenceRegistrationId" | "FirstRow" | "FetchSize" | "Sector" => {
            trimmed.parse::<i64>().expect("the pool's numbers are").to_string()
        }
        _ if name.ends_with("Date") => trimmed.to_owned(),
        _ => text.to_owned(),
    }
}

/// The values of a request, in the order of the schema.
fn read(request: &Request<'_>) -> Vec<String> {
    match request {
        Request::Register(items) => items.iter().flat_map(submitted).collect(),
        Request::Cancel(items) => {
            items.iter().flat_map(|item| [item.id.to_string(), item.reason.to_string()]).collect()
        }
        Request::Get(get) => vec![get.id.to_string()],
        Request::Search(search) => searched(search),
    }
}

fn submitted(item: &SubmittedItem<'_>) -> Vec<String> {
    let mut values: Vec<String> = item.date.iter().map(|date| date.text.to_string()).collect();
    match &item.who {
        Who::Worker { inss, company } => values.extend([inss.to_string(), company.to_string()]),
        Who::Limosa(id) => values.push(id.to_string()),
    }
    values.push(item.work_place.to_string());
    values.extend(item.reference.iter().map(ToString::to_string));
    values
}

fn searched(search: &SearchRequest<'_>) -> Vec<String> {
    let mut values: Vec<String> = search.inss.iter().map(ToString::to_string).collect();
    values.extend(search.company.iter().map(ToString::to_string));
    values.extend(search.work_place.iter().map(ToString::to_string));
    values.extend(search.statuses.iter().flatten().map(|status| status.protocol().to_owned()));
    values.extend(search.remarks.iter().flatten().map(|remark| remark.protocol().to_owned()));
    for period in &search.periods {
        values.extend([period.start.text.to_string(), period.end.text.to_string()]);
    }
    for moment in [&search.created_from, &search.created_until] {
        values.extend(moment.iter().map(|moment| moment.text.to_string()));
    }
    values.extend(search.sector.iter().map(ToString::to_string));
    if let Some(page) = &search.page {
        values.extend([page.first_row.to_string(), page.fetch_size.to_string()]);
    }
    if let Some(sort) = &search.sort {
        values.extend([sort.direction.protocol().to_owned(), sort.key.protocol().to_owned()]);
    }
    values
}
