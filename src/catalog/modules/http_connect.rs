//! `http-connect`: the method CONNECT of RFC 9110, section 9.3.6, and basic authentication of RFC 7617.

use super::{Module, ModuleRole, OptionKind, OptionSpec, Promise};
use crate::catalog::FileUse;
use crate::terms::Role;

pub(crate) static HTTP_CONNECT: Module = Module::new(
    "http-connect",
    ModuleRole::Layer,
    "Connects through an HTTP proxy (CONNECT, RFC 9110 9.3.6), which resolves names; accepting, it is one",
)
.feature("net")
.promises(&[
    Promise::gives("proxied"),
    Promise::ends("encrypted").on(Role::Connect),
    Promise::ends("authenticated").on(Role::Connect),
])
.options(&[
    OptionSpec::new("proxy", OptionKind::Address, "The proxy").required_to(&[Role::Connect]),
    OptionSpec::new("username", OptionKind::Text, "The user, without a colon (RFC 7617)")
        .with(&["password-file", "password-env"])
        .default("no user"),
    OptionSpec::new("password-file", OptionKind::File, "A file with the user's password: its first line")
        .files_are(FileUse::Secret)
        .with(&["username"])
        .not_with(&["password-env"]),
    OptionSpec::new("password-env", OptionKind::Text, "A variable of the environment with the user's password")
        .with(&["username"]),
    OptionSpec::new(
        "users-file",
        OptionKind::File,
        "Accepting: a file with those who may connect, `NAME:PASSWORD` a line; `#` begins a comment",
    )
    .files_are(FileUse::Secret)
    .default("clients are not asked who they are"),
]);
