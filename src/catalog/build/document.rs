//! The builder of a whole document, and its text.

use super::claims::{Always, Expect};
use super::entries::{Base, Chain, Layer};
use super::place::Comments;
use super::sections::{Application, Family, Provider};
use super::words::Scopes;
use crate::catalog::document::FORMAT;
use crate::catalog::raw::Severity;
use crate::terms::Dialect;
use crate::text::{Page, Table, string};
use indexmap::IndexMap;

/// A document built by a program.
///
/// Two items with the same name are both written, and so are a fault when the document is loaded, as in a file. Entries have
/// their places in the order in which they are added, whatever their kind.
#[derive(Clone, Debug)]
#[must_use]
pub struct Document {
    comments: Comments,
    places: bool,
    headings: bool,
    dialect: Option<Dialect>,
    title: Option<String>,
    includes: Vec<String>,
    order: Vec<String>,
    disable: Vec<String>,
    providers: Vec<Provider>,
    families: Vec<Family>,
    entries: Vec<Entry>,
    applications: Vec<Application>,
    expectations: Vec<Expect>,
    guarantees: Vec<Always>,
    lint: Option<(Comments, Severities)>,
    winsock: Option<(Comments, Winsock)>,
}

#[derive(Clone, Debug)]
enum Entry {
    Base(Base),
    Layer(Layer),
    Chain(Chain),
}

/// The severities by the codes of their rules, each with the reason that stands behind it.
type Severities = IndexMap<String, (Severity, Option<String>)>;

