//! `gateway`: a proxy for other programs, whose targets are opened through the catalog.
//!
//! The gateway is a [relay](sockatlas::net::relay) whose clients name their targets, one relay for each address. Its
//! listening side is described by a small catalog of its own, `gateway.toml`.

mod frontends;

use super::follow::Following;
use super::spec::{Exposing, Limit, Losing, Takes, Words, notify_never_tried, reported, time};
use super::traffic::{Served, files, log::Log, serve};
use super::{Failure, Globals, Status};
use frontends::{Addresses, Frontend, Protocol};
use sockatlas::Registry;
use sockatlas::net::relay::{Objection, Relay};
use sockatlas::net::{Alternatives, Denial, Opened};
use sockatlas::terms::Role;
use sockatlas::terms::{Family, Services};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// Serves SOCKS 5 and HTTP CONNECT, and opens every target through the catalog
///
/// Any program that supports proxies can then use a chain: browsers, curl, git. SPEC is resolved like any request, once; demands
/// and options may follow it in the same argument: "inet/stream require=encrypted", "socks/tcp4 socks5.proxy=HOST:PORT". Names
/// are looked up as the chain does it: if it leads through a proxy, by the proxy.
///
/// A client whose target cannot be opened gets the reason, as precisely as its protocol can express it; the log has the whole
/// explanation. The gateway serves this host only, unless an option allows other hosts, and then only clients with a password.
///
/// The first SIGTERM or SIGINT ends it gracefully, the second cuts the remaining connections: exit status 0 means that none was
/// cut, 1 that some were.
///
/// SIGHUP reloads the catalogs, and with --watch they are reloaded whenever they change. New targets are then opened or refused
/// as the new catalogs state; open connections stay as they are. Catalogs with faults change nothing.
#[derive(Clone, clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas gateway --socks5 127.0.0.1:1080 --http 127.0.0.1:8080 --connect 'socks/tcp4 socks5.proxy=10.0.0.1:1080'
  sockatlas gateway --socks5 localhost:1080 --connect tcp4 --connect tcp6
  curl --socks5-hostname 127.0.0.1:1080 https://example.org/
  https_proxy=http://127.0.0.1:8080 git clone https://example.org/x.git")]
#[command(group = clap::ArgGroup::new("frontends").args(["socks5", "http"]).required(true).multiple(true))]
pub(super) struct Args {
    /// Serves SOCKS 5 (RFC 1928: CONNECT) at this address; a name may stand for several addresses; repeatable
    #[arg(long, value_name = "HOST:PORT")]
    socks5: Vec<String>,

    /// Serves HTTP at this address: the method CONNECT only; repeatable
    #[arg(long, value_name = "HOST:PORT")]
    http: Vec<String>,

    /// The entry or request that opens the targets; repeatable, as for targets of IPv4 and IPv6: the next is tried when those
    /// before it have failed, or beside them if it is the same for the other IP version. It must offer all services that the
    /// first one offers
    #[arg(long, value_name = "SPEC", required = true)]
    connect: Vec<String>,

    /// Uses every entry that matches SPEC, or every entry that its name stands for, in order. Entries that lack `encrypted` or
    /// `authenticated` where the first entry has it are not tried; no entry is tried after a failure of authentication
    #[arg(long)]
    fallback: bool,

    #[command(flatten)]
    losing: Losing,

    /// The file of the users who may use it: a line `NAME:PASSWORD` for each; `#` begins a comment
    #[arg(long, value_name = "FILE")]
    users_file: Option<PathBuf>,

    /// Allows listening at addresses that other hosts can reach
    #[arg(long, requires = "users_file")]
    allow_remote: bool,

    /// The most connections at once at each address; further ones wait to be accepted. The default depends on the number of files
    /// that the process may open
    #[arg(long, value_name = "COUNT")]
    max_connections: Option<NonZeroUsize>,

    /// The time for which a connection may carry no data in either direction, as in 10m; `none`, the default, is no limit
    #[arg(long, value_name = "TIME", value_parser = time)]
    idle_timeout: Option<Limit>,

    /// The time for which connections may go on after the first signal; `none` is no limit
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "30s")]
    grace: Limit,

    /// The number of threads for each address; by default, the processors are shared among all addresses
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
    let far = match far(args, globals, &catalogs.registry())? {
        Ok(far) => far,
        Err(status) => return Ok(status),
    };
    let registry = frontends::registry()?;
    let open = |protocol, places: &[String]| {
        let each = places.iter().map(|place| {
            let addresses = Addresses::find(place, &registry)?;
            if !args.allow_remote {
                addresses.are_of_this_host()?;
            }
            addresses.frontends(protocol, &registry, args.users_file.as_deref(), &args.exposing)
        });
        each.collect::<Result<Vec<Vec<Frontend>>, Failure>>()
    };
    let frontends = [open(Protocol::Socks5, &args.socks5)?, open(Protocol::Http, &args.http)?].concat();
    let log = args.log.as_deref().map(Log::open).transpose()?.map(Log::of_clients);
    let own = Arc::<OnceLock<Vec<SocketAddr>>>::default();
    let count: usize = frontends.iter().map(Vec::len).sum();
    let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = args.threads.map_or(processors.div_ceil(count), NonZeroUsize::get);
    let asked = args.max_connections.map(|most| most.get().saturating_mul(count));
    let most = files::connections(asked, threads * count) / count;
    let relays = Relays { args, far: &far, own: &own, threads, most, log: log.as_ref() };
    let mut served = Vec::new();
    for place in &frontends {
        served.extend(frontends::listen(place, |frontend| relays.listen(frontend))?);
    }
    let own = own.get_or_init(|| served.iter().filter_map(|served| served.listening.local()?.socket_addr()).collect());
    leads_elsewhere(&far, own)?;
    let switches = served.iter().map(|served| served.listening.switch()).collect();
    let (args, globals, own) = (args.clone(), globals.clone(), own.clone());
    let frontends: Vec<Frontend> = frontends.into_iter().flatten().collect();
    let again = move |registry: &Registry| {
        let far = match self::far(&args, &globals, registry)? {
            Ok(far) => far,
            Err(status) => return Ok(Err(status)),
        };
        leads_elsewhere(&far, &own)?;
        let relays =
            frontends.iter().map(|frontend| Relay::asked(frontend.opener.clone(), &frontend.address, far.clone()));
        relays.collect::<Result<Vec<Relay>, _>>().map(Ok).map_err(reported)
    };
    let followed = catalogs.begin(switches, again)?;
    let status = serve(served, followed)?;
    log.map_or(Ok(()), |log| log.close())?;
    Ok(status)
}

