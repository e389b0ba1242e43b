//! The providers of a Winsock catalog: one for each GUID.

use super::both::Both;
use super::names::{self, Names};
use crate::catalog::Modules;
use crate::catalog::raw::{At, RawProvider};
use crate::winsock::info::ItemKind;
use crate::winsock::packed::Field;
use crate::winsock::standard::StandardProvider;
use indexmap::IndexMap;
use uuid::Uuid;

/// A provider as its items describe it.
pub(super) struct Provider {
    pub name: String,
    /// The path that most of its items state; if several paths are equally frequent, the first of them.
    pub library: String,
    has_layer: bool,
}

/// The module that implements the sockets of the operating system.
const SYSTEM: &str = "system";

/// The facts that the items with one GUID state.
#[derive(Default)]
struct Stated<'s> {
    libraries: IndexMap<&'s str, usize>,
    /// The first slot. `layer` is the first slot that is a layer.
    first: usize,
    layer: Option<usize>,
    slots: usize,
}

/// Returns the providers of all items, in the order of their first occurrence. `entries` are the names of the slots.
pub(super) fn providers(both: &Both<'_>, entries: &[String]) -> IndexMap<Uuid, Provider> {
    let mut stated: IndexMap<Uuid, Stated<'_>> = IndexMap::new();
    for (at, &slot) in both.slots.iter().enumerate() {
        let item = both.item(slot);
        let new = || Stated { first: at, ..Stated::default() };
        let stated = stated.entry(item.info.provider_id).or_insert_with(new);
        *stated.libraries.entry(&item.info.path).or_default() += 1;
        stated.slots += 1;
        if item.kind() == ItemKind::Layer && stated.layer.is_none() {
            stated.layer = Some(at);
        }
    }
    let mut names = Names::default();
    // A provider with the name of a module that ships would be mistaken for that module.
    Modules::shipped().iter().for_each(|module| names.reserve(module.name()));
    StandardProvider::all().for_each(|standard| names.reserve(standard.name));
    stated.into_iter().map(|(id, stated)| (id, provider(id, &stated, entries, &mut names))).collect()
}

fn provider(id: Uuid, stated: &Stated<'_>, entries: &[String], names: &mut Names) -> Provider {
    let most = stated.libraries.values().max();
    let library = stated.libraries.iter().find(|(_, times)| Some(*times) == most).map_or("", |(path, _)| path);
    let name = match (StandardProvider::by_id(id), stated.layer) {
        (Some(standard), _) => standard.name.to_owned(),
        (None, Some(layer)) => names.unique(&entries[layer]),
        (None, None) if stated.slots == 1 => names.unique(&entries[stated.first]),
        (None, None) => names.unique(&file_stem(library).unwrap_or_else(|| entries[stated.first].clone())),
    };
    Provider { name, library: library.to_owned(), has_layer: stated.layer.is_some() }
}

/// Returns the name of a file without its extension, as in `lavasofttcpservice` for `C:\WINDOWS\system32\LavasoftTcpService.dll`.
fn file_stem(path: &str) -> Option<String> {
    let file = path.rsplit(['\\', '/']).next()?;
    names::slug(file.rsplit_once('.').map_or(file, |(stem, _)| stem))
}

/// Returns the declarations of the providers, each at the place where its GUID first occurs.
pub(super) fn declared(both: &Both<'_>, providers: &IndexMap<Uuid, Provider>) -> Vec<RawProvider> {
    let mut places = IndexMap::with_capacity(providers.len());
    for &slot in &both.slots {
        let item = both.item(slot);
        places.entry(item.info.provider_id).or_insert_with(|| item.field_at(Field::ProviderId));
    }
    let declared = places.into_iter().filter_map(|(id, at)| {
        let provider = providers.get(&id)?;
        // The system opens the sockets of standard providers. A provider with the GUID of a standard one and a layer is not a
        // standard one.
        let is_system = StandardProvider::by_id(id).is_some() && !provider.has_layer;
        Some(RawProvider {
            name: At::new(provider.name.clone(), at),
            module: is_system.then(|| At::new(SYSTEM.to_owned(), at)),
            id: Some(id),
            library: Some(provider.library.clone()),
            replace: false,
            unread: None,
            unread_module: None,
        })
    });
    declared.collect()
}
