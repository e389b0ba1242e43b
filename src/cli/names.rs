//! `names`: lists the words that catalogs and requests are written in, with their numbers.

use super::json::{Code, FamilyProtocols, KnownCategory, KnownError, KnownName, KnownService, Names};
use super::output::{self, Format};
use super::style::{FAINT, HEADING, SUBJECT};
use super::table::{Table, cell};
use super::{Failure, Globals, Status};
use sockatlas::Registry;
use sockatlas::terms::{Categories, ErrorCode, Family, Protocol, Services, SocketType};
use std::borrow::Cow;
use std::fmt::Write;

/// Lists the known names and numbers, in the dialect of the catalog
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas names families
  sockatlas names protocols --family netlink
  sockatlas names errors --format json")]
pub(super) struct Args {
    /// The kind of names; all if omitted
    #[arg(value_enum, value_name = "WHICH")]
    which: Option<Which>,

    /// Protocols of this family only
    #[arg(long, value_name = "FAMILY", allow_negative_numbers = true)]
    family: Option<String>,

    /// The format of the list
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Copy, Clone, PartialEq, Eq, clap::ValueEnum)]
enum Which {
    /// Address families
    Families,
    /// Socket types
    Types,
    /// Protocols, family by family
    Protocols,
    /// What entries can offer
    Services,
    /// What kinds of work layers do
    Categories,
    /// Why requests are refused
    Errors,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let which = match (args.which, &args.family) {
        (None | Some(Which::Protocols), Some(_)) => Some(Which::Protocols),
        (Some(_), Some(_)) => {
            let message = "only protocols are listed by family".to_owned();
            return Err(Failure::Message {
                message,
                help: Some("ask for `names protocols --family FAMILY`".to_owned()),
            });
        }
        (which, None) => which,
    };
    let registry = globals.registry()?;
    let family = args.family.as_deref().map(|word| registry.family(word)).transpose()?;
    let wanted = |section| which.is_none_or(|which| which == section);
    let mut names = Names::new(registry.dialect());
    names.families = wanted(Which::Families).then(|| families(&registry));
    names.types = wanted(Which::Types).then(|| types(&registry));
    names.protocols = wanted(Which::Protocols).then(|| protocols(&registry, family));
    names.services = wanted(Which::Services).then(services);
    names.categories = wanted(Which::Categories).then(categories);
    names.errors = wanted(Which::Errors)
        .then(|| ErrorCode::ALL.into_iter().map(|code| KnownError::new(code, registry.dialect())).collect());
    match args.format {
        Format::Json => output::json(&names)?,
        Format::Text => output::text(&text(&names))?,
    }
    Ok(Status::Clean)
}

/// Returns the families that have a number in the dialect, then those that the catalogs add.
fn families(registry: &Registry) -> Vec<KnownName<'_>> {
    let system = registry.dialect().system();
    let aliases = |family: Family| {
        Family::aliases().iter().filter(|&&(_, other)| other == family).map(|&(alias, _)| alias).collect()
    };
    let known = Family::all().filter(|family| family.number(system).is_some());
    let mut names: Vec<KnownName<'_>> = known
        .filter_map(|family| {
            let name = Cow::Borrowed(family.name()?);
            Some(KnownName { name, number: family.number(system), aliases: aliases(family) })
        })
        .collect();
    names.sort_by_key(|name| name.number);
    let own = registry.declared_families().filter(|(_, family)| family.name().is_none());
    names.extend(own.map(|(name, family)| KnownName {
        name: Cow::Borrowed(name),
        number: family.number(system),
        aliases: Vec::new(),
    }));
    names
}

fn types(registry: &Registry) -> Vec<KnownName<'_>> {
    let system = registry.dialect().system();
    let aliases = |socket_type: SocketType| {
        SocketType::aliases().iter().filter(|&&(_, other)| other == socket_type).map(|&(alias, _)| alias).collect()
    };
    SocketType::all()
        .filter_map(|socket_type| {
            let name = Cow::Borrowed(socket_type.name_on(system)?);
            Some(KnownName { name, number: Some(socket_type.number()), aliases: aliases(socket_type) })
        })
        .collect()
}

