//! Placeholder until the layer is here.

use crate::catalog::{Module, modules};
use crate::net::provider::{Layer, LayerProvider, ProviderError, Role};
use crate::net::settings::Settings;
use std::sync::Arc;

/// The layer.
#[derive(Debug, Default)]
pub struct HttpConnect;

impl LayerProvider for HttpConnect {
    fn module(&self) -> &'static Module {
        &modules::http_connect::HTTP_CONNECT
    }

    fn prepare(&self, _: &Settings<'_>, _: Role) -> Result<Arc<dyn Layer>, ProviderError> {
        Err(ProviderError::unsupported("opening"))
    }
}
