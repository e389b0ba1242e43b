//! The conversion of a Winsock catalog into a registry: in full, or without the entries that have faults.

use super::Bitness;
use super::document;
use super::fault::WinsockFault;
use super::form::Reading;
use super::packed::Field;
use super::store::{Item, Store};
use crate::catalog::faults::Faults;
use crate::catalog::{Content, Fault, FileId, Severity, Sources};
use crate::load::{LoadError, Loader};
use crate::registry::Registry;
use crate::report::Finding;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

/// The largest number of attempts to convert without the entries that prevented it. Each round also removes all chains over these
/// entries, so that more than two rounds are rare.
const ROUNDS: usize = 8;

/// Options for the conversion of a Winsock catalog into a registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportOptions {
    /// The programs whose entries can be selected; `None` means 64-bit programs. Entries that only the other set has are
    /// disabled.
    pub bits: Option<Bitness>,
    /// Whether entries with faults are left out, together with all chains over them. Otherwise such entries make the import fail.
    pub partial: bool,
}

/// A Winsock catalog that was converted into a registry.
#[derive(Debug)]
#[non_exhaustive]
pub struct Imported {
    /// The registry.
    pub registry: Registry,
    /// The part of the source from which the registry was made.
    pub store: Store,
    /// The items that were left out, and why, in the order of the source; empty unless `partial` is set.
    pub left_out: Vec<LeftOut>,
}

/// A fact that the source states and the registry does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// The item, by kind, description and id; `None` if the source states less than an item.
    pub item: Option<String>,
    /// The reason why it cannot be loaded, or the facts that are missing.
    pub why: Finding,
}

/// Converts a Winsock catalog that was read into a registry.
///
/// ```
/// use sockatlas::winsock::{ImportOptions, Options, import, read};
///
/// let text = std::fs::read("tests/winsock/samples/windows-10-1709.reg")?;
/// let reading = read("1709.reg", &text, None, &Options::default()).ok_or("no Winsock catalog")??;
/// let imported = import(reading, &ImportOptions::default())?;
/// assert!(imported.registry.entry("tcp4").is_some());
/// assert!(imported.left_out.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Every fault that prevents loading. With [`partial`](ImportOptions::partial), only the faults that remain: the source cannot be
/// read at all, or no item would be left.
pub fn import(reading: Reading, options: &ImportOptions) -> Result<Imported, LoadError> {
    let Reading { mut sources, mut store, mut faults } = reading;
    let file = FileId(0);
    sources.set_form(file, store.form.name());
    sources.set_content(file, Content::new(store.clone()));
    let sources = Arc::new(sources);
    let mut left_out: Vec<LeftOut> = Vec::new();
    for _ in 0..ROUNDS {
        let error = match registry(&store, file, &sources, &faults, options) {
            Ok(registry) => {
                left_out.sort_by_key(|left| left.why.at);
                return Ok(Imported { registry, store, left_out });
            }
            Err(error) => error,
        };
        let took = if options.partial { take_out(&mut store, &error, &faults) } else { None };
        match took.filter(|_| store.items().next().is_some()) {
            Some(took) => left_out.extend(took),
            None => return Err(error),
        }
        faults.clear();
    }
    left_out.sort_by_key(|left| left.why.at);
    registry(&store, file, &sources, &faults, options).map(|registry| Imported { registry, store, left_out })
}

fn registry(
    store: &Store,
    file: FileId,
    sources: &Arc<Sources>,
    faults: &[Fault],
    options: &ImportOptions,
) -> Result<Registry, LoadError> {
    let found = faults;
    let mut faults = Faults::default();
    faults.extend(found.iter().cloned());
    let mut document = document::document(store, file, options.bits.unwrap_or(Bitness::Bits64), &mut faults);
    // `<stdin>` is not the name of a file.
    let path = Some(sources.get(file).name()).filter(|name| !name.starts_with('<')).map(Path::new);
    let name = path.and_then(Path::file_name).map(|name| name.to_string_lossy());
    document.title = Some(document::title(store.form, name.as_deref()));
    Loader::new().load_document(sources.clone(), document, faults)
}

