use domain::{ClientId, StepPosition, Trouble, Webhook, WebhookSecret};
use jiff::Timestamp;
use store::WebhookChange;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use crate::database::Database;
use crate::failure::Failure;
use crate::row;

const COLUMNS: &str = "id, client, url, secret, added, paused, entry, within, delivered, last_delivery, \
                       trouble_since, trouble_attempts, trouble_next, trouble_text";

const INSERT: &str = "INSERT INTO webhook (id, client, url, secret, added, paused, entry, within, delivered, \
                      last_delivery, trouble_since, trouble_attempts, trouble_next, trouble_text) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
                      ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE webhook SET client = $2, url = $3, secret = $4, added = $5, paused = $6, entry = $7, \
                      within = $8, delivered = $9, last_delivery = $10, trouble_since = $11, \
                      trouble_attempts = $12, trouble_next = $13, trouble_text = $14 WHERE id = $1";

/// A webhook as its columns are written.
struct Written<'a> {
    webhook: &'a Webhook,
    id: &'a str,
    client: &'a str,
    secret: &'a [u8],
    moments: [Option<i64>; 4],
    counts: [i64; 2],
    attempts: Option<i64>,
    text: Option<&'a str>,
}

impl<'a> Written<'a> {
    fn of(webhook: &'a Webhook) -> Self {
        let trouble = webhook.trouble.as_ref();
        Self {
            webhook,
            id: webhook.id.as_str(),
            client: webhook.client.as_str(),
            secret: &webhook.secret.0,
            moments: [
                Some(webhook.added),
                webhook.last_delivery,
                trouble.map(|trouble| trouble.since),
                trouble.map(|trouble| trouble.next),
            ]
            .map(|moment| moment.map(Timestamp::as_millisecond)),
            counts: [webhook.position.within.into(), webhook.delivered.cast_signed()],
            attempts: trouble.map(|trouble| trouble.attempts.into()),
            text: trouble.map(|trouble| trouble.text.as_str()),
        }
    }

    fn parameters(&self) -> [(&(dyn ToSql + Sync), Type); 14] {
        let [added, last_delivery, since, next] = &self.moments;
        [
            (&self.id, Type::TEXT),
            (&self.client, Type::TEXT),
            (&self.webhook.url, Type::TEXT),
            (&self.secret, Type::BYTEA),
            (added, Type::INT8),
            (&self.webhook.paused, Type::TEXT),
            (&self.webhook.position.entry, Type::INT8),
            (&self.counts[0], Type::INT8),
            (&self.counts[1], Type::INT8),
            (last_delivery, Type::INT8),
            (since, Type::INT8),
            (&self.attempts, Type::INT8),
            (next, Type::INT8),
            (&self.text, Type::TEXT),
        ]
    }
}

pub(super) async fn add(database: &Database, webhook: &Webhook) -> Result<bool, Failure> {
    let written = Written::of(webhook);
    database
        .repeat("add a webhook", || async {
            let connection = database.connection().await?;
            Ok(connection.execute_typed(INSERT, &written.parameters()).await? == 1)
        })
        .await
}

pub(super) async fn list(database: &Database) -> Result<Vec<Webhook>, Failure> {
    let sql = format!("SELECT {COLUMNS} FROM webhook ORDER BY id");
    database
        .repeat_always("read webhooks", || async {
            let connection = database.connection().await?;
            connection.query_typed(&sql, &[]).await?.iter().map(read).collect()
        })
        .await
}

/// The row is locked while it is changed: of two nodes that change it, the second sees what the first made of it.
pub(super) async fn change(
    database: &Database,
    id: &ClientId,
    change: &WebhookChange,
) -> Result<Option<Webhook>, Failure> {
    let sql = format!("SELECT {COLUMNS} FROM webhook WHERE id = $1 FOR UPDATE");
    database
        .repeat("change a webhook", || async {
            let mut connection = database.connection().await?;
            let transaction = connection.transaction().await?;
            let row = transaction.query_typed_opt(&sql, &[(&id.as_str(), Type::TEXT)]).await?;
            let Some(row) = row else { return Ok(None) };
            let mut changed = read(&row)?;
            change(&mut changed);
            changed.id = id.clone();
            transaction.execute_typed(UPDATE, &Written::of(&changed).parameters()).await?;
            transaction.commit().await?;
            Ok(Some(changed))
        })
        .await
}

pub(super) async fn hold(
    database: &Database,
    id: &ClientId,
    node: u64,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, Failure> {
    let (node, now, until) = (node.cast_signed(), now.as_millisecond(), until.as_millisecond());
    let sql = "INSERT INTO webhook_turn AS t (webhook, node, until) VALUES ($1, $2, $3) \
               ON CONFLICT (webhook) DO UPDATE SET node = $2, until = $3 \
               WHERE t.node = $2 OR t.until <= $4";
    database
        .repeat_always("hold a webhook", || async {
            let parameters: [(&(dyn ToSql + Sync), Type); 4] = [
                (&id.as_str(), Type::TEXT),
                (&node, Type::INT8),
                (&until, Type::INT8),
                (&now, Type::INT8),
            ];
            let connection = database.connection().await?;
            Ok(connection.execute_typed(sql, &parameters).await? == 1)
        })
        .await
}

pub(super) async fn remove(database: &Database, id: &ClientId) -> Result<bool, Failure> {
    database
        .repeat("remove a webhook", || async {
            let connection = database.connection().await?;
            let sql = "WITH turn AS (DELETE FROM webhook_turn WHERE webhook = $1) \
                       DELETE FROM webhook WHERE id = $1";
            Ok(connection.execute_typed(sql, &[(&id.as_str(), Type::TEXT)]).await? == 1)
        })
        .await
}

fn read(row: &Row) -> Result<Webhook, Failure> {
    let unreadable = |field| Failure::Unreadable { id: 0, field };
    let id = |column| ClientId::parse(row.try_get(column)?).ok_or(unreadable("id of a webhook"));
    let moment = |column| -> Result<Option<Timestamp>, Failure> {
        let milliseconds: Option<i64> = row.try_get(column)?;
        let read = |at| row::moment(at).ok_or(unreadable("time of a webhook"));
        milliseconds.map(read).transpose()
    };
    let count = |column| -> Result<u32, Failure> {
        u32::try_from(row.try_get::<_, i64>(column)?).map_err(|_| unreadable("count of a webhook"))
    };
    let trouble = match (moment(10)?, moment(12)?) {
        (Some(since), Some(next)) => {
            Some(Trouble { since, attempts: count(11)?, next, text: row.try_get(13)? })
        }
        _ => None,
    };
    let secret: &[u8] = row.try_get(3)?;
    Ok(Webhook {
        id: id(0)?,
        client: id(1)?,
        url: row.try_get(2)?,
        secret: WebhookSecret(secret.try_into().map_err(|_| unreadable("secret of a webhook"))?),
        added: moment(4)?.ok_or(unreadable("time of a webhook"))?,
        paused: row.try_get(5)?,
        position: StepPosition { entry: row.try_get(6)?, within: count(7)? },
        delivered: row.try_get::<_, i64>(8)?.cast_unsigned(),
        last_delivery: moment(9)?,
        trouble,
    })
}
