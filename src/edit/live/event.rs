//! What became of the catalogs, for those who want to hear of it.

use super::version::Version;
#[cfg(feature = "watch")]
use super::watch::WatchError;
use crate::catalog::Severity;
use crate::load::LoadError;
use crate::registry::{Comparison, Difference, compare};
use crate::report::Report;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// An event of a live registry. Clones share their content, and are cheap to send on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A new version took the place of the old one.
    Replaced(Replaced),
    /// The catalogs have faults, or fail their check; the version that counted goes on counting.
    Kept(Kept),
    /// After [`Event::Kept`]: the catalogs are again those of the version that counts.
    Restored(Arc<Version>),
    /// The files of the catalogs cannot be [watched](super::Watcher) any more. They are read every so often instead, until they can
    /// be watched again.
    #[cfg(feature = "watch")]
    Unwatched(Unwatched),
}

/// A version that took the place of another.
#[derive(Clone, Debug)]
pub struct Replaced {
    inner: Arc<Replacement>,
}

#[derive(Debug)]
struct Replacement {
    was: Arc<Version>,
    is: Arc<Version>,
    comparison: OnceLock<Comparison>,
}

/// A version that goes on counting, and what is wrong with the catalogs that were to take its place.
#[derive(Clone, Debug)]
pub struct Kept {
    version: Arc<Version>,
    rejection: Arc<Rejection>,
}

/// A failure to watch the files.
#[cfg(feature = "watch")]
#[derive(Clone, Debug)]
pub struct Unwatched {
    version: Arc<Version>,
    error: Arc<WatchError>,
}

/// Why catalogs do not count. Its text has a line for each fault or error: file, line and column, what is wrong, and what may help.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Rejection {
    /// They have faults.
    Faults(LoadError),
    /// They load, but their check finds errors: a test that fails, a guarantee that is broken. The report holds what else it
    /// finds, too.
    Findings(Box<Report>),
}

impl Event {
    /// Returns the version that counts.
    pub fn version(&self) -> &Version {
        match self {
            Event::Replaced(replaced) => replaced.is(),
            Event::Kept(kept) => kept.version(),
            Event::Restored(version) => version,
            #[cfg(feature = "watch")]
            Event::Unwatched(unwatched) => unwatched.version(),
        }
    }

    /// Returns the requests that are answered otherwise now; none unless a version was replaced.
    pub fn differences(&self) -> &[Difference] {
        match self {
            Event::Replaced(replaced) => replaced.differences(),
            _ => &[],
        }
    }
}

impl Replaced {
    pub(super) fn new(was: Arc<Version>, is: Arc<Version>) -> Self {
        Replaced { inner: Arc::new(Replacement { was, is, comparison: OnceLock::new() }) }
    }

    /// Returns the version that counted before.
    pub fn was(&self) -> &Version {
        &self.inner.was
    }

    /// Returns the version that counts now.
    pub fn is(&self) -> &Version {
        &self.inner.is
    }

    /// Returns the requests that are answered otherwise now. None: only words changed, or what nobody can select; or what did
    /// change was [not compared](Comparison::not_compared).
    ///
    /// They are worked out when they are asked for first, whoever asks, and then shared.
    pub fn differences(&self) -> &[Difference] {
        self.comparison()
    }

    /// Returns the same, with what was not looked at.
    pub fn comparison(&self) -> &Comparison {
        let Replacement { was, is, comparison } = &*self.inner;
        comparison.get_or_init(|| compare(&was.registry, &is.registry))
    }
}

impl Kept {
    pub(super) fn new(version: Arc<Version>, rejection: Arc<Rejection>) -> Self {
        Kept { version, rejection }
    }

    /// Returns the version that goes on counting.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Returns what is wrong with the catalogs.
    pub fn rejection(&self) -> &Rejection {
        &self.rejection
    }
}

#[cfg(feature = "watch")]
impl Unwatched {
    pub(super) fn new(version: Arc<Version>, error: WatchError) -> Self {
        Unwatched { version, error: Arc::new(error) }
    }

    /// Returns the version that counts.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Why they cannot be watched.
    pub fn error(&self) -> &WatchError {
        &self.error
    }
}

impl Rejection {
    /// Returns what a report rejects, if it does.
    pub(super) fn of_report(report: Report) -> Option<Rejection> {
        (report.count(Severity::Error) > 0).then_some(Rejection::Findings(Box::new(report)))
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = match self {
            Rejection::Faults(error) => return error.fmt(f),
            Rejection::Findings(report) => report,
        };
        let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
        for (at, finding) in errors.enumerate() {
            let line_break = if at == 0 { "" } else { "\n" };
            write!(f, "{line_break}{}: {}", report.sources.locate(finding.at), finding.message)?;
            if let Some(help) = &finding.help {
                write!(f, " ({help})")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Rejection {}
