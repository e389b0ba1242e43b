//! Tests of options and files that cannot be used.

use super::*;

#[test]
fn options_that_cannot_be_used_are_reported_with_the_file_and_the_reason() {
    let pki = Pki::new();
    pki.issue("other", &["other"]);
    pki.write("empty.pem", "");
    pki.write("text.pem", "-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n");
    pki.write("open.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
    pki.write("short.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    pki.write("locked.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    pki.write("broken.key", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");
    let own = |certificate: &str, key: &str| format!("certificate = \"DIR/{certificate}\", key = \"DIR/{key}\"");
    let long = format!("roots = \"DIR/ca.pem\", alpn = ['{}']", "x".repeat(256));
    let table = [
        (Role::Connect, "roots = \"DIR/none.pem\"", "`roots`: DIR/none.pem: No such file or directory"),
        (
            Role::Connect,
            "roots = [\"DIR/ca.pem\", \"DIR/empty.pem\"]",
            "`roots`: DIR/empty.pem: it holds no certificate",
        ),
        (
            Role::Connect,
            "roots = \"DIR/text.pem\"",
            "`roots`: DIR/text.pem: it is damaged PEM: a section is not in base64",
        ),
        (Role::Connect, "roots = \"DIR/open.pem\"", "`roots`: DIR/open.pem: it is damaged PEM: a section has no end"),
        (Role::Connect, "roots = \"DIR/short.pem\"", "`roots`: DIR/short.pem: certificate 1 is unusable: "),
        (Role::Connect, "roots = \"DIR/ca.pem\", server-name = 'a b'", "`server-name`: `a b` is neither"),
        (Role::Connect, &long, "`alpn`: a protocol of 256 bytes"),
        (Role::Connect, "roots = \"webpki\", key = \"DIR/client.key\"", "`certificate`: `key` is of no use without it"),
        (Role::Accept, "", "`certificate`: who accepts connections must show one"),
        (Role::Accept, "certificate = \"DIR/server.pem\"", "`key`: `certificate` is of no use without its key"),
        (
            Role::Accept,
            &own("server.pem", "other.key"),
            "`key`: DIR/other.key: it is not the key of the first certificate in DIR/server.pem",
        ),
        (Role::Accept, &own("server.pem", "server.pem"), "`key`: DIR/server.pem: it holds no private key"),
        (Role::Accept, &own("server.key", "server.key"), "`certificate`: DIR/server.key: it holds no certificate"),
        (Role::Accept, &own("server.pem", "locked.key"), "`key`: DIR/locked.key: the key is encrypted"),
        (Role::Accept, &own("server.pem", "broken.key"), "`key`: DIR/broken.key: the key is unusable: "),
        (
            Role::Accept,
            &own("short.pem", "server.key"),
            "`certificate`: DIR/short.pem: the first certificate is unusable: ",
        ),
        (
            Role::Accept,
            &format!("{}, client-roots = \"DIR/empty.pem\"", own("server.pem", "server.key")),
            "`client-roots`: DIR/empty.pem: it holds no certificate",
        ),
    ];
    for (role, options, reported) in table {
        let Err(error) = pki.prepare(role, options) else { panic!("{options} can be used") };
        let text = error.to_string().replace(&pki.folder.path().display().to_string(), "DIR");
        assert!(text.starts_with(&format!("option {reported}")), "{text}");
        assert_eq!(error.kind(), ProviderFailure::Option);
        assert!(!text.contains("c2VjcmV0") && !text.contains("secret"));
    }
    let layer = pki.prepare(Role::Connect, "roots = \"DIR/ca.pem\"").unwrap();
    let error = layer.session(&Context::new(None, now())).err().unwrap();
    assert_eq!(
        error.to_string(),
        "option `server-name`: the target has no host that a certificate could prove: state the name"
    );
    pki.prepare(Role::Connect, "roots = \"webpki\"").unwrap();
}