/// Takes out the items that have faults and all chains that name them. Returns `None` if a fault does not belong to an item,
/// unless it was found while reading an item that is stated in part.
fn take_out(store: &mut Store, error: &LoadError, of_reading: &[Fault]) -> Option<Vec<LeftOut>> {
    let regions = Regions::of(store);
    let mut doomed: BTreeMap<(usize, usize), Finding> = BTreeMap::new();
    let mut left_out = Vec::new();
    for fault in error.faults() {
        match regions.item(fault) {
            Some(item) => drop(doomed.entry(item).or_insert_with(|| Finding::from(fault))),
            None if WinsockFault::of(fault).is_some() && of_reading.contains(fault) => {
                left_out.push(LeftOut { item: None, why: Finding::from(fault) });
            }
            None => return None,
        }
    }
    for (number, set) in store.sets.iter_mut().enumerate() {
        let of_set = doomed.iter().filter(|((set, _), _)| *set == number);
        let reasons = with_chains(&set.items, of_set.map(|((_, item), why)| (*item, why.clone())).collect());
        let items = std::mem::take(&mut set.items);
        for (at, item) in items.into_iter().enumerate() {
            match reasons.get(&at) {
                Some(why) => left_out.push(LeftOut { item: Some(item.named()), why: why.clone() }),
                None => set.items.push(item),
            }
        }
    }
    (!left_out.is_empty()).then_some(left_out)
}

/// Adds every chain that names one of these items. If two items have the same id, it is not known which of them a chain means, so
/// the chain is added too.
fn with_chains(items: &[Item], doomed: HashMap<usize, Finding>) -> HashMap<usize, Finding> {
    let mut users: HashMap<u32, Vec<usize>> = HashMap::new();
    for (at, item) in items.iter().enumerate() {
        item.info.chain.ids().iter().for_each(|&id| users.entry(id).or_default().push(at));
    }
    let mut all = doomed;
    let mut rest: Vec<u32> = all.keys().filter_map(|&at| items.get(at)).map(Item::id).collect();
    rest.sort_unstable();
    while let Some(id) = rest.pop() {
        for at in users.remove(&id).unwrap_or_default() {
            let Some(chain) = items.get(at).filter(|_| !all.contains_key(&at)) else { continue };
            let message = format!("{} runs over id {id}, whose item is left out", chain.named());
            let place = chain.field_at(Field::ChainEntries);
            all.insert(at, Finding::new("winsock-broken-chain", Severity::Error, message, place));
            rest.push(chain.id());
        }
    }
    all
}

/// The parts of a source, by the item that each describes.
struct Regions {
    /// The offsets at which the parts begin, in order; `None` marks a part that does not describe an item of a set.
    starts: Vec<(u32, Option<(usize, usize)>)>,
}

impl Regions {
    fn of(store: &Store) -> Self {
        let of_items = store.sets.iter().enumerate().flat_map(|(number, set)| {
            let items = set.items.iter().enumerate().map(move |(at, item)| (item.at, Some((number, at))));
            let others = set.malformed.iter().map(|malformed| malformed.at).chain([set.at]);
            items.chain(others.map(|at| (at, None)))
        });
        let name_spaces = store.name_spaces.iter().flat_map(|set| &set.providers).map(|provider| provider.at);
        let applications = store.applications.iter().map(|application| application.key.at);
        let fragments = store.fragments.iter().map(|fragment| fragment.at);
        let others = name_spaces.chain(applications).chain(fragments).map(|at| (at, None));
        let mut starts: Vec<_> = of_items.chain(others).map(|(at, of)| (at.start, of)).collect();
        // If a set begins with its first item, the place belongs to the item.
        starts.sort_by_key(|&(start, of)| (start, of.is_some()));
        Regions { starts }
    }

    /// Returns the item in whose part the fault is: the index of its set, and its index in the set.
    fn item(&self, fault: &Fault) -> Option<(usize, usize)> {
        let behind = self.starts.partition_point(|&(start, _)| start <= fault.at.start);
        behind.checked_sub(1).and_then(|at| self.starts.get(at)).and_then(|&(_, of)| of)
    }
}
