//! The events that report changes of a live registry.

use super::version::Version;
#[cfg(feature = "watch")]
use super::watch::WatchError;
use crate::catalog::Severity;
use crate::load::LoadError;
use crate::registry::{Comparison, Difference, compare};
use crate::report::Report;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// An event of a live registry. Clones share their content, and are cheap to send.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A new version replaced the current one.
    Replaced(Replaced),
    /// The catalogs have faults, or fail their check; the version stays current.
    Kept(Kept),
    /// The catalogs are again those of the current version, after [`Event::Kept`].
    Restored(Arc<Version>),
    /// The files of the catalogs can no longer be [watched](super::Watcher). They are polled instead, until they can be
    /// watched again.
    #[cfg(feature = "watch")]
    Unwatched(Unwatched),
}

/// A new version, with the version that it replaced.
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

/// A version that stays current, with the reason why the catalogs were rejected.
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

/// The reason why catalogs were rejected. Its text has a line for each fault or error: file, line and column, the problem, and
/// possible help.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Rejection {
    /// The catalogs have faults.
    Faults(LoadError),
    /// The catalogs load, but their check finds errors: a test that fails, a guarantee that is broken. The report also
    /// contains the other findings.
    Findings(Box<Report>),
}

impl Event {
    /// Returns the current version.
    pub fn version(&self) -> &Version {
        match self {
            Event::Replaced(replaced) => replaced.is(),
            Event::Kept(kept) => kept.version(),
            Event::Restored(version) => version,
            #[cfg(feature = "watch")]
            Event::Unwatched(unwatched) => unwatched.version(),
        }
    }

    /// Returns the requests that are answered differently now; empty unless a version was replaced.
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

    /// Returns the version that was current before.
    pub fn was(&self) -> &Version {
        &self.inner.was
    }

    /// Returns the version that is current now.
    pub fn is(&self) -> &Version {
        &self.inner.is
    }

    /// Returns the requests that are answered differently now. If it is empty, only descriptions changed, or entries
    /// that no request can select, or the change was [not compared](Comparison::not_compared).
    ///
    /// The first call computes the differences, and all clones of the event share them.
    pub fn differences(&self) -> &[Difference] {
        self.comparison()
    }

    /// Returns the comparison with the differences, and what it did not compare.
    pub fn comparison(&self) -> &Comparison {
        let Replacement { was, is, comparison } = &*self.inner;
        comparison.get_or_init(|| compare(&was.registry, &is.registry))
    }
}

impl Kept {
    pub(super) fn new(version: Arc<Version>, rejection: Arc<Rejection>) -> Self {
        Kept { version, rejection }
    }

    /// Returns the version that stays current.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Returns the reason why the catalogs were rejected.
    pub fn rejection(&self) -> &Rejection {
        &self.rejection
    }
}

#[cfg(feature = "watch")]
impl Unwatched {
    pub(super) fn new(version: Arc<Version>, error: WatchError) -> Self {
        Unwatched { version, error: Arc::new(error) }
    }

    /// Returns the current version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Returns the reason why the files cannot be watched.
    pub fn error(&self) -> &WatchError {
        &self.error
    }
}

impl Rejection {
    /// Returns the rejection if a report contains errors.
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
