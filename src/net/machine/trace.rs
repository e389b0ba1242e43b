//! Tracing of layers: a span `layer` for each, with its name and place, and events in it. Without the feature `tracing` this
//! module does nothing.

#[cfg(feature = "tracing")]
use super::Phase;
use super::{LayerFailure, LayerReport};

/// The span of one layer on one connection.
#[cfg(feature = "tracing")]
pub(super) struct LayerSpan(tracing::Span);

#[cfg(feature = "tracing")]
impl LayerSpan {
    pub fn new(name: &str, place: usize) -> Self {
        LayerSpan(tracing::debug_span!("layer", name, place))
    }

    pub fn started(&self) {
        self.0.in_scope(|| tracing::debug!("handshake begins"));
    }

    pub fn settled(&self, report: &LayerReport) {
        let facts: Vec<String> = report.facts.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let facts = facts.join(" ");
        self.0.in_scope(|| match report.phase {
            Phase::Retired => tracing::debug!(facts, "handshake is over, and the layer has retired"),
            _ => tracing::debug!(facts, "handshake is over"),
        });
    }

    pub fn failed(&self, failure: &LayerFailure) {
        let error: &dyn std::error::Error = &failure.source;
        self.0.in_scope(|| tracing::warn!(error, "failed"));
    }

    pub fn ended(&self) {
        self.0.in_scope(|| tracing::debug!("the peer has ended its side"));
    }
}

#[cfg(not(feature = "tracing"))]
pub(super) struct LayerSpan;

#[cfg(not(feature = "tracing"))]
impl LayerSpan {
    pub fn new(_: &str, _: usize) -> Self {
        LayerSpan
    }

    pub fn started(&self) {}

    pub fn settled(&self, _: &LayerReport) {}

    pub fn failed(&self, _: &LayerFailure) {}

    pub fn ended(&self) {}
}
