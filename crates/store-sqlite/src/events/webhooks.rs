use domain::{ClientId, StepPosition, Trouble, Webhook, WebhookSecret};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use store::WebhookChange;

use crate::failure::Failure;

const COLUMNS: &str = "id, client, url, secret, added, paused, entry, within, delivered, last_delivery, \
                       trouble_since, trouble_attempts, trouble_next, trouble_text";

pub(super) fn add(connection: &Connection, webhook: &Webhook) -> Result<bool, Failure> {
    Ok(write(connection, "INSERT OR IGNORE", webhook)? == 1)
}

pub(super) fn list(connection: &Connection) -> Result<Vec<Webhook>, Failure> {
    let sql = format!("SELECT {COLUMNS} FROM webhook ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(())?;
    let mut webhooks = Vec::new();
    while let Some(row) = rows.next()? {
        webhooks.push(webhook(row)?);
    }
    Ok(webhooks)
}

pub(super) fn change(
    connection: &Connection,
    id: &ClientId,
    change: &WebhookChange,
) -> Result<Option<Webhook>, Failure> {
    let sql = format!("SELECT {COLUMNS} FROM webhook WHERE id = ?");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query((id.as_str(),))?;
    let found = rows.next()?.map(webhook).transpose()?;
    drop(rows);
    let Some(mut changed) = found else { return Ok(None) };
    change(&mut changed);
    changed.id = id.clone();
    write(connection, "REPLACE", &changed)?;
    Ok(Some(changed))
}

pub(super) fn hold(
    connection: &Connection,
    id: &ClientId,
    node: u64,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, Failure> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO webhook_turn (webhook, node, until) VALUES (?1, ?2, ?3) \
         ON CONFLICT (webhook) DO UPDATE SET node = ?2, until = ?3 WHERE node = ?2 OR until <= ?4",
    )?;
    let (until, now) = (until.as_millisecond(), now.as_millisecond());
    Ok(statement.execute((id.as_str(), node.cast_signed(), until, now))? == 1)
}

pub(super) fn remove(connection: &Connection, id: &ClientId) -> Result<bool, Failure> {
    connection.execute("DELETE FROM webhook_turn WHERE webhook = ?", (id.as_str(),))?;
    Ok(connection.execute("DELETE FROM webhook WHERE id = ?", (id.as_str(),))? == 1)
}

fn write(connection: &Connection, verb: &str, webhook: &Webhook) -> Result<usize, Failure> {
    let values = vec!["?"; COLUMNS.split(',').count()].join(", ");
    let sql = format!("{verb} INTO webhook ({COLUMNS}) VALUES ({values})");
    let trouble = webhook.trouble.as_ref();
    Ok(connection.prepare_cached(&sql)?.execute(params![
        webhook.id.as_str(),
        webhook.client.as_str(),
        webhook.url,
        webhook.secret.0,
        webhook.added.as_millisecond(),
        webhook.paused,
        webhook.position.entry,
        webhook.position.within,
        webhook.delivered.cast_signed(),
        webhook.last_delivery.map(Timestamp::as_millisecond),
        trouble.map(|trouble| trouble.since.as_millisecond()),
        trouble.map(|trouble| trouble.attempts),
        trouble.map(|trouble| trouble.next.as_millisecond()),
        trouble.map(|trouble| trouble.text.as_str()),
    ])?)
}

fn webhook(row: &Row<'_>) -> Result<Webhook, Failure> {
    let unreadable = |field| Failure::Unreadable { id: 0, field };
    let id = |column| -> Result<ClientId, Failure> {
        ClientId::parse(row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?)
            .ok_or(unreadable("id of a webhook"))
    };
    let moment = |column| -> Result<Option<Timestamp>, Failure> {
        let milliseconds: Option<i64> = row.get(column)?;
        let read =
            |at| Timestamp::from_millisecond(at).map_err(|_| unreadable("time of a webhook"));
        milliseconds.map(read).transpose()
    };
    let trouble = match (moment(10)?, moment(12)?) {
        (Some(since), Some(next)) => {
            Some(Trouble { since, attempts: row.get(11)?, next, text: row.get(13)? })
        }
        _ => None,
    };
    Ok(Webhook {
        id: id(0)?,
        client: id(1)?,
        url: row.get(2)?,
        secret: WebhookSecret(row.get(3)?),
        added: moment(4)?.ok_or(unreadable("time of a webhook"))?,
        paused: row.get(5)?,
        position: StepPosition { entry: row.get(6)?, within: row.get(7)? },
        delivered: row.get::<_, i64>(8)?.cast_unsigned(),
        last_delivery: moment(9)?,
        trouble,
    })
}