impl Entry {
    /// Returns the heading above the entries of this kind.
    fn heading(&self) -> &'static str {
        match self {
            Entry::Base(_) => "Base protocols",
            Entry::Layer(_) => "Layers",
            Entry::Chain(_) => "Chains",
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Winsock {
    next_catalog_entry_id: Option<u32>,
    serial_access_number: Option<u32>,
    order_32: Vec<String>,
    order_64: Vec<String>,
}

impl Default for Document {
    #[track_caller]
    fn default() -> Self {
        Document::new()
    }
}

impl Document {
    /// Creates an empty document.
    #[track_caller]
    pub fn new() -> Self {
        Document {
            comments: Comments::here(),
            places: true,
            headings: false,
            dialect: None,
            title: None,
            includes: Vec::new(),
            order: Vec::new(),
            disable: Vec::new(),
            providers: Vec::new(),
            families: Vec::new(),
            entries: Vec::new(),
            applications: Vec::new(),
            expectations: Vec::new(),
            guarantees: Vec::new(),
            lint: None,
            winsock: None,
        }
    }

    /// Sets the dialect: the numbers and the precedence of errors that apply. Without it, the dialect of the documents it is
    /// merged with applies.
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = Some(dialect);
        self
    }

    /// Sets the title of the document, for people.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Includes a document before this one. A document that is not in a file can include only the catalogs that ship, such as
    /// `builtin:layers.toml`.
    pub fn include(mut self, path: impl Into<String>) -> Self {
        self.includes.push(path.into());
        self
    }

    /// Sets the entries that come first in catalog order.
    pub fn order(mut self, entries: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.order = names(entries);
        self
    }

    /// Sets the entries that are disabled.
    pub fn disable(mut self, entries: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.disable = names(entries);
        self
    }

    /// Adds a provider.
    pub fn provider(mut self, provider: Provider) -> Self {
        self.providers.push(provider);
        self
    }

    /// Adds a family, or facts about one.
    pub fn family(mut self, family: Family) -> Self {
        self.families.push(family);
        self
    }

    /// Adds a base protocol.
    pub fn base(mut self, base: Base) -> Self {
        self.entries.push(Entry::Base(base));
        self
    }

    /// Adds a layer.
    pub fn layer(mut self, layer: Layer) -> Self {
        self.entries.push(Entry::Layer(layer));
        self
    }

    /// Adds a chain.
    pub fn chain(mut self, chain: Chain) -> Self {
        self.entries.push(Entry::Chain(chain));
        self
    }

    /// Adds the policy for an application.
    pub fn application(mut self, application: Application) -> Self {
        self.applications.push(application);
        self
    }

    /// Adds a test.
    pub fn expect(mut self, test: Expect) -> Self {
        self.expectations.push(test);
        self
    }

    /// Adds a guarantee.
    pub fn always(mut self, guarantee: Always) -> Self {
        self.guarantees.push(guarantee);
        self
    }

    /// Sets the severity of a rule's findings, by its code; the last call for a code wins.
    #[track_caller]
    pub fn lint(mut self, code: impl Into<String>, severity: Severity) -> Self {
        self.lints().insert(code.into(), (severity, None));
        self
    }

    /// Like [`Document::lint`], with the reason in a comment behind it.
    #[track_caller]
    pub(crate) fn lint_because(mut self, code: &str, severity: Severity, reason: &str) -> Self {
        self.lints().insert(code.to_owned(), (severity, Some(reason.to_owned())));
        self
    }

    #[track_caller]
    fn lints(&mut self) -> &mut Severities {
        let here = Comments::here();
        &mut self.lint.get_or_insert_with(|| (here, IndexMap::new())).1
    }

    /// Sets `Next_Catalog_Entry_ID` of a Winsock catalog.
    #[track_caller]
    pub fn winsock_next_catalog_entry_id(mut self, id: u32) -> Self {
        self.winsock().next_catalog_entry_id = Some(id);
        self
    }

    /// Sets `Serial_Access_Num` of a Winsock catalog.
    #[track_caller]
    pub fn winsock_serial_access_number(mut self, number: u32) -> Self {
        self.winsock().serial_access_number = Some(number);
        self
    }

    /// Sets the order of the 32-bit Winsock catalog, where it differs.
    #[track_caller]
    pub fn winsock_order_32(mut self, entries: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.winsock().order_32 = names(entries);
        self
    }

    /// Sets the order of the 64-bit Winsock catalog, where it differs.
    #[track_caller]
    pub fn winsock_order_64(mut self, entries: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.winsock().order_64 = names(entries);
        self
    }

    #[track_caller]
    fn winsock(&mut self) -> &mut Winsock {
        let here = Comments::here();
        &mut self.winsock.get_or_insert_with(|| (here, Winsock::default())).1
    }

    /// Adds comments at the head of the document.
    pub fn comment(mut self, text: impl AsRef<str>) -> Self {
        self.comments.add(text.as_ref());
        self
    }

    /// Adds comments at the head of the document, a line each.
    pub(crate) fn comment_lines(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.comments.add_lines(lines);
        self
    }

    /// Sets whether headings stand above the tables of each kind, as in a text that people keep. The default is `false`.
    pub(crate) fn headings(mut self, headings: bool) -> Self {
        self.headings = headings;
        self
    }

    /// Sets whether comments above the tables say where in the program they were built, as they do without this.
    ///
    /// Faults then lead to that place. Turn it off for a text that people keep as a file.
    pub fn places(mut self, places: bool) -> Self {
        self.places = places;
        self
    }

    /// Returns the document as TOML in the canonical layout, which is the text that [`Loader::built`](crate::Loader::built)
    /// reads.
    ///
    /// ```
    /// use sockatlas::catalog::build::{Base, Document, Provider};
    /// use sockatlas::terms::{Family, Protocol, SocketType};
    ///
    /// let document = Document::new()
    ///     .places(false)
    ///     .provider(Provider::new("kernel").module("system"))
    ///     .base(Base::new("tcp4", "kernel", Family::INET, SocketType::STREAM, Protocol::TCP).matches_zero(true));
    /// let text = r#"format = 1
    ///
    /// [provider.kernel]
    /// module = "system"
    ///
    /// [base.tcp4]
    /// provider     = "kernel"
    /// family       = "inet"
    /// type         = "stream"
    /// protocol     = "tcp"
    /// matches-zero = true
    /// "#;
    /// assert_eq!(document.to_toml(), text);
    /// ```
    pub fn to_toml(&self) -> String {
        let declared = self.families.iter().map(|family| (family.name.as_str(), family.number, &family.protocols));
        let scopes = Scopes::new(self.dialect, declared);
        let places = self.places;
        let mut page = Page::default();
        self.comments.write(&mut page, places);
        if self.headings {
            page.blank();
        }
        page.table(&self.head());
        self.heading(&mut page, "Providers", !self.providers.is_empty());
        self.providers.iter().for_each(|provider| provider.write(&mut page, places));
        self.heading(&mut page, "Families", !self.families.is_empty());
        self.families.iter().for_each(|family| family.write(&mut page, places));
        self.write_entries(&mut page, &scopes);
        self.heading(&mut page, "Policy", !self.applications.is_empty());
        self.applications.iter().for_each(|application| application.write(&mut page, places));
        self.heading(&mut page, "Tests", !self.expectations.is_empty());
        self.expectations.iter().for_each(|test| test.write(&mut page, places, &scopes));
        self.heading(&mut page, "Guarantees", !self.guarantees.is_empty());
        self.guarantees.iter().for_each(|guarantee| guarantee.write(&mut page, places, &scopes));
        if let Some((comments, severities)) = &self.lint {
            let mut table = Table::new(&["lint"]);
            for (code, (severity, reason)) in severities {
                table.scalar(code, string(severity.name()));
                reason.iter().for_each(|reason| table.remark(reason));
            }
            self.heading(&mut page, "Severities", true);
            comments.write(&mut page, places);
            page.table(&table);
        }
        if let Some((comments, winsock)) = &self.winsock {
            let mut table = Table::new(&["winsock"]);
            table.number("next-catalog-entry-id", winsock.next_catalog_entry_id);
            table.number("serial-access-number", winsock.serial_access_number);
            table.names("order-32", winsock.order_32.clone());
            table.names("order-64", winsock.order_64.clone());
            self.heading(&mut page, "The Winsock catalog itself", true);
            comments.write(&mut page, places);
            page.table(&table);
        }
        page.into_text()
    }

    /// Writes the entries, under a heading for each kind if the kinds stand together, otherwise under one heading for all.
    fn write_entries(&self, page: &mut Page, scopes: &Scopes) {
        let mut runs: Vec<&str> = self.entries.iter().map(Entry::heading).collect();
        runs.dedup();
        let are_together = runs.iter().enumerate().all(|(at, heading)| !runs[..at].contains(heading));
        self.heading(page, "Entries", !are_together);
        let mut above = None;
        for entry in &self.entries {
            let heading = entry.heading();
            self.heading(page, heading, are_together && above.replace(heading) != Some(heading));
            match entry {
                Entry::Base(base) => base.write(page, self.places, scopes),
                Entry::Layer(layer) => layer.write(page, self.places, scopes),
                Entry::Chain(chain) => chain.write(page, self.places, scopes),
            }
        }
    }

    fn heading(&self, page: &mut Page, title: &str, is_wanted: bool) {
        page.section(title, self.headings && is_wanted);
    }

    /// Returns the keys that stand above all tables.
    fn head(&self) -> Table {
        let mut table = Table::top();
        table.scalar("format", FORMAT);
        table.text("dialect", self.dialect.map(Dialect::name));
        table.text("title", self.title.as_deref());
        table.names("include", self.includes.clone());
        table.names("order", self.order.clone());
        table.names("disable", self.disable.clone());
        table
    }
}

fn names(names: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    names.into_iter().map(Into::into).collect()
}
