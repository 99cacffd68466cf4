//! Counters in a child: they go up here and are told to the server, which has the metrics.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

use super::message::Count;

/// All counters of this process. Gauges and histograms have no meaning in a process that comes and goes, and are lost.
#[derive(Clone, Default)]
pub(super) struct Counts(Arc<Mutex<HashMap<Key, Arc<AtomicU64>>>>);

impl Counts {
    /// What has not been told yet; it counts as told from now on.
    pub(super) fn take(&self) -> Vec<Count> {
        let all = self.0.lock().expect("no panic under this lock");
        let taken = all.iter().map(|(key, counter)| (key, counter.swap(0, Ordering::Relaxed))).filter(|(_, by)| *by > 0);
        let text = |text: &str| text.to_owned();
        let labels = |key: &Key| key.labels().map(|l| (text(l.key()), text(l.value()))).collect();
        taken.map(|(key, by)| Count { name: text(key.name()), labels: labels(key), by }).collect()
    }
}

impl Recorder for Counts {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let mut all = self.0.lock().expect("no panic under this lock");
        Counter::from_arc(all.entry(key.clone()).or_default().clone())
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_once() {
        let counts = Counts::default();
        metrics::with_local_recorder(&counts, || {
            for outcome in ["a", "b", "a"] {
                metrics::counter!("dials", "outcome" => outcome).increment(1);
            }
        });
        let mut told: Vec<_> = counts.take().into_iter().map(|c| (c.name, c.labels[0].1.clone(), c.by)).collect();
        told.sort();
        assert_eq!(told, [("dials".to_owned(), "a".to_owned(), 2), ("dials".to_owned(), "b".to_owned(), 1)]);
        assert_eq!(counts.take().len(), 0);
    }
}
