use std::collections::VecDeque;

use domain::Error;
use jiff::Timestamp;
use store::{Audit, AuditPlace, AuditRecord};

/// How many records of a chain are read at a time.
const PAGE: u32 = 500;

/// The records of all chains, the oldest first.
pub(crate) struct Records<'a> {
    audit: &'a dyn Audit,
    chains: Vec<Chain>,
}

/// What is read of a chain and not yet handed on.
struct Chain {
    after: AuditPlace,
    waiting: VecDeque<AuditRecord>,
}

impl<'a> Records<'a> {
    /// Begins each chain after the place given of it, or else with its first record.
    pub(crate) async fn after(audit: &'a dyn Audit, places: &[AuditPlace]) -> Result<Self, Error> {
        let mut chains = Vec::new();
        for head in audit.heads().await? {
            let chain = head.place.chain;
            let given = places.iter().find(|place| place.chain == chain);
            let after = given.copied().unwrap_or(AuditPlace::before(chain));
            chains.push(Chain { after, waiting: VecDeque::new() });
        }
        Ok(Self { audit, chains })
    }

    /// The next record; `None` after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<AuditRecord>, Error> {
        for chain in &mut self.chains {
            if chain.waiting.is_empty() {
                chain.waiting = self.audit.records(chain.after, PAGE).await?.into();
            }
        }
        self.chains.retain(|chain| !chain.waiting.is_empty());
        let oldest = self.chains.iter_mut().min_by_key(|chain| chain.waiting.front().map(moment));
        let Some(chain) = oldest else { return Ok(None) };
        let record = chain.waiting.pop_front();
        chain.after = record.as_ref().map_or(chain.after, |record| record.place);
        Ok(record)
    }
}

/// When it was written. One that was changed so that it tells no time comes first.
fn moment(record: &AuditRecord) -> Option<Timestamp> {
    let rest = record.body.strip_prefix("{\"at\":\"")?;
    rest.split('"').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use domain::AuditEntry;
    use store::{AuditHash, AuditHead};

    use super::*;

    /// Two chains: odd and even minutes.
    struct Two;

    fn record(chain: u32, sequence: u64) -> AuditRecord {
        let minute = 2 * sequence + u64::from(chain);
        let body = format!("{{\"at\":\"2026-11-25T08:{minute:02}:00Z\"}}");
        AuditRecord { place: AuditPlace { chain, sequence }, body, hash: AuditHash::BEGINNING }
    }

    #[async_trait]
    impl Audit for Two {
        async fn append(&self, _: AuditEntry) -> Result<(), Error> {
            Ok(())
        }

        async fn records(&self, after: AuditPlace, _: u32) -> Result<Vec<AuditRecord>, Error> {
            // Two at a time, five in all.
            let next = after.sequence + 1;
            Ok((next..=5.min(next + 1)).map(|sequence| record(after.chain, sequence)).collect())
        }

        async fn heads(&self) -> Result<Vec<AuditHead>, Error> {
            let head = |chain| AuditHead {
                place: AuditPlace { chain, sequence: 5 },
                hash: AuditHash::BEGINNING,
            };
            Ok(vec![head(1), head(2)])
        }
    }

    #[tokio::test]
    async fn records_of_several_chains_come_in_the_order_of_time() {
        for (places, first) in [(&[][..], 1), (&[AuditPlace { chain: 1, sequence: 1 }], 2)] {
            let mut records = Records::after(&Two, places).await.expect("heads");
            let mut seen = Vec::new();
            while let Some(record) = records.next().await.expect("read") {
                seen.push(record);
            }
            let mut all: Vec<_> = (first..=5).map(|sequence| record(1, sequence)).collect();
            all.extend((1..=5).map(|sequence| record(2, sequence)));
            all.sort_by_key(moment);
            assert_eq!(seen, all);
        }
    }
}
