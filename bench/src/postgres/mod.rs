//! The program over PostgreSQL, beside what PostgreSQL can do at all and beside the embedded store.

mod bare;
mod cluster;
mod cost;
mod growth;
mod nodes;
mod page;
mod profile;
mod rows;
mod throughput;

use crate::Outcome;
use crate::folder::Fresh;
use crate::options::Options;
use crate::population::Population;

pub(crate) use profile::run as profile;

/// Measures all of it; the page of results.
pub(crate) fn measure(
    options: &Options,
    folder: &Fresh,
    population: &Population,
) -> Outcome<String> {
    let cluster = cluster::Cluster::start(population, &options.settings)?;
    let cost = cost::measure(options, folder, &cluster, population)?;
    let nodes = nodes::measure(options, folder, &cluster, population)?;
    let throughput = throughput::measure(options, folder, &cluster, population)?;
    let growth = growth::measure(options, folder, &cluster, population)?;
    let database = cluster.describe();
    page::page(&page::Measured { database, cost, nodes, throughput, growth })
}

/// Lets two nodes register at the same time; what they waited for.
pub(crate) fn only_nodes(
    options: &Options,
    folder: &Fresh,
    population: &Population,
) -> Outcome<String> {
    let cluster = cluster::Cluster::start(population, &options.settings)?;
    let mut page = String::new();
    page::nodes(&nodes::measure(options, folder, &cluster, population)?, &mut page)?;
    Ok(page)
}
