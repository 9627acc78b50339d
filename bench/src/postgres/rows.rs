//! The rows that the bare program stores: those of the program, a column each array.

use std::pin::Pin;

use domain::Channel;
use jiff::civil::{Date, date};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Statement};

use crate::Outcome;
use crate::bare::{CONSTRUCTION, Past, REGISTERED, SENDER_COMPANY, SENDER_ID, SENDER_TYPE};
use crate::population::Call;

const COLUMNS: &str = "id, day, employer, works, company, inss, reference, sector, created, channel, sender_id, \
                       sender_company, sender_type, status, remarks, validated";
const UNNEST: &str = "SELECT * FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::text[], $5::bigint[], \
                      $6::bigint[], $7::text[], $8::smallint[], $9::bigint[], $10::smallint[], $11::text[], \
                      $12::bigint[], $13::text[], $14::smallint[], $15::integer[], $16::bigint[])";
const TYPES: [Type; 16] = [
    Type::INT8,
    Type::INT4,
    Type::INT8,
    Type::TEXT,
    Type::INT8,
    Type::INT8,
    Type::TEXT,
    Type::INT2,
    Type::INT8,
    Type::INT2,
    Type::TEXT,
    Type::INT8,
    Type::TEXT,
    Type::INT2,
    Type::INT4,
    Type::INT8,
];

/// The statement that stores rows with `unnest`.
pub(crate) async fn unnest(client: &Client) -> Outcome<Statement> {
    Ok(client.prepare(&format!("INSERT INTO registration ({COLUMNS}) {UNNEST}")).await?)
}

/// The statement that stores them with `COPY`.
pub(crate) async fn copy(client: &Client) -> Outcome<Statement> {
    let copy = format!("COPY registration ({COLUMNS}) FROM STDIN (FORMAT binary)");
    Ok(client.prepare(&copy).await?)
}

/// Rows of registrations.
#[derive(Default)]
pub(crate) struct Rows<'p> {
    id: Vec<i64>,
    day: Vec<i32>,
    employer: Vec<i64>,
    works: Vec<&'p str>,
    inss: Vec<i64>,
    reference: Vec<&'p str>,
    sector: Vec<i16>,
    created: Vec<i64>,
    channel: Vec<i16>,
    sender_id: Vec<&'p str>,
    sender_company: Vec<i64>,
    sender_type: Vec<&'p str>,
    status: Vec<i16>,
    remarks: Vec<i32>,
    validated: Vec<Option<i64>>,
}

impl<'p> Rows<'p> {
    /// A call's, as they are stored first.
    pub(crate) fn of_call(call: &Call<'p>, first: i64, day: Date) -> Self {
        let mut rows = Self::default();
        let (day, works) = (day_number(day), call.works.as_str());
        for (id, worker) in (first..).zip(call.workers) {
            rows.put(id, day, (call.employer.number, works, worker.number));
            rows.created.push(i64::from(day) * 86_400_000);
            rows.status.push(REGISTERED);
            rows.validated.push(None);
        }
        rows
    }

    /// One of the past, checked in its time.
    pub(crate) fn put_past(&mut self, id: i64, past: &Past<'p>, created: i64, status: i16) {
        self.put(id, day_number(past.day), (past.employer, past.works, past.inss));
        self.created.push(created);
        self.status.push(status);
        self.validated.push(Some(created + 60_000));
    }

    fn put(&mut self, id: i64, day: i32, (employer, works, inss): (i64, &'p str, i64)) {
        self.id.push(id);
        self.day.push(day);
        self.employer.push(employer);
        self.works.push(works);
        self.inss.push(inss);
        self.reference.push("REF-00000001");
        self.sector.push(CONSTRUCTION);
        self.channel.push(Channel::WebService.number().into());
        self.sender_id.push(SENDER_ID);
        self.sender_company.push(SENDER_COMPANY.number().cast_signed());
        self.sender_type.push(SENDER_TYPE);
        self.remarks.push(0);
    }

    pub(crate) fn len(&self) -> usize {
        self.id.len()
    }

    /// Stores them, with a statement of [`unnest`].
    pub(crate) async fn unnest(&self, client: &Client, statement: &Statement) -> Outcome<()> {
        let arrays: [&(dyn ToSql + Sync); 16] = [
            &self.id,
            &self.day,
            &self.employer,
            &self.works,
            &self.employer,
            &self.inss,
            &self.reference,
            &self.sector,
            &self.created,
            &self.channel,
            &self.sender_id,
            &self.sender_company,
            &self.sender_type,
            &self.status,
            &self.remarks,
            &self.validated,
        ];
        client.execute(statement, &arrays).await?;
        Ok(())
    }

    /// Stores them, with a statement of [`copy`].
    pub(crate) async fn copy(&self, client: &Client, statement: &Statement) -> Outcome<()> {
        let sink = client.copy_in(statement).await?;
        let writer = BinaryCopyInWriter::new(sink, &TYPES);
        let mut writer = std::pin::pin!(writer);
        for place in 0..self.len() {
            self.write(writer.as_mut(), place).await?;
        }
        writer.finish().await?;
        Ok(())
    }

    async fn write(&self, writer: Pin<&mut BinaryCopyInWriter>, place: usize) -> Outcome<()> {
        let row: [&(dyn ToSql + Sync); 16] = [
            &self.id[place],
            &self.day[place],
            &self.employer[place],
            &self.works[place],
            &self.employer[place],
            &self.inss[place],
            &self.reference[place],
            &self.sector[place],
            &self.created[place],
            &self.channel[place],
            &self.sender_id[place],
            &self.sender_company[place],
            &self.sender_type[place],
            &self.status[place],
            &self.remarks[place],
            &self.validated[place],
        ];
        Ok(writer.write(&row).await?)
    }
}

/// A day as the store has it.
pub(crate) fn day_number(day: Date) -> i32 {
    let hours = day.duration_since(date(1970, 1, 1)).as_hours();
    i32::try_from(hours / 24).expect("every day of the calendar fits")
}
