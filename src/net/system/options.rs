//! Socket options: the values of a catalog set, and read back.

use crate::catalog::OptionValue;
use crate::net::provider::{Base, ProviderError};
use socket2::Socket;
use std::io;

pub(super) fn apply(socket: &Socket, base: &Base<'_>) -> Result<(), ProviderError> {
    for (name, value) in base.settings.all() {
        if let ("nodelay", OptionValue::Boolean(value)) = (name, value) {
            socket.set_tcp_nodelay(*value).map_err(|error| ProviderError::system("setsockopt TCP_NODELAY", error))?;
        }
    }
    Ok(())
}

pub(super) fn query(socket: &Socket, name: &str) -> io::Result<OptionValue> {
    match name {
        "nodelay" => socket.tcp_nodelay().map(OptionValue::Boolean),
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
}
