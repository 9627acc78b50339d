//! Imports of addresses: like an update of a register whose keys are the regions that it brings.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use async_trait::async_trait;
use domain::place::{AddressesOfRegion, Region, RegisteredAddress};
use domain::{AuditEntry, Error};
use jiff::Timestamp;
use store::AddressStaging;
use store::layout::Cell;
use tokio_postgres::types::{ToSql, Type};

use super::row;
use crate::audit;
use crate::database::Database;
use crate::failure::Failure;
use crate::import::Kind::{Int, Long, Text};
use crate::import::{Form, Gathered, Swap, Table, lock};

/// How many streets are remembered as gathered; there are some 200 000.
const STREETS: usize = 1_000_000;

/// The places of the tables in [`TABLES`].
pub(super) const STREET: usize = 0;
pub(super) const NAME: usize = 1;
pub(super) const ADDRESS: usize = 2;

const TABLES: &[Table] = &[
    Table {
        name: "address_street",
        columns: &[
            ("region", Int),
            ("street", Long),
            ("post_code", Int),
            ("municipality_nl", Text),
            ("municipality_fr", Text),
            ("municipality_de", Text),
            ("nl", Text),
            ("fr", Text),
            ("de", Text),
        ],
        key: 1,
        concerns: &[],
    },
    Table {
        name: "address_name",
        columns: &[("region", Int), ("name", Text), ("post_code", Int), ("street", Long)],
        key: 1,
        concerns: &[],
    },
    Table {
        name: "address",
        // In this order they are written: what is near lies in the same pages.
        columns: &[
            ("region", Int),
            ("cell", Long),
            ("street", Long),
            ("house", Text),
            ("id", Text),
            ("house_number", Text),
            ("box_number", Text),
            ("longitude", Int),
            ("latitude", Int),
        ],
        key: 1,
        concerns: &[],
    },
];

/// The import under way.
pub(super) struct Staged {
    gathered: Gathered,
    regions: BTreeSet<Region>,
    streets: HashSet<i64>,
}

impl Staged {
    pub(super) async fn begin(database: &Database) -> Result<Self, Failure> {
        let gathered = Gathered::begin(database, lock::ADDRESSES, TABLES).await?;
        Ok(Self { gathered, regions: BTreeSet::new(), streets: HashSet::new() })
    }

    async fn gather(&mut self, addresses: &[RegisteredAddress]) -> Result<(), Failure> {
        let mut rows = Vec::with_capacity(addresses.len());
        for address in addresses {
            let street = row::street_key(address);
            if self.streets.len() >= STREETS {
                self.streets.clear();
            }
            if self.streets.insert(street) {
                rows.extend(row::of_street(street, address));
            }
            rows.push(row::of_address(street, address));
            self.regions.insert(address.region);
        }
        self.gathered.put(rows).await
    }

    async fn swap_in(
        mut self,
        at: Timestamp,
        entry: Option<AuditEntry>,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Vec<AddressesOfRegion>, Failure> {
        let regions = self.regions.iter().map(|region| vec![Cell::Int(region.number().into())]);
        self.gathered.remove(regions).await?;
        let swap = self.gathered.compare(Form::Update).await?;
        let changed = changed(&swap).await?;
        if !changed.is_empty() {
            swap.write(progress).await?;
        }
        self.gathered.throw_away().await?;
        let mut answer = Vec::new();
        for (region, more) in changed {
            answer.push(note(&swap, region, more, at).await?);
        }
        if let Some(entry) = entry {
            audit::append_on(swap.connection(), &entry.imported_addresses(&answer)).await?;
        }
        self.gathered.end().await?;
        Ok(answer)
    }
}

/// The regions that change, each with how many more addresses it has then.
async fn changed(swap: &Swap<'_>) -> Result<BTreeMap<Region, i64>, Failure> {
    let mut changed = BTreeMap::new();
    for table in TABLES {
        for (differing, come) in swap.of(table.name) {
            let sql = format!("SELECT region, count(*) FROM {differing} GROUP BY region");
            for row in swap.connection().query_typed(&sql, &[]).await? {
                let (region, count): (_, i64) = (row::region(row.try_get(0)?)?, row.try_get(1)?);
                let more = changed.entry(region).or_insert(0);
                if table.name == TABLES[ADDRESS].name {
                    *more += if come { count } else { -count };
                }
            }
        }
    }
    Ok(changed)
}

async fn note(
    swap: &Swap<'_>,
    region: Region,
    more: i64,
    at: Timestamp,
) -> Result<AddressesOfRegion, Failure> {
    let number = i32::from(region.number());
    let parameters: [(&(dyn ToSql + Sync), Type); 3] =
        [(&number, Type::INT4), (&more, Type::INT8), (&at.as_millisecond(), Type::INT8)];
    let sql = "INSERT INTO address_region AS r (region, addresses, at) VALUES ($1, $2, $3) \
               ON CONFLICT (region) DO UPDATE SET addresses = r.addresses + $2, at = $3 \
               RETURNING addresses";
    let row = swap.connection().query_typed_one(sql, &parameters).await?;
    let addresses: i64 = row.try_get(0)?;
    Ok(AddressesOfRegion { region, addresses: addresses.cast_unsigned(), at })
}

#[async_trait]
impl AddressStaging for Staged {
    async fn put(&mut self, addresses: Vec<RegisteredAddress>) -> Result<(), Error> {
        Ok(self.gather(&addresses).await?)
    }

    async fn swap(
        self: Box<Self>,
        at: Timestamp,
        entry: Option<AuditEntry>,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Vec<AddressesOfRegion>, Error> {
        Ok(self.swap_in(at, entry, progress).await?)
    }
}
