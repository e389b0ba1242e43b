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
/// SPEC is resolved like any request: an entry's name, as in secure/tcp4, or a request, as in inet/stream. Demands and options
/// for this relay may follow it in the same argument: "inet/stream require=encrypted", "secure/tcp4 tls.certificate=cert.pem
/// tls.key=key.pem". ADDRESS and TARGET are as for `listen` and `connect`. The address at which it listens is printed on stderr.
///
/// The first SIGTERM or SIGINT ends it gracefully: connections that wait to be accepted are accepted, then no others, and
/// connections go on to their end, for as long as --grace allows. The second cuts them. Exit status 0 means that none was cut, 1
/// that some were.
///
/// If one side fails, the other is reset, so that its peer does not mistake the failure for an end. The log has a line of JSON
/// for each connection.
///
/// SIGHUP reloads the catalogs, and with --watch they are reloaded whenever they change. New connections are then opened or
/// refused as the new catalogs state; open connections stay as they are. Catalogs with faults change nothing.
#[derive(Clone, clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas relay --listen tcp4 :8080 --connect tcp4 localhost:80
  sockatlas relay --listen 'secure/tcp4 tls.certificate=cert.pem tls.key=key.pem' :443 --connect tcp4 127.0.0.1:80
  sockatlas relay --listen unix-stream /run/x.sock --connect 'inet/stream require=encrypted' example.org:443
  sockatlas relay -c site.toml --watch --listen tcp4 :8080 --connect 'inet/stream application=billing' example.org:443")]
pub(super) struct Args {
    /// The entry or request that accepts, and the address
    #[arg(long, num_args = 2, value_names = ["SPEC", "ADDRESS"], required = true)]
    listen: Vec<String>,

    /// The entry or request that connects, and the target
    #[arg(long, num_args = 2, value_names = ["SPEC", "TARGET"], required = true)]
    connect: Vec<String>,

    /// The most connections at once; further ones wait to be accepted. The default depends on the number of files that the
    /// process may open
    #[arg(long, value_name = "COUNT")]
    max_connections: Option<NonZeroUsize>,

    /// The time for which a connection may carry no data in either direction, as in 10m; `none` is no limit. The default is no
    /// limit for streams, and 2m for datagrams
    #[arg(long, value_name = "TIME", value_parser = time)]
    idle_timeout: Option<Limit>,

    /// The time for which connections may go on after the first signal; `none` is no limit
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "30s")]
    grace: Limit,

    /// The number of threads; by default one for each processor
    #[arg(long, value_name = "COUNT")]
    threads: Option<NonZeroUsize>,

    /// Appends a line of JSON to this file for each connection when it has ended; - is standard output
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,

    /// Reloads the catalogs whenever they change
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
