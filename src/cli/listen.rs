//! `listen`: connects standard input and output to an accepted connection.

use super::connect::{notify_opened, notify_traffic, patience};
use super::failure::warn;
use super::output::{printable, talk};
use super::pump::{Answering, pump};
use super::spec::{Spec, reported};
use super::{Failure, Globals, Status};
use sockatlas::net::{Opener, ToTarget};
use sockatlas::terms::Role;
use sockatlas::terms::SocketType;

/// Accepts a connection at ADDRESS: standard input goes out, what comes in goes to standard output
///
/// SPEC is resolved like any request. ADDRESS is ADDR:PORT of inet and inet6 (:PORT for all addresses, port 0 for any free one),
/// a path or @NAME of unix, CID:PORT of vsock. The address at which it listens is printed on stderr. A base protocol without
/// connections answers the last sender, and ends at an interrupt, or --read-timeout after the end of the input.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas listen tcp4 127.0.0.1:7777
  sockatlas listen secure/tcp6 [::]:443 --set tls.certificate=cert.pem --set tls.key=key.pem
  sockatlas listen unix-stream /run/user/1000/x.sock --keep
  sockatlas listen udp4 127.0.0.1:5353")]
pub(super) struct Args {
    #[command(flatten)]
    spec: Spec,

    /// The address to listen at
    #[arg(value_name = "ADDRESS")]
    address: String,

    /// Accepts the next connection when one has ended
    #[arg(short, long)]
    keep: bool,

    /// Prints on stderr what was opened, and at the end the bytes in each direction
    #[arg(short, long)]
    verbose: bool,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let opener = match args.spec.opener(globals, Role::Accept)? {
        Ok(opener) => opener,
        Err(status) => return Ok(status),
    };
    let base = opener.selection().entry().base();
    let connects = [SocketType::STREAM, SocketType::SEQPACKET, SocketType::DCCP];
    if base.and_then(|base| base.socket_type()).is_some_and(|socket_type| !connects.contains(&socket_type)) {
        return answer(args, &opener);
    }
    let listener = opener.listen(&*args.address).map_err(reported)?;
    if let Some(local) = listener.local() {
        talk(format_args!("listening at {}", printable(&opener.shown(&local))));
    }
    loop {
        let accepted = listener.accept().map_err(reported)?;
        match accepted.handshake().and_then(|stream| stream.into_nonblocking(&opener)) {
            // A failed handshake is no reason to reject the next connection.
            Err(error) => match reported(error) {
                Failure::Message { message, .. } => warn(message),
                failure => return Err(failure),
            },
            Ok(mut stream) => {
                if args.verbose {
                    notify_opened(&stream.opened());
                }
                let result = pump(&mut stream, patience(&opener));
                if args.verbose {
                    notify_traffic(&stream);
                }
                match result {
                    Err(Failure::Message { message, .. }) if args.keep => warn(message),
                    result => result?,
                }
                if !args.keep {
                    return Ok(Status::Clean);
                }
            }
        }
    }
}

/// Answers on a base protocol without connections.
fn answer(args: &Args, opener: &Opener) -> Result<Status, Failure> {
    let at: &dyn ToTarget = &args.address;
    let socket = opener.bind(Some(at)).map_err(reported)?;
    if let Some(local) = socket.local() {
        talk(format_args!("listening at {}", printable(&opener.shown(&local))));
    }
    if args.verbose {
        notify_opened(&socket.opened());
    }
    socket.set_nonblocking(true).map_err(|error| Failure::io("fcntl", error))?;
    pump(&mut Answering { socket, peer: None }, patience(opener))?;
    Ok(Status::Clean)
}
