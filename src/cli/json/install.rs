//! The output of `install` for a Winsock catalog.

use super::diff::Changed;
use super::{Code, Text, VERSION};
use crate::cli::install::Preview;
use sockatlas::winsock::wsa::{InstallError, InstalledChain, InstalledSet};
use sockatlas::{Comparison, Registry};
use uuid::Uuid;

/// The result of an installation, and the changes that it causes.
#[derive(serde::Serialize)]
pub struct Installation<'a> {
    version: u32,
    layer: Layer<'a>,
    /// Null if the catalog does not state it.
    next_catalog_entry_id: Option<u32>,
    serial_access_number: Option<u32>,
    /// The applications that permit only some categories of layers. The new layer has no category.
    not_loaded_by: Vec<&'a str>,
    catalogs: Vec<InstalledCatalog<'a>>,
    /// The file that was written; null without `--output`.
    written: Option<String>,
}

#[derive(serde::Serialize)]
struct Layer<'a> {
    name: &'a str,
    catalog_entry_id: u32,
    provider_id: Text<Uuid>,
}

#[derive(serde::Serialize)]
struct InstalledCatalog<'a> {
    /// 32 or 64; null if the source does not state it.
    bits: Option<u32>,
    chains: Vec<Chain<'a>>,
    /// The ids of all entries.
    order: &'a [u32],
    /// The requests without further demands that are answered differently, in the format of `diff`.
    differences: Vec<Changed<'a>>,
}

#[derive(serde::Serialize)]
struct Chain<'a> {
    name: &'a str,
    catalog_entry_id: u32,
    provider_id: Text<Uuid>,
    library: &'a str,
    family: i32,
    #[serde(rename = "type")]
    socket_type: i32,
    protocol: i32,
    service_flags: u32,
    /// The ids, the layer first.
    chain: &'a [u32],
    /// The id of the entry directly below the layer.
    below: u32,
}

impl<'a> Installation<'a> {
    pub fn new(preview: &'a Preview<'_>) -> Self {
        let Preview { install, installed, changes, .. } = preview;
        let catalog =
            |(set, (registry, differences)): (&'a InstalledSet, &'a (Registry, Comparison))| InstalledCatalog {
                bits: set.bits.map(|bits| bits.number()),
                chains: set.chains.iter().map(Chain::new).collect(),
                order: &set.order,
                differences: Changed::all(registry, differences),
            };
        Installation {
            version: VERSION,
            layer: Layer {
                name: &install.name,
                catalog_entry_id: installed.layer,
                provider_id: Text(install.provider_id),
            },
            next_catalog_entry_id: installed.store.next_catalog_entry_id.as_ref().map(|reported| reported.value),
            serial_access_number: installed.store.serial_access_number.as_ref().map(|reported| reported.value),
            not_loaded_by: preview.not_loaded_by(),
            catalogs: installed.sets.iter().zip(changes).map(catalog).collect(),
            written: preview.written.map(|path| path.display().to_string()),
        }
    }
}

impl<'a> Chain<'a> {
    fn new(chain: &'a InstalledChain) -> Self {
        let InstalledChain { info, below, .. } = chain;
        Chain {
            name: &info.name,
            catalog_entry_id: info.catalog_entry_id,
            provider_id: Text(info.provider_id),
            library: &info.path,
            family: info.address_family,
            socket_type: info.socket_type,
            protocol: info.protocol,
            service_flags: info.service_flags,
            chain: info.chain.ids(),
            below: *below,
        }
    }
}

/// An installation that Windows would refuse.
#[derive(serde::Serialize)]
pub struct RefusedInstallation {
    version: u32,
    error: InstallationError,
}

#[derive(serde::Serialize)]
struct InstallationError {
    message: String,
    /// Several if the documentation names several for this error; empty if the error does not exist on Windows.
    wsa: Vec<Code>,
}

impl RefusedInstallation {
    pub fn new(error: &InstallError) -> Self {
        let wsa = error.wsa().iter().map(|&wsa| Code::wsa(wsa)).collect();
        RefusedInstallation { version: VERSION, error: InstallationError { message: error.to_string(), wsa } }
    }
}
