//! `connect`: standard input and output through a connection that is made.

use super::output::{printable, talk};
use super::pump::{Patience, pump};
use super::spec::{Spec, told};
use super::style::FAINT;
use super::{Failure, Globals, Status};
use crate::net::{Opened, Opener, Step, readiness};

/// Connects to TARGET through a base protocol or chain: standard input goes out, what comes in goes to standard output
///
/// SPEC is resolved like any request; what is refused, or cannot be opened as the catalog says, is not opened at all. TARGET is
/// HOST:PORT of inet and inet6, a path or @NAME of unix, CID:PORT of vsock. The end of the input ends our side of the
/// connection, through every layer; what the peer still sends is printed.
///
/// Secrets are read from files and from the environment: --set socks5.password-file=FILE, --set socks5.password-env=NAME.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas connect tcp4 localhost:7
  sockatlas connect inet/stream --require encrypted example.org:443
  sockatlas connect secure-socks/tcp4 --set socks5.proxy=localhost:1080 example.org:443
  sockatlas connect unix-stream /run/daemon.sock <request >answer")]
pub(super) struct Args {
    #[command(flatten)]
    spec: Spec,

    /// What to connect to
    #[arg(value_name = "TARGET")]
    target: String,

    /// Says on stderr what was opened, and at the end how many bytes went where
    #[arg(short, long)]
    verbose: bool,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let opener = match args.spec.opener(globals)? {
        Ok(opener) => opener,
        Err(status) => return Ok(status),
    };
    let mut stream = opener.connect(&*args.target).and_then(|stream| stream.into_nonblocking(&opener)).map_err(told)?;
    if args.verbose {
        tell_opened(&stream.opened());
    }
    let result = pump(&mut stream, patience(&opener));
    if args.verbose {
        tell_traffic(&stream);
    }
    result.map(|()| Status::Clean)
}

pub(super) fn patience(opener: &Opener) -> Patience {
    Patience { read: opener.time_limit(Step::Read), write: opener.time_limit(Step::Write) }
}

pub(super) fn tell_opened(opened: &Opened) {
    talk(format_args!("{FAINT}{}{FAINT:#}", printable(&opened.to_string())));
}

pub(super) fn tell_traffic(stream: &readiness::Stream) {
    let opened = stream.opened();
    for layer in &opened.layers {
        let traffic = &layer.traffic;
        talk(format_args!(
            "{FAINT}{}: {} bytes sent as {}, {} received as {}{FAINT:#}",
            layer.name, traffic.sent_above, traffic.sent_below, traffic.received_above, traffic.received_below
        ));
    }
    let base = opened.stack.last().map_or("", String::as_str);
    talk(format_args!("{FAINT}{base}: {} bytes sent, {} received{FAINT:#}", opened.sent, opened.received));
}
