use std::fmt;
use std::time::Duration;

use domain::Clock;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::server::ConnectionCounts;

/// Upper bounds of the classes of a call's duration, in seconds.
const CLASSES: [f64; 13] =
    [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0];

/// How a call ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    /// With an answer of the service, whatever it says of single items.
    Answered,
    /// With the fault of this code.
    Fault(&'static str),
}

/// What is told of a call that ended. It holds no data of persons, and nothing that a caller can choose freely.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EndedCall {
    /// The operation, where it was recognised.
    pub(crate) operation: Option<&'static str>,
    /// How many items it had.
    pub(crate) items: u32,
    /// How many of them were refused.
    pub(crate) refused: u32,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// How long the service took, from the end of the request's body on.
    pub(crate) duration: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ItemLabels {
    operation: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabel {
    operation: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CodeLabel {
    code: &'static str,
}

/// What the operator can watch, in the form of Prometheus.
pub(crate) struct Metrics {
    registry: Registry,
    calls: Family<CallLabels, Counter>,
    items: Family<ItemLabels, Counter>,
    faults: Family<CodeLabel, Counter>,
    duration: Family<OperationLabel, Histogram, fn() -> Histogram>,
    /// Calls under way.
    pub(crate) in_flight: Gauge,
    /// Connections of the main listener.
    pub(crate) connections: ConnectionCounts,
    /// Lines of the log that were dropped, since nobody took them.
    pub(crate) lost_lines: Counter,
}

impl Metrics {
    /// All at zero; the process starts now.
    pub(crate) fn new(clock: &dyn Clock) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("presence"),
            calls: Family::default(),
            items: Family::default(),
            faults: Family::default(),
            duration: Family::new_with_constructor(|| Histogram::new(CLASSES)),
            in_flight: Gauge::default(),
            connections: ConnectionCounts::default(),
            lost_lines: Counter::default(),
        };
        metrics.register_calls();
        metrics.register_connections();
        metrics.register_process(clock);
        metrics
    }

    fn register_calls(&mut self) {
        let registry = &mut self.registry;
        registry.register("calls", "Calls, by operation and how they ended", self.calls.clone());
        registry.register("items", "Items of calls, accepted or refused", self.items.clone());
        registry.register("faults", "Faults answered, by code", self.faults.clone());
        let help = "Seconds from the end of a request's body to the answer";
        registry.register("call_duration_seconds", help, self.duration.clone());
        registry.register("calls_in_flight", "Calls under way", self.in_flight.clone());
    }

    fn register_connections(&mut self) {
        let ConnectionCounts { open, accepted, refused, cut, traffic } = self.connections.clone();
        let registry = &mut self.registry;
        registry.register("connections_open", "Connections that are open", open);
        registry.register("connections_accepted", "Connections accepted", accepted);
        let help = "Connections closed at once, since too many were open";
        registry.register("connections_refused", help, refused);
        let help = "Connections cut off, by what they had kept waiting for";
        registry.register("connections_cut", help, cut);
        registry.register("received_bytes", "Bytes received, headers included", traffic.received);
        registry.register("sent_bytes", "Bytes sent, headers included", traffic.sent);
    }

    fn register_process(&mut self, clock: &dyn Clock) {
        let registry = &mut self.registry;
        let help = "Lines of the log dropped, since nobody took them";
        registry.register("log_lines_lost", help, self.lost_lines.clone());
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program", build);
        let start: Gauge = Gauge::default();
        start.set(clock.now().as_second());
        registry.register("start_time_seconds", "When the program started (Unix time)", start);
    }

    /// Counts a call.
    pub(crate) fn count(&self, call: &EndedCall) {
        let operation = call.operation.unwrap_or("none");
        let outcome = match call.outcome {
            Outcome::Answered => "answered",
            Outcome::Fault(code) => {
                self.faults.get_or_create(&CodeLabel { code }).inc();
                "fault"
            }
        };
        self.calls.get_or_create(&CallLabels { operation, outcome }).inc();
        let duration = self.duration.get_or_create(&OperationLabel { operation });
        duration.observe(call.duration.as_secs_f64());
        let accepted = call.items.saturating_sub(call.refused);
        for (result, count) in [("accepted", accepted), ("refused", call.refused)] {
            if count > 0 {
                let labels = ItemLabels { operation, result };
                self.items.get_or_create(&labels).inc_by(count.into());
            }
        }
    }

    /// Shows a number that something else keeps.
    pub(crate) fn watch(
        &mut self,
        name: &'static str,
        help: &'static str,
        kind: Kind,
        read: impl Fn() -> u64 + Send + Sync + 'static,
    ) {
        let read = Box::new(read);
        self.registry.register_collector(Box::new(Watched { name, help, kind, read }));
    }

    /// The page that Prometheus reads.
    pub(crate) fn page(&self) -> String {
        let mut page = String::new();
        encode(&mut page, &self.registry).expect("a String takes every text");
        page
    }
}

/// How a number moves.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Only up.
    Counter,
    /// Up and down.
    Gauge,
}

/// A number that is read when the page is made.
struct Watched {
    name: &'static str,
    help: &'static str,
    kind: Kind,
    read: Box<dyn Fn() -> u64 + Send + Sync>,
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Collector for Watched {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let number = (self.read)();
        match self.kind {
            Kind::Counter => show(&mut encoder, self, &ConstCounter::new(number)),
            Kind::Gauge => show(&mut encoder, self, &ConstGauge::new(number)),
        }
    }
}

fn show(
    encoder: &mut DescriptorEncoder<'_>,
    watched: &Watched,
    metric: &impl EncodeMetric,
) -> fmt::Result {
    let kind = metric.metric_type();
    metric.encode(encoder.encode_descriptor(watched.name, watched.help, None, kind)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    fn call(operation: Option<&'static str>, outcome: Outcome) -> EndedCall {
        let duration = Duration::from_millis(3);
        EndedCall { operation, items: 5, refused: 2, outcome, duration }
    }

    #[test]
    fn the_page_counts_calls_items_faults_and_durations() {
        let mut metrics = Metrics::new(&SystemClock);
        metrics.count(&call(Some("registerPresences"), Outcome::Answered));
        metrics.count(&call(None, Outcome::Fault("SOA-03001")));
        metrics.watch("sheep", "Counted", Kind::Counter, || 7);
        metrics.watch("weather", "Changing", Kind::Gauge, || 8);
        let page = metrics.page();
        for line in [
            r#"presence_calls_total{operation="registerPresences",outcome="answered"} 1"#,
            r#"presence_calls_total{operation="none",outcome="fault"} 1"#,
            r#"presence_items_total{operation="registerPresences",result="accepted"} 3"#,
            r#"presence_items_total{operation="registerPresences",result="refused"} 2"#,
            r#"presence_faults_total{code="SOA-03001"} 1"#,
            r#"presence_call_duration_seconds_bucket{le="0.005",operation="registerPresences"} 1"#,
            "presence_connections_open 0",
            "presence_sheep_total 7",
            "presence_weather 8",
            "presence_received_bytes_total 0",
            concat!(r#"presence_build_info{version=""#, env!("CARGO_PKG_VERSION"), r#""} 1"#),
        ] {
            assert!(page.lines().any(|other| other == line), "{line}\nnot in\n{page}");
        }
    }
}