/// Returns the alternatives that open the targets, as a registry defines them; a status if the registry refuses them,
/// which was then reported.
fn far(args: &Args, globals: &Globals, registry: &Registry) -> Result<Result<Alternatives, Status>, Failure> {
    let takes = if args.fallback { Takes::All } else { Takes::FirstUnlessAsked };
    let mut all = Vec::new();
    for spec in &args.connect {
        match Words::read(spec)?.alternatives(globals, registry, Role::Connect, takes, &args.exposing)? {
            Ok(far) => all.push(far),
            Err(status) => return Ok(Err(status)),
        }
    }
    let far = in_order(all, &args.losing.services())?;
    notify_never_tried(&far);
    leads_to_hosts(&far)?;
    Ok(Ok(far))
}

/// Joins the alternatives of several SPECs into one list, in which none is weaker than the first. The alternatives of a
/// single SPEC answer one request.
fn in_order(mut all: Vec<Alternatives>, may_lose: &Services) -> Result<Alternatives, Failure> {
    if all.len() == 1 {
        return Ok(all.remove(0).may_lose(may_lose.clone()));
    }
    let mut openers = all.iter().flat_map(Alternatives::openers).cloned();
    let first = openers.next().unwrap_or_else(|| unreachable!("one is required"));
    openers.try_fold(Alternatives::from(first).may_lose(may_lose.clone()), Alternatives::or).map_err(reported)
}

/// Checks that all alternatives lead to hosts and ports, which is what clients ask for.
fn leads_to_hosts(far: &Alternatives) -> Result<(), Failure> {
    let selections = far.openers().iter().map(|opener| opener.selection());
    let misfit = selections.into_iter().find(|selection| ![Family::INET, Family::INET6].contains(&selection.family()));
    misfit.map_or(Ok(()), |selection| {
        let message = format!(
            "`{}` is of the family {}, and clients of a proxy ask for hosts of inet and inet6",
            selection.name(),
            selection.family()
        );
        Err(Failure::Message { message, help: None })
    })
}

/// Checks that no chain leads through a proxy that is this gateway, which would be an endless loop.
fn leads_elsewhere(far: &Alternatives, own: &[SocketAddr]) -> Result<(), Failure> {
    for opener in far.openers() {
        let literal = if opener.selection().family() == Family::INET6 { "[::1]:0" } else { "127.0.0.1:0" };
        // The addresses of the proxy, if there is one. A name that cannot be resolved now is reported to the clients
        // that ask for it.
        let Ok(addresses) = opener.target(literal).and_then(|target| opener.resolve(&target)) else { continue };
        let here = |ip| std::net::UdpSocket::bind((ip, 0)).is_ok();
        let proxies = addresses.iter().filter_map(|address| address.socket_addr());
        if let Some(proxy) = proxies.into_iter().find(|proxy| frontends::is_among(*proxy, own, here)) {
            let message = format!("`{}` leads through {proxy}, which is this gateway", opener.selection().name());
            return Err(Failure::Message { message, help: None });
        }
    }
    Ok(())
}

/// The settings that the relays of all addresses share.
struct Relays<'a> {
    args: &'a Args,
    far: &'a Alternatives,
    own: &'a Arc<OnceLock<Vec<SocketAddr>>>,
    /// The number of threads of each relay.
    threads: usize,
    /// The maximum number of connections of each relay.
    most: usize,
    log: Option<&'a Log>,
}

impl Relays<'_> {
    fn listen(&self, frontend: &Frontend) -> Result<Served, sockatlas::net::Error> {
        let Relays { args, far, own, threads, most, log } = *self;
        let own = own.clone();
        let mut relay = Relay::asked(frontend.opener.clone(), &frontend.address, far.clone())?
            .threads(threads)
            .max_connections(most)
            .grace(args.grace.0)
            .authorizer(move |_: &Opened, far: &Opened| is_no_loop(far, own.get().map_or(&[], Vec::as_slice)));
        if let Some(limit) = args.idle_timeout {
            relay = relay.idle_limit(limit.0);
        }
        if let Some(log) = log {
            relay = relay.observer(log.clone());
        }
        let listening = relay.listen()?;
        let shown = frontend.shown(listening.local());
        Ok(Served { listening, shown })
    }
}

/// Rejects a connection to the gateway itself, which would be a loop.
fn is_no_loop(far: &Opened, own: &[SocketAddr]) -> Result<(), Objection> {
    let end = |address: &Option<sockatlas::net::Address>| address.as_ref().and_then(|address| address.socket_addr());
    let Some(peer) = end(&far.peer) else { return Ok(()) };
    // A connection of a host to itself has the same address at both ends.
    let here = |ip| end(&far.local).is_some_and(|local| local.ip() == ip);
    if frontends::is_among(peer, own, here) {
        return Err(Objection { denial: Denial::NotAllowed, why: format!("{peer} is this gateway") });
    }
    Ok(())
}
