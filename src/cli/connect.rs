//! `connect`: connects standard input and output to a target.

use super::output::{printable, talk};
use super::pump::{Patience, pump};
use super::spec::{Losing, Spec, Takes, notify_never_tried, reported};
use super::style::FAINT;
use super::{Failure, Globals, Status};
use sockatlas::net::{Opened, Opener, Step, readiness};
use sockatlas::terms::Role;

/// Connects to TARGET through a base protocol or chain: standard input goes out, what comes in goes to standard output
///
/// SPEC is resolved like any request; a request that is refused, or that cannot be opened as the catalog states, opens nothing.
/// TARGET is HOST:PORT of inet and inet6, a path or @NAME of unix, CID:PORT of vsock. The end of the input ends our side of the
/// connection, through every layer; further data of the peer is still printed.
///
/// Secrets are read from files and from the environment: --set socks5.password-file=FILE, --set socks5.password-env=NAME.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas connect tcp4 localhost:7
  sockatlas connect inet/stream --require encrypted example.org:443
  sockatlas connect --fallback secure example.org:443
  sockatlas connect secure-socks/tcp4 --set socks5.proxy=localhost:1080 example.org:443
  sockatlas connect unix-stream /run/daemon.sock <request >answer")]
pub(super) struct Args {
    #[command(flatten)]
    spec: Spec,

    /// The address to connect to
    #[arg(value_name = "TARGET")]
    target: String,

    /// Tries every entry that matches SPEC, or every entry that its name stands for, in order: IPv4 and IPv6 of one stack side by
    /// side, any other when all before it have failed. Entries that lack required services are not tried, nor entries that lack
    /// `encrypted` or `authenticated` where the first entry has it. No entry is tried after a failure of authentication
    #[arg(long)]
    fallback: bool,

    #[command(flatten)]
    losing: Losing,

    /// Prints on stderr what was opened, at the end the bytes in each direction, and if there were several attempts, the result
    /// of each
    #[arg(short, long)]
    verbose: bool,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let takes = if args.fallback { Takes::All } else { Takes::FirstUnlessAsked };
    let alternatives = match args.spec.alternatives(globals, Role::Connect, takes)? {
        Ok(alternatives) => alternatives.may_lose(args.losing.services()),
        Err(status) => return Ok(status),
    };
    notify_never_tried(&alternatives);
    let stream = alternatives.connect(&*args.target).map_err(reported)?;
    let opener = alternatives.opener(stream.entry()).unwrap_or(&alternatives.openers()[0]);
    let mut stream = stream.into_nonblocking(opener).map_err(reported)?;
    if args.verbose {
        notify_opened(&stream.opened());
    }
    let result = pump(&mut stream, patience(opener));
    if args.verbose {
        notify_traffic(&stream);
    }
    result.map(|()| Status::Clean)
}

pub(super) fn patience(opener: &Opener) -> Patience {
    Patience { read: opener.time_limit(Step::Read), write: opener.time_limit(Step::Write) }
}

pub(super) fn notify_opened(opened: &Opened) {
    for attempt in opened.attempts.iter().filter(|_| opened.attempts.len() > 1) {
        let began = attempt.began.as_millis();
        talk(format_args!("{FAINT}{}, begun after {began} ms{FAINT:#}", printable(&attempt.to_string())));
    }
    talk(format_args!("{FAINT}{}{FAINT:#}", printable(&opened.to_string())));
}

pub(super) fn notify_traffic(stream: &readiness::Stream) {
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