/// Returns the protocols of one family, or of each family that has names for them.
fn protocols(registry: &Registry, family: Option<Family>) -> Vec<FamilyProtocols<'_>> {
    let system = registry.dialect().system();
    let known = Family::all().filter(|family| *family != Family::UNSPEC && family.number(system).is_some());
    let own = registry.declared_families().map(|(_, family)| family).filter(|family| family.name().is_none());
    let all = || known.chain(own).filter(|family| !registry.protocol_names(*family).is_empty()).collect();
    let families: Vec<Family> = family.map_or_else(all, |family| vec![family]);
    let names = |family: Family| {
        let named = |(name, number): (String, i32)| {
            let aliases = Protocol::aliases(family, system).filter(|(_, other)| other.number() == number);
            KnownName {
                name: Cow::Owned(name),
                number: Some(number),
                aliases: aliases.map(|(alias, _)| alias).collect(),
            }
        };
        registry.protocol_names(family).into_iter().map(named).collect()
    };
    let name = |family| registry.family_name(family).unwrap_or_default();
    families.into_iter().map(|family| FamilyProtocols { family: name(family), names: names(family) }).collect()
}

fn services() -> Vec<KnownService> {
    let flag = |services: &Services| Some(services.xp1()).filter(|flag| *flag != 0);
    Services::known().map(|(name, services)| KnownService { name, xp1: flag(&services) }).collect()
}

fn categories() -> Vec<KnownCategory> {
    let value = |name: &str| name.parse().map_or(0, |category: Categories| category.bits());
    Categories::names().map(|name| KnownCategory { name, value: value(name) }).collect()
}

fn text(names: &Names<'_>) -> String {
    let mut text = String::new();
    let mut section = |heading: &str, table: &Table| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}{HEADING}{heading}{HEADING:#}", if text.is_empty() { "" } else { "\n" });
        table.write(&mut text);
    };
    if let Some(families) = &names.families {
        section("families", &known_names(families));
    }
    if let Some(types) = &names.types {
        section("types", &known_names(types));
    }
    for (families, protocols) in names.protocols.iter().flat_map(|protocols| alike(protocols)) {
        section(&format!("protocols of {}", families.join(", ")), &known_names(protocols));
    }
    if let Some(services) = &names.services {
        let mut table = Table::indented(2);
        for service in services {
            let flag = service.xp1.map(|flag| format!("0x{flag:08x}"));
            table.row([cell(service.name, SUBJECT), cell(flag.unwrap_or_default(), FAINT)]);
        }
        table.row([cell("x-...", SUBJECT), cell("a word of one's own", FAINT)]);
        section("services", &table);
    }
    if let Some(categories) = &names.categories {
        let mut table = Table::indented(2);
        for category in categories {
            table.row([cell(category.name, SUBJECT), cell(format!("0x{:08x}", category.value), FAINT)]);
        }
        section("categories", &table);
    }
    if let Some(errors) = &names.errors {
        let mut table = Table::indented(2);
        for error in errors {
            let number = |code: &Code| code.number.map(|number| format!(" {number}")).unwrap_or_default();
            table.row([
                cell(error.code, SUBJECT),
                format!("{}{}", error.wsa.name, number(&error.wsa)).into(),
                error.errno.as_ref().map(|errno| format!("{}{}", errno.name, number(errno))).unwrap_or_default().into(),
                cell(error.summary, FAINT),
            ]);
        }
        section("errors", &table);
    }
    text
}

fn known_names(names: &[KnownName<'_>]) -> Table {
    let mut table = Table::indented(2);
    for name in names {
        let number = name.number.map(|number| format!("{number:>3}")).unwrap_or_default();
        let aliases = name.aliases.join(", ");
        table.row([number.into(), cell(&*name.name, SUBJECT), cell(aliases, FAINT)]);
    }
    table
}

/// Groups the families that have the same protocols.
fn alike<'n>(protocols: &'n [FamilyProtocols<'_>]) -> Vec<(Vec<&'n str>, &'n [KnownName<'n>])> {
    let mut groups: Vec<(Vec<&str>, &[KnownName<'_>])> = Vec::new();
    for of_family in protocols {
        match groups.iter_mut().find(|(_, names)| *names == of_family.names) {
            Some((families, _)) => families.push(of_family.family),
            None => groups.push((vec![of_family.family], &of_family.names)),
        }
    }
    groups
}
