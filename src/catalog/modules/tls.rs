//! `tls`: TLS 1.2 (RFC 5246) and 1.3 (RFC 8446).

use super::{Module, ModuleRole, OptionKind, OptionSpec, Promise};
use crate::catalog::FileUse;
use crate::terms::Role;

pub(crate) static TLS: Module =
    Module::new("tls", ModuleRole::Layer, "TLS 1.2 and 1.3 (RFC 5246, RFC 8446), with the peer verified")
        .feature("tls")
        .promises(&[
            Promise::gives("encrypted"),
            Promise::gives("authenticated").on(Role::Connect).tacit(),
            Promise::gives("authenticated").on(Role::Accept).with("client-roots").tacit(),
        ])
        .options(&[
            OptionSpec::new(
                "roots",
                OptionKind::FilesOr(&["platform", "webpki"]),
                "Who may vouch for a server: the system's authorities, Mozilla's, or those in PEM files",
            )
            .files_are(FileUse::Trusted)
            .default("\"platform\""),
            OptionSpec::new("server-name", OptionKind::Text, "The name that the server must prove, and SNI")
                .default("the host connected to"),
            OptionSpec::new(
                "alpn",
                OptionKind::Texts,
                "Application protocols, best first, each of 1 to 255 bytes (RFC 7301)",
            )
            .default("none"),
            OptionSpec::new("min-version", OptionKind::Choice(&["1.2", "1.3"]), "The oldest version of TLS accepted")
                .default("\"1.2\""),
            OptionSpec::new(
                "certificate",
                OptionKind::File,
                "A PEM file with one's own certificate chain; a server needs one",
            )
            .files_are(FileUse::Trusted)
            .with(&["key"])
            .required_to(&[Role::Accept])
            .default("none"),
            OptionSpec::new("key", OptionKind::File, "A PEM file with the private key of `certificate`")
                .files_are(FileUse::Secret)
                .with(&["certificate"])
                .default("none"),
            OptionSpec::new(
                "client-roots",
                OptionKind::File,
                "Accepting: a PEM file with those who may vouch for a client, which then must show a certificate",
            )
            .files_are(FileUse::Trusted)
            .default("clients are not asked for one"),
        ]);
