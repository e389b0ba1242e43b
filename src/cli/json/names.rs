//! The output of `names`.

use super::{Code, VERSION};
use sockatlas::terms::{Dialect, ErrorCode};

/// The sections; those that were not requested are absent.
#[derive(Default, serde::Serialize)]
pub struct Names<'a> {
    version: u32,
    dialect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub families: Option<Vec<KnownName<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<KnownName<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocols: Option<Vec<FamilyProtocols<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub services: Option<Vec<KnownService>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categories: Option<Vec<KnownCategory>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Vec<KnownError>>,
}

impl Names<'_> {
    pub fn new(dialect: Dialect) -> Self {
        Names { version: VERSION, dialect: dialect.name(), ..Names::default() }
    }
}

/// A name, its number in the dialect, and its aliases.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
pub struct KnownName<'a> {
    pub name: std::borrow::Cow<'a, str>,
    pub number: Option<i32>,
    pub aliases: Vec<&'static str>,
}

#[derive(serde::Serialize)]
pub struct FamilyProtocols<'a> {
    pub family: &'a str,
    pub names: Vec<KnownName<'a>>,
}

#[derive(serde::Serialize)]
pub struct KnownService {
    pub name: &'static str,
    /// The XP1_* flag; null for services that have no flag in Winsock.
    pub xp1: Option<u32>,
}

#[derive(serde::Serialize)]
pub struct KnownCategory {
    pub name: &'static str,
    pub value: u32,
}

#[derive(serde::Serialize)]
pub struct KnownError {
    pub code: &'static str,
    pub summary: &'static str,
    pub wsa: Code,
    pub errno: Option<Code>,
}

impl KnownError {
    pub fn new(code: ErrorCode, dialect: Dialect) -> Self {
        KnownError {
            code: code.as_str(),
            summary: code.summary(),
            wsa: Code::wsa(code.wsa()),
            errno: code.errno().map(|errno| Code::errno(errno, dialect)),
        }
    }
}
