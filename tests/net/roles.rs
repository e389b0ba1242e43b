//! What holds on one side only: a server that asks nobody who he is cannot be selected, or opened, where it must be known.
#![cfg(feature = "tls")]

use super::tls::Pki;
use sockatlas::net::{Error, Opener, Providers};
use sockatlas::terms::{ErrorCode, Role, Services};
use sockatlas::{Loader, Registry, Request};
use std::io::{Read, Write};

/// TLS over TCP with these options of the layer, and what further stands in the catalog.
fn registry(options: &str, further: &str) -> Registry {
    let catalog = format!(
        "format = 1\ninclude = [\"builtin:linux.toml\"]\n[provider.tls]\n[layer.tls]\nprovider = \"tls\"\n\
         adds = [\"encrypted\", \"authenticated\"]\noptions = {{ {options} }}\n\
         [chain.secure]\nlayers = [\"tls\"]\nbase = \"tcp4\"\n{further}"
    );
    Loader::new().text("roles.toml", catalog.as_str()).load().unwrap_or_else(|error| panic!("{error}\n{catalog}"))
}

fn certified(pki: &Pki, further: &str) -> String {
    let [certificate, key] = ["server.pem", "server.key"].map(|file| pki.word(file));
    format!("certificate = \"{certificate}\", key = \"{key}\"{further}")
}

fn authenticated() -> Request {
    Request::named("secure").require(Services::AUTHENTICATED)
}

#[test]
fn a_listener_that_must_know_its_clients_is_selected_only_where_it_asks_who_they_are() {
    let pki = Pki::new("an authority");
    let anonymous = registry(&certified(&pki, ""), "");
    assert!(anonymous.resolve(&authenticated()).is_ok());
    let refusal = anonymous.resolve(&authenticated().accepting()).expect_err("anybody may come");
    assert_eq!(refusal.code(), ErrorCode::ServiceNotOffered);
    let asking = registry(&certified(&pki, &format!(", client-roots = \"{}\"", pki.word("ca.pem"))), "");
    let selection = asking.resolve(&authenticated().accepting()).expect("clients are asked");
    assert!(selection.services().contains(&Services::AUTHENTICATED));
    assert_eq!(selection.role(), Role::Accept);
}

#[test]
fn what_was_selected_to_connect_is_tested_again_when_it_is_to_accept() {
    let pki = Pki::new("an authority");
    let registry = registry(&certified(&pki, ""), "");
    let selection = registry.resolve(&authenticated()).expect("a client learns who its server is");
    let refused = Opener::new(&Providers::shipped(), &selection).listen("127.0.0.1:0").expect_err("nobody is asked");
    let Error::Refused { role: Role::Accept, refusal, .. } = &refused else { panic!("{refused}") };
    assert_eq!(refusal.code(), ErrorCode::ServiceNotOffered);
    // What the catalog leaves out, the program may add.
    let opener = Opener::new(&Providers::shipped(), &registry.resolve(&Request::named("secure")).expect("it is there"));
    assert!(opener.listen("127.0.0.1:0").is_ok(), "nothing is required");
}

#[test]
fn policy_is_tested_in_the_role_in_which_a_selection_is_opened() {
    let pki = Pki::new("an authority");
    let vault = "[application.vault]\nrequire = [\"authenticated\"]\n[[always]]\nrequest = { application = \"vault\" }\n\
                 services = [\"authenticated\"]\n";
    let registry = registry(&certified(&pki, ""), vault);
    let request = Request::named("secure").application("vault");
    let refusal = registry.resolve(&request.clone().accepting()).expect_err("anybody may come");
    assert_eq!(refusal.code(), ErrorCode::NotPermitted);
    let selection = registry.resolve(&request).expect("connecting");
    let refused = Opener::new(&Providers::shipped(), &selection).listen("127.0.0.1:0").expect_err("nobody is asked");
    assert_eq!(refused.code(), Some(ErrorCode::NotPermitted), "{refused}");
}

/// A guarantee that is proved of a catalog holds for what its programs open: a certificate that is given at opening makes an entry
/// accept that the catalog alone does not let accept.
#[test]
fn options_given_at_opening_break_no_guarantee() {
    let pki = Pki::new("an authority");
    let known = "[application.billing]\nrequire = [\"encrypted\"]\n[[always]]\nrequest = { application = \"billing\" }\n\
                 services = [\"encrypted\", \"authenticated\"]\n";
    let registry = registry(&format!("roots = \"{}\"", pki.word("ca.pem")), known);
    let report = sockatlas::check::check(
        &Loader::new().text("roles.toml", sockatlas::edit::to_toml(&registry)),
        &sockatlas::check::Settings::new(),
    );
    let broken = report.findings.iter().any(|finding| finding.code == "guarantee-broken");
    assert!(!broken, "without a certificate nothing is accepted");
    let selection = registry.resolve(&Request::named("secure").application("billing").accepting()).expect("encrypted");
    let opener = |options: &[(&str, &str)]| {
        options.iter().fold(Opener::new(&Providers::shipped(), &selection), |opener, (option, file)| {
            opener.set_word("tls", option, &pki.word(file)).expect("it is an option")
        })
    };
    let own = [("certificate", "server.pem"), ("key", "server.key")];
    let error = opener(&own).listen("127.0.0.1:0").expect_err("anybody may come").to_string();
    assert!(error.contains("it would break the guarantee at roles.toml:"), "{error}");
    let asking = [own[0], own[1], ("client-roots", "ca.pem")];
    assert!(opener(&asking).listen("127.0.0.1:0").is_ok(), "clients are asked");
}

/// On the wire: a client without a certificate is served where nothing is required, and nobody is where clients must be known.
#[test]
fn a_client_without_a_certificate_gets_nothing_from_a_server_that_must_know_it() {
    let pki = Pki::new("an authority");
    let served = |options: &str, client: &[(&str, &str)]| {
        let registry = registry(options, "");
        let selection = registry.resolve(&Request::named("secure").accepting()).expect("it is there");
        let listener = Opener::new(&Providers::shipped(), &selection).listen("127.0.0.1:0").expect("loopback");
        let port = listener.local().as_ref().and_then(|local| local.socket_addr()).expect("it is bound").port();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let Ok(accepted) = listener.accept() else { return };
                if let Ok(mut stream) = accepted.handshake() {
                    let _ = stream.write_all(b"the secret of the vault");
                    let _ = stream.shutdown_write();
                }
            });
            let mut heard = Vec::new();
            if let Ok(mut stream) = pki.connect(port, client) {
                let _ = stream.read_to_end(&mut heard);
            }
            heard
        })
    };
    let own = [("certificate", pki.word("client.pem")), ("key", pki.word("client.key"))];
    let own: Vec<(&str, &str)> = own.iter().map(|(option, word)| (*option, word.as_str())).collect();
    let asking = certified(&pki, &format!(", client-roots = \"{}\"", pki.word("ca.pem")));
    assert_eq!(served(&certified(&pki, ""), &[]), b"the secret of the vault");
    assert_eq!(served(&asking, &own), b"the secret of the vault");
    assert_eq!(served(&asking, &[]), b"");
}
