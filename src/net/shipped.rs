//! The providers that come with sockatlas. This file stands above the layers, so that no layer depends on the others.

use super::layers;
use super::providers::Providers;
use super::system::System;

impl Providers {
    /// Creates the set of the modules that ship with sockatlas, as far as the features of this build include them.
    pub fn shipped() -> Self {
        let providers = Providers::none()
            .base(System)
            .layer(layers::socks5::Socks5)
            .layer(layers::http_connect::HttpConnect)
            .layer(layers::proxy_protocol::ProxyProtocol)
            .layer(layers::inspect::Inspect::default())
            .layer(layers::frame::Frame);
        #[cfg(feature = "tls")]
        let providers = providers.layer(layers::tls::Tls::default());
        providers
    }
}

impl Default for Providers {
    /// Returns [`Providers::shipped`].
    fn default() -> Self {
        Providers::shipped()
    }
}
