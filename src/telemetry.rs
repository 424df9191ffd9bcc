//! The log and the metrics of this process. The log goes where `run` says (standard error), one event a line whatever
//! a value holds; metrics wait in memory until `/metrics` asks. Neither ever carries text of a case, a name, a phone,
//! a token or an address with a password: callers log codes, ids and counts (SECURITY T37).

use crate::config::{Log, LogFormat};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use std::io::{self, Write};
use std::sync::OnceLock;
use tracing_subscriber::filter::{EnvFilter, ParseError};
use tracing_subscriber::fmt::MakeWriter;

/// Upper bounds of every histogram, seconds. Fixed, so that a histogram's memory is.
const BUCKETS_SECONDS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 60.0];

/// Why the process cannot tell what it does.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryFault {
    #[error("log.filter: {0}")]
    Filter(#[from] ParseError),
    #[error("a log is already set up in this process: {0}")]
    Log(Box<dyn std::error::Error + Send + Sync>),
    #[error("metrics: {0}")]
    Metrics(#[from] BuildError),
}

/// Sets up the log of this process, once. `writer`: where lines go, `std::io::stderr` but in tests.
pub fn log_to<W>(log: &Log, writer: W) -> Result<(), TelemetryFault>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt().with_env_filter(filter(log)?).with_writer(OneLine(writer));
    match log.format {
        LogFormat::Text => lines.with_ansi(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    }
    .map_err(TelemetryFault::Log)
}

/// What of the log is written.
pub(crate) fn filter(log: &Log) -> Result<EnvFilter, ParseError> {
    EnvFilter::builder().parse(&log.filter)
}

/// What was counted since the process began. Clones read the same figures.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// The recorder of this process, set up by the first caller: several hubs in one test process share it.
    pub fn of_this_process() -> Result<Metrics, TelemetryFault> {
        static RECORDER: OnceLock<Metrics> = OnceLock::new();
        if let Some(metrics) = RECORDER.get() {
            return Ok(metrics.clone());
        }
        let recorder = PrometheusBuilder::new().set_buckets(&BUCKETS_SECONDS)?.build_recorder();
        let metrics = RECORDER.get_or_init(|| {
            let metrics = Metrics(recorder.handle());
            // Only the winner of a race installs; that nobody else does is this file's rule.
            drop(metrics::set_global_recorder(recorder));
            metrics
        });
        Ok(metrics.clone())
    }

    /// All of it in Prometheus' text form.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Folds what was observed into the buckets. Without a listener nobody else does it, and between two calls each
    /// observation costs memory: call it every few seconds, whether or not somebody scrapes.
    pub fn upkeep(&self) {
        self.0.run_upkeep();
    }
}

/// Keeps one event on one line: control characters inside it are written as escapes, so that a value can neither
/// forge a second line nor steer a terminal.
struct OneLine<W>(W);

impl<'w, W: MakeWriter<'w>> MakeWriter<'w> for OneLine<W> {
    type Writer = OneLineWriter<W::Writer>;

    fn make_writer(&'w self) -> Self::Writer {
        OneLineWriter(self.0.make_writer())
    }
}

struct OneLineWriter<W>(W);

impl<W: Write> Write for OneLineWriter<W> {
    // The formatter hands over one whole event, with its line end.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let body = event.strip_suffix(b"\n").unwrap_or(event);
        let mut line = String::with_capacity(event.len());
        for c in String::from_utf8_lossy(body).chars() {
            if c.is_control() { line.extend(c.escape_default()) } else { line.push(c) }
        }
        if body.len() < event.len() {
            line.push('\n');
        }
        self.0.write_all(line.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn t37_a_value_cannot_forge_a_second_line_or_steer_a_terminal() {
        let page = Page::default();
        let copy = page.clone();
        let log = Log { filter: "info".to_owned(), format: LogFormat::Text };
        log_to(&log, move || copy.clone()).unwrap();
        let forged = "x\n2026-11-25T00:00:00Z  INFO forged\r\u{1b}[2J";
        tracing::info!(value = forged, shown = %forged, "first {forged}");
        tracing::debug!("below the filter");
        let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.ends_with('\n') && !text.contains(['\r', '\u{1b}']), "{text:?}");
        assert!(matches!(log_to(&log, io::stderr), Err(TelemetryFault::Log(_))));
    }

    #[test]
    fn metrics_are_rendered_and_shared_by_the_process() {
        let (one, two) = (Metrics::of_this_process().unwrap(), Metrics::of_this_process().unwrap());
        metrics::counter!("whistle_test_total", "kind" => "a").increment(2);
        metrics::histogram!("whistle_test_seconds").record(0.2);
        one.upkeep();
        let text = two.render();
        assert!(text.contains("whistle_test_total{kind=\"a\"} 2"), "{text}");
        assert!(text.contains("whistle_test_seconds_bucket{le=\"0.25\"} 1"), "{text}");
    }

    #[test]
    fn a_filter_that_says_nothing_is_refused() {
        let log = |filter: &str| Log { filter: filter.to_owned(), format: LogFormat::Text };
        assert!(filter(&log("warn,whistle_hub::store=debug")).is_ok());
        assert!(filter(&log("whistle_hub=loud")).is_err());
    }
}
