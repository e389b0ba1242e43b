//! The addresses of unix sockets in headers of version 2.

use crate::net::address::Address;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// The length of a path, in bytes: that of `sun_path` in unix(7).
pub(super) const PATH: usize = 108;

/// Parses the address of a unix socket. A path ends before its first 0. A name behind a 0 is an abstract one; the zeros at its
/// end are removed, as its length is not transmitted. Zeros alone are an empty path.
pub(super) fn read(bytes: &[u8; PATH]) -> Address {
    match (bytes.iter().position(|&byte| byte == 0), bytes.iter().rposition(|&byte| byte != 0)) {
        (Some(0), Some(last)) => Address::UnixAbstract(bytes[1..=last].to_vec()),
        (end, _) => Address::Unix(OsStr::from_bytes(&bytes[..end.unwrap_or(PATH)]).into()),
    }
}

/// Returns the bytes for an address of a unix socket, or `None` if they would be parsed as another address.
pub(super) fn write(address: &Address) -> Option<[u8; PATH]> {
    let name = match address {
        Address::Unix(path) => path.as_os_str().as_bytes().to_vec(),
        Address::UnixAbstract(name) => [&[0], &**name].concat(),
        _ => return None,
    };
    let mut bytes = [0; PATH];
    bytes.get_mut(..name.len())?.copy_from_slice(&name);
    (read(&bytes) == *address).then_some(bytes)
}
