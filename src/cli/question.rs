//! A request as arguments.

use super::Failure;
use super::failure::warn;
use sockatlas::{Registry, Request};

/// FAMILY, TYPE and PROTOCOL, and the further demands.
#[derive(clap::Args)]
pub(super) struct Question {
    /// The address family: a name as in AF_, lower case, or a number
    #[arg(index = 1, value_name = "FAMILY", required_unless_present = "entry", allow_negative_numbers = true)]
    family: Option<String>,

    /// The socket type: a name as in SOCK_, lower case, or a number
    #[arg(index = 2, value_name = "TYPE", required_unless_present = "entry", allow_negative_numbers = true)]
    socket_type: Option<String>,

    /// The protocol: a name in the family, or a number; 0 if omitted
    #[arg(index = 3, value_name = "PROTOCOL", allow_negative_numbers = true)]
    protocol: Option<String>,

    /// Exactly this entry; FAMILY, TYPE and PROTOCOL may then be omitted, and are those of the entry
    #[arg(long, value_name = "NAME|ID", allow_negative_numbers = true, help_heading = DEMANDS)]
    entry: Option<String>,

    /// Whether to connect or to accept: the services offered can differ; connect if omitted
    #[arg(long, value_name = "connect|accept", help_heading = DEMANDS)]
    role: Option<String>,

    #[command(flatten)]
    demands: Demands,
}

/// The demands beyond FAMILY, TYPE and PROTOCOL.
#[derive(clap::Args)]
pub(super) struct Demands {
    /// Only entries of this provider
    #[arg(long, value_name = "NAME|GUID", help_heading = DEMANDS)]
    provider: Option<String>,

    /// Only entries that offer all of these services; a list with commas, repeatable
    #[arg(long, value_name = "SERVICES", help_heading = DEMANDS)]
    require: Vec<String>,

    /// Of several entries, the one that offers most of these
    #[arg(long, value_name = "SERVICES", help_heading = DEMANDS)]
    prefer: Vec<String>,

    /// Of several entries, the one that offers fewest of these
    #[arg(long, value_name = "SERVICES", help_heading = DEMANDS)]
    avoid: Vec<String>,

    /// Only entries that offer none of these
    #[arg(long, value_name = "SERVICES", help_heading = DEMANDS)]
    prohibit: Vec<String>,

    /// The application that asks, whose policy is added
    #[arg(long, value_name = "NAME", help_heading = DEMANDS)]
    application: Option<String>,
}

const DEMANDS: &str = "Demands";

/// The ids of the arguments, for arguments that conflict with them.
pub(super) const ARGUMENTS: [&str; 11] = [
    "family",
    "socket_type",
    "protocol",
    "entry",
    "role",
    "provider",
    "require",
    "prefer",
    "avoid",
    "prohibit",
    "application",
];

impl Question {
    /// Returns the request, and warns on stderr if it names an application that no catalog knows.
    pub fn ask(&self, registry: &Registry) -> Result<Request, Failure> {
        let word = |word: &'_ Option<String>| word.clone().unwrap_or_else(|| "0".to_owned());
        let mut request = registry.request(&word(&self.family), &word(&self.socket_type), self.protocol.as_deref())?;
        for (key, value) in self.demands() {
            registry.demand(&mut request, key, value)?;
        }
        warn_if_unknown(registry, &request);
        Ok(request)
    }

    /// Returns the protocol as it was written, if it was.
    pub fn protocol(&self) -> Option<&str> {
        self.protocol.as_deref()
    }

    /// Returns the arguments as a shell reads them: `inet stream --require encrypted`.
    pub fn words(&self) -> String {
        let triple = [&self.family, &self.socket_type, &self.protocol];
        let mut words: Vec<String> = triple.into_iter().flatten().map(|word| quoted(word)).collect();
        words.extend(self.demands().map(|(key, value)| format!("--{key} {}", quoted(value))));
        words.join(" ")
    }

    /// Returns the demands with their keys, in the order of the arguments.
    fn demands(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let entry = self.entry.iter().map(|entry| ("entry", entry.as_str()));
        let role = self.role.iter().map(|role| ("role", role.as_str()));
        entry.chain(role).chain(self.demands.each())
    }
}

impl Demands {
    /// Returns the demands with their keys, in the order of the arguments.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, &str)> {
        fn each<'q>(
            key: &'static str,
            values: impl IntoIterator<Item = &'q String>,
        ) -> impl Iterator<Item = (&'static str, &'q str)> {
            values.into_iter().map(move |value| (key, value.as_str()))
        }
        each("provider", &self.provider)
            .chain(each("require", &self.require))
            .chain(each("prefer", &self.prefer))
            .chain(each("avoid", &self.avoid))
            .chain(each("prohibit", &self.prohibit))
            .chain(each("application", &self.application))
    }
}

/// Returns the application of a request if no catalog has a policy section for its name and the request is answered nevertheless.
/// If other applications have sections and there is none for all, the request is refused, and the refusal needs no warning.
pub(super) fn unknown_application<'q>(registry: &Registry, request: &'q Request) -> Option<&'q str> {
    let name = request.demands()?.application.as_deref()?;
    let is_answered = registry.knows_application("*") || registry.applications().len() == 0;
    (!registry.knows_application(name) && is_answered).then_some(name)
}

/// Warns if the application of a request is unknown.
pub(super) fn warn_if_unknown(registry: &Registry, request: &Request) {
    if let Some(name) = unknown_application(registry, request) {
        warn_of_application(registry, name);
    }
}

/// Warns that an application is unknown: a mistyped name would otherwise silently lose its policy.
pub(super) fn warn_of_application(registry: &Registry, name: &str) {
    let policy = if registry.knows_application("*") {
        "the request gets the policy of `*`"
    } else {
        "no policy applies to the request"
    };
    warn(format_args!("no catalog has a section [application.{name}]; {policy}"));
}

/// Returns a word quoted for a POSIX shell.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./,:=@+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
