//! The text of the request, and the check of the host in it.

use super::super::message::{LONGEST_HOST, stands_in_host};
use super::Proxy;
use super::error::HttpConnectError;
use crate::net::Target;
use std::net::IpAddr;

/// Returns the request that leads to a target (RFC 9112, section 3.2.3).
pub(super) fn request(proxy: &Proxy, target: &Target) -> Result<String, HttpConnectError> {
    let authority = authority(target)?;
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n");
    if let Some(authorization) = &proxy.authorization {
        request.push_str("Proxy-Authorization: ");
        request.push_str(authorization.reveal());
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    Ok(request)
}

/// Returns `HOST:PORT`. The host comes from the caller and ends up in the line of the request, so characters that a host cannot
/// have are rejected here.
fn authority(target: &Target) -> Result<String, HttpConnectError> {
    let Some((host, port)) = target.host_and_port() else {
        return Err(HttpConnectError::NoHost { target: target.clone() });
    };
    match host.parse() {
        Ok(IpAddr::V4(ip)) => Ok(format!("{ip}:{port}")),
        Ok(IpAddr::V6(ip)) => Ok(format!("[{ip}]:{port}")),
        Err(_) if host.is_empty() || host.len() > LONGEST_HOST => {
            Err(HttpConnectError::HostLength { length: host.len() })
        }
        Err(_) => match host.chars().find(|&c| !stands_in_host(c)) {
            Some(character) => Err(HttpConnectError::HostCharacter { character }),
            None => Ok(format!("{host}:{port}")),
        },
    }
}
