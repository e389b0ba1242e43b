//! The programs that take turns.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// Where programs forward to, and with which certificate they serve.
pub struct Stage {
    folder: tempfile::TempDir,
    target: SocketAddr,
}

/// A program that forwards.
pub struct Program {
    child: Child,
    pub address: SocketAddr,
}

impl Stage {
    pub fn new(target: SocketAddr) -> Stage {
        let folder = tempfile::tempdir().expect("a folder");
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
        let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        std::fs::write(folder.path().join("certificate.pem"), &certificate).expect("written");
        let path = folder.path().join("key.pem");
        std::fs::write(&path, &key).expect("written");
        // For its owner alone, as keys have to be.
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&path, permissions).expect("it is ours");
        Stage { folder, target }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// All programs that can do it, ours first.
    pub fn programs(&self, tls: bool) -> Vec<Program> {
        let (certificate, key) = (self.file("certificate.pem"), self.file("key.pem"));
        let (certificate, key) = (certificate.display(), key.display());
        let target = self.target;
        let mut programs = Vec::new();

        let address = free_address();
        let mut ours = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
        let spec = match tls {
            true => format!("secure/tcp4 tls.certificate={certificate} tls.key={key}"),
            false => "tcp4".to_owned(),
        };
        ours.args(["relay", "--listen", &spec, &address.to_string(), "--connect", "tcp4", &target.to_string()]);
        programs.push(Program::start(ours.env_remove("SOCKATLAS_CATALOG"), address));

        let address = free_address();
        let mut socat = Command::new("socat");
        let listen = match tls {
            true => format!("OPENSSL-LISTEN:{},cert={certificate},key={key},verify=0,", address.port()),
            false => format!("TCP4-LISTEN:{},", address.port()),
        };
        socat.arg(format!("{listen}bind=127.0.0.1,fork,reuseaddr,backlog=4096")).arg(format!("TCP4:{target}"));
        programs.push(Program::start(&mut socat, address));

        if tls {
            let address = free_address();
            let file = self.file("stunnel.conf");
            let text = format!(
                "foreground = yes\npid =\ndebug = 3\n[x]\naccept = {address}\nconnect = {target}\ncert = {certificate}\nkey = {key}\n"
            );
            std::fs::write(&file, text).expect("written");
            programs.push(Program::start(Command::new("stunnel4").arg(file), address));
        }
        programs
    }

    /// A client's side of TLS: it resumes nothing.
    pub fn client(&self) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_file(self.file("certificate.pem")).expect("a certificate");
        roots.add(certificate).expect("usable");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let mut config = config.expect("versions").with_root_certificates(roots).with_no_client_auth();
        config.resumption = rustls::client::Resumption::disabled();
        Arc::new(config)
    }
}

/// One that nobody listens at, and that the kernel gives to no client.
fn free_address() -> SocketAddr {
    let first = 20_000 + (std::process::id() % 10_000) as u16;
    let free = (first..32_000).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    SocketAddr::from(([127, 0, 0, 1], free.expect("a port")))
}

impl Program {
    fn start(command: &mut Command, address: SocketAddr) -> Program {
        let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        while TcpStream::connect(address).is_err() {
            std::thread::sleep(Duration::from_millis(10));
        }
        Program { child, address }
    }

    /// Seconds of processor time that it has taken, with its children; it is waited until these are gone.
    pub fn processor_time(&self) -> f64 {
        let id = self.child.id();
        let children = format!("/proc/{id}/task/{id}/children");
        while std::fs::read_to_string(&children).is_ok_and(|children| !children.trim().is_empty()) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).expect("it runs");
        // Behind the name, which ends with the last bracket: utime, stime, cutime, cstime are fields 14 to 17, in ticks.
        let (_, fields) = stat.rsplit_once(')').expect("a name");
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let ticks: u64 = fields[11..15].iter().map(|field| field.parse::<u64>().expect("a number")).sum();
        ticks as f64 / rustix::param::clock_ticks_per_second() as f64
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
