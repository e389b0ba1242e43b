//! Creates the entries of an installation, field by field, and checks its texts.

use super::super::super::info::{ProtocolChain, ProtocolInfo, provider_flags};
use super::super::super::packed::Field;
use super::super::super::standard::StandardItem;
use super::{Install, InstallError};
use crate::catalog::Bitness;
use crate::terms::Services;
use uuid::Uuid;

/// `XP1_IFS_HANDLES`.
const IFS_HANDLES: u32 = {
    const SET: &Services = &Services::IFS_HANDLES;
    SET.xp1()
};

/// The length of `WSAPROTOCOL_LEN` (`winsock2.h`) in UTF-16 units, without the zero.
const NAME_UNITS: usize = Field::ProtocolName.range().end / 2 - Field::ProtocolName.range().start / 2 - 1;

/// The length of `MAX_PATH`, without the zero.
const PATH_CHARACTERS: usize = Field::LibraryPath.range().end - 1;

/// The paths of the library, after all arguments have been checked.
pub(super) struct Library<'i> {
    path: &'i str,
    path_32: Option<&'i str>,
}

impl<'i> Library<'i> {
    pub fn new(install: &'i Install) -> Result<Self, InstallError> {
        if install.provider_id.is_nil() {
            return Err(InstallError::NoProviderId);
        }
        for path in [Some(&install.library), install.library_32.as_ref()].into_iter().flatten() {
            check_path(path)?;
        }
        let units = install.name.encode_utf16().count();
        if units == 0 || units > NAME_UNITS || install.name.contains('\0') {
            return Err(InstallError::Name { units, most: NAME_UNITS });
        }
        if install.service_flags & !IFS_HANDLES != 0 {
            return Err(InstallError::ServiceFlags { flags: install.service_flags });
        }
        if install.over.as_ref().is_some_and(Vec::is_empty) {
            return Err(InstallError::NothingToCover);
        }
        let path = install.library.as_str();
        let path_32 = install.library_32.as_deref().or_else(|| is_in_system_folder(path).then_some(path));
        Ok(Library { path, path_32 })
    }

    /// Returns the path for the catalog of a bitness.
    pub fn path(&self, bits: Option<Bitness>) -> Result<&'i str, InstallError> {
        match bits {
            Some(Bitness::Bits32) => self.path_32.ok_or(InstallError::No32BitLibrary),
            Some(Bitness::Bits64) | None => Ok(self.path),
        }
    }
}

fn check_path(path: &str) -> Result<(), InstallError> {
    let characters = path.chars().count();
    if characters == 0 || characters > PATH_CHARACTERS {
        return Err(InstallError::PathLength { characters, most: PATH_CHARACTERS });
    }
    match path.chars().find(|&character| character == '\0' || u32::from(character) > 0xFF) {
        Some(character) => Err(InstallError::PathCharacter { character }),
        None => Ok(()),
    }
}

/// Returns whether a library is directly in the system folder, of which 32-bit programs have their own.
///
/// The folder of Windows is recognised by its variables, and by its usual name on any drive.
fn is_in_system_folder(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let below_windows = ["%windir%", "%systemroot%"].into_iter().find_map(|variable| lower.strip_prefix(variable));
    let on_drive = || lower.get(1..).and_then(|rest| rest.strip_prefix(r":\windows"));
    let name = below_windows.or_else(on_drive).and_then(|rest| rest.strip_prefix(r"\system32\"));
    name.is_some_and(|name| !name.is_empty() && !name.contains(['\\', '/']))
}

/// Creates the layer, with the fields of an entry that it covers.
pub(super) fn layer_like(covered: &ProtocolInfo, install: &Install, path: &str, id: u32) -> ProtocolInfo {
    let mut layer = ProtocolInfo {
        path: path.to_owned(),
        name: install.name.clone(),
        service_flags: covered.service_flags & !IFS_HANDLES | install.service_flags,
        provider_id: install.provider_id,
        catalog_entry_id: id,
        chain: ProtocolChain::LAYER,
        ..covered.clone()
    };
    if let Some(further) = &mut layer.further {
        further.provider_flags |= provider_flags::HIDDEN;
    }
    layer
}

/// Creates the chain of the layer over an entry.
pub(super) fn chain_over(
    below: &ProtocolInfo,
    install: &Install,
    path: &str,
    layer: u32,
    id: u32,
) -> Result<ProtocolInfo, InstallError> {
    let mut ids = vec![layer, below.catalog_entry_id];
    // The id of a chain below stands for the chain's own layer.
    ids.extend(below.chain.ids().iter().skip(1));
    let chain = ProtocolChain::over(&ids)
        .ok_or(InstallError::ChainTooLong { below: below.catalog_entry_id, length: ids.len() })?;
    let mut info = ProtocolInfo {
        path: path.to_owned(),
        name: chain_name(&install.name, plain_name(below)),
        service_flags: below.service_flags & (!IFS_HANDLES | install.service_flags),
        provider_id: chain_provider_id(install.provider_id, below),
        catalog_entry_id: id,
        chain,
        ..below.clone()
    };
    if let Some(further) = &mut info.further {
        further.provider_flags &= !provider_flags::HIDDEN;
    }
    Ok(info)
}

/// Returns the name for people: an indirect string has no meaning within another text.
fn plain_name(info: &ProtocolInfo) -> &str {
    match StandardItem::of(info) {
        Some(standard) if info.name.starts_with('@') => standard.english,
        _ => &info.name,
    }
}

/// Returns `LAYER over [ENTRY]`, cut to the length of the field.
fn chain_name(layer: &str, below: &str) -> String {
    let mut units = 0;
    let fits = |character: &char| {
        units += character.len_utf16();
        units <= NAME_UNITS
    };
    format!("{layer} over [{below}]").chars().take_while(fits).collect()
}

/// Returns the GUID of a chain. Each chain has its own, as in Windows, but here it is the same each time.
fn chain_provider_id(layer: Uuid, below: &ProtocolInfo) -> Uuid {
    let (family, socket_type, protocol) = below.triple();
    let name = format!("over {}: {family}/{socket_type}/{protocol}", below.catalog_entry_id);
    Uuid::new_v5(&layer, name.as_bytes())
}
