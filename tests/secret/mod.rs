//! Files of secrets, as they have to be: for their owner alone.

use std::path::Path;

/// Writes a file that nobody but its owner can read or write.
pub fn write(path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
    let path = path.as_ref();
    std::fs::write(path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    mode(path, 0o600);
}

/// Gives a file or a folder this mode.
#[cfg(unix)]
pub fn mode(path: impl AsRef<Path>, mode: u32) {
    use std::os::unix::fs::PermissionsExt;

    let path = path.as_ref();
    let permissions = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(path, permissions).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

#[cfg(not(unix))]
fn mode(_: &Path, _: u32) {}
