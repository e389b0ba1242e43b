//! `relay`: accepts on one chain, and forwards on another.

use super::follow::Following;
use super::spec::{Exposing, Limit, Words, reported, time};
use super::traffic::{Served, files, log::Log, serve};
use super::{Failure, Globals, Status};
use sockatlas::Registry;
use sockatlas::net::relay::Relay;
use sockatlas::terms::Role;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Accepts connections on one chain, and forwards each on another
///
/// SPEC is resolved like any request: an entry's name, as secure/tcp4, or a request, as inet/stream. Demands and options for this
/// relay may stand behind it, in the same argument: "inet/stream require=encrypted", "secure/tcp4 tls.certificate=cert.pem
/// tls.key=key.pem". ADDRESS and TARGET are as those of `listen` and `connect`. Where it listens is said on stderr.
///
/// The first SIGTERM or SIGINT ends it gracefully: who waits to be accepted is, then nobody else, and connections go on to their
/// end, as long as --grace allows. The second cuts them. Exit status 0 says that none was cut, 1 that some were.
///
/// A side that fails is no end to the other one, which is reset. The log has a line of JSON for each connection.
///
/// SIGHUP has the catalogs read again, and with --watch they are read whenever they change. New connections are then opened as they
/// say, and refused where they refuse; connections that are open stay as they are. Catalogs with faults change nothing.
#[derive(Clone, clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas relay --listen tcp4 :8080 --connect tcp4 localhost:80
  sockatlas relay --listen 'secure/tcp4 tls.certificate=cert.pem tls.key=key.pem' :443 --connect tcp4 127.0.0.1:80
  sockatlas relay --listen unix-stream /run/x.sock --connect 'inet/stream require=encrypted' example.org:443
  sockatlas relay -c site.toml --watch --listen tcp4 :8080 --connect 'inet/stream application=billing' example.org:443")]
pub(super) struct Args {
    /// What accepts, and where
    #[arg(long, num_args = 2, value_names = ["SPEC", "ADDRESS"], required = true)]
    listen: Vec<String>,

    /// What connects, and to what
    #[arg(long, num_args = 2, value_names = ["SPEC", "TARGET"], required = true)]
    connect: Vec<String>,

    /// How many connections there may be at once; those beyond wait to be accepted. Else as many as the process may have files for
    #[arg(long, value_name = "COUNT")]
    max_connections: Option<NonZeroUsize>,

    /// How long a connection may carry nothing either way, as 10m; `none` for no limit. Else streams have none, and
    /// datagrams 2m
    #[arg(long, value_name = "TIME", value_parser = time)]
    idle_timeout: Option<Limit>,

    /// How long connections may go on after the first signal; `none` for no limit
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "30s")]
    grace: Limit,

    /// How many threads work; else one for each processor
    #[arg(long, value_name = "COUNT")]
    threads: Option<NonZeroUsize>,

    /// Adds a line of JSON to this file for each connection when it is over; - is standard output
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,

    /// Reads the catalogs again whenever they change
    #[arg(long)]
    watch: bool,

    #[command(flatten)]
    exposing: Exposing,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let catalogs = Following::load(globals, args.watch)?;
    let relay = match relay(args, globals, &catalogs.registry())? {
        Ok(relay) => relay,
        Err(status) => return Ok(status),
    };
    let threads = args.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let log = args.log.as_deref().map(Log::open).transpose()?;
    let mut relay = relay
        .threads(threads)
        .max_connections(files::connections(args.max_connections.map(NonZeroUsize::get), threads))
        .grace(args.grace.0);
    if let Some(limit) = args.idle_timeout {
        relay = relay.idle_limit(limit.0);
    }
    if let Some(log) = &log {
        relay = relay.observer(log.clone());
    }
    let served = Served::new(relay.listen().map_err(reported)?, relay.near());
    let (args, globals) = (args.clone(), globals.clone());
    let again = move |registry: &Registry| Ok(self::relay(&args, &globals, registry)?.map(|relay| vec![relay]));
    let followed = catalogs.begin(vec![served.listening.switch()], again)?;
    let status = serve(vec![served], followed)?;
    log.map_or(Ok(()), |log| log.close())?;
    Ok(status)
}

/// Creates the relay with both sides as a registry defines them; a status if the registry refuses one, which was then
/// reported.
fn relay(args: &Args, globals: &Globals, registry: &Registry) -> Result<Result<Relay, Status>, Failure> {
    let [near, far] = [(&args.listen, Role::Accept), (&args.connect, Role::Connect)]
        .map(|(given, role)| Words::read(&given[0])?.opener(globals, registry, role, &args.exposing));
    match (near?, far?) {
        (Ok(near), Ok(far)) => Relay::new(near, &*args.listen[1], far, &*args.connect[1]).map(Ok).map_err(reported),
        (Err(status), _) | (_, Err(status)) => Ok(Err(status)),
    }
}
