use ::store::{Backlog, Store};
use domain::{StepPosition, Webhook};
use jiff::{SignedDuration, Timestamp};

use super::report::{Level, Report};
use super::store::unreadable;

/// More than this is not done in a moment: some seconds of checking.
const MANY: u64 = 100_000;
/// So many of the registrations that are set aside are named.
const NAMED: u32 = 10;
/// How long a receiver may be in trouble before somebody should look.
const TROUBLE: SignedDuration = SignedDuration::from_hours(1);
/// So many steps behind, without any trouble: nobody delivers.
const BEHIND: i64 = 10_000;

/// What waits: checks, and webhooks.
pub(super) async fn examine(store: &dyn Store, now: Timestamp, report: &mut Report) {
    match store.checks().backlog().await {
        Ok(backlog) => {
            checks(backlog, report);
            if backlog.aside > 0 {
                match store.checks().aside(NAMED).await {
                    Ok(first) => set_aside(backlog.aside, &first, report),
                    Err(error) => unreadable(report, "checks", &error),
                }
            }
        }
        Err(error) => unreadable(report, "checks", &error),
    }
    let webhooks = store.events().webhooks().await;
    let last = store.events().last_step().await;
    match webhooks.and_then(|webhooks| last.map(|last| (webhooks, last))) {
        Ok((webhooks, _)) if webhooks.is_empty() => report.well("webhooks", "there are none"),
        Ok((webhooks, last)) => {
            for webhook in &webhooks {
                tell_of(webhook, last, now, report);
            }
        }
        Err(error) => unreadable(report, "webhooks", &error),
    }
}

fn checks(Backlog { new, again, changes, .. }: Backlog, report: &mut Report) {
    let text =
        format!("{new} new registrations wait, {again} again, {changes} changes of registers");
    if new.saturating_add(again).saturating_add(changes) > MANY {
        let todo = "see whether a service runs, and whether its log tells of failed checks; while the wait grows, raise check_batch";
        report.tell(Level::Warning, "checks", text, todo);
    } else {
        report.well("checks", text);
    }
}

fn set_aside(count: u64, first: &[i64], report: &mut Report) {
    let mut named = first.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    if count > first.len() as u64 {
        named.push_str(", …");
    }
    let text = format!("{count} registrations cannot be checked and are set aside: {named}");
    let todo = "look for these numbers in the log, which says why; if a newer version of the program wrote them, bring this node up to \
                it; else keep a copy of the data and see to the disk. Each start of the service tries them again";
    report.tell(Level::Warning, "checks", text, todo);
}

fn tell_of(webhook: &Webhook, last: StepPosition, now: Timestamp, report: &mut Report) {
    let id = webhook.id.as_str();
    let behind = last.entry.saturating_sub(webhook.position.entry);
    if let Some(why) = &webhook.paused {
        let text = format!("{id} is paused ({why}), {behind} entries behind");
        report.tell(
            Level::Note,
            "webhooks",
            text,
            format!("`presence webhook resume {id}`, or remove it"),
        );
    } else if let Some(trouble) = &webhook.trouble {
        let long = now.duration_since(trouble.since) > TROUBLE;
        let text = format!(
            "{id}: nothing has arrived since {:.0}, {} attempts, {behind} entries behind: {}",
            trouble.since, trouble.attempts, trouble.text
        );
        let level = if long { Level::Warning } else { Level::Note };
        report.tell(
            level,
            "webhooks",
            text,
            "ask whoever runs the receiver; it is tried again by itself",
        );
    } else if behind > BEHIND {
        let text = format!("{id} is {behind} entries behind");
        let todo = "see whether a service runs; if it does, its receiver takes less than comes";
        report.tell(Level::Warning, "webhooks", text, todo);
    } else {
        report.well("webhooks", format!("{id} is {behind} entries behind"));
    }
}
