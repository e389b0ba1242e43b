//! Connecting with tokio: awaits the race of addresses.

use super::{Stream, register};
use crate::net::dialing::Dialing;
use crate::net::error::Error;
use crate::net::race::{Found, Won};
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::unix::AsyncFd;
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep};

/// Returns the time of the runtime's clock.
pub(super) fn now() -> std::time::Instant {
    Instant::now().into_std()
}

/// Connects, and performs the handshakes, until a stream is open.
pub(super) async fn connect(mut dialing: Dialing) -> Result<Stream, Error> {
    let mut awaited = Awaited::default();
    loop {
        let won = std::future::poll_fn(|cx| awaited.poll(&mut dialing, cx)).await?;
        let opener = won.opener.clone();
        let result = match awaited.stream(won) {
            Ok(stream) => stream.established(&opener).await,
            Err(error) => Err(error),
        };
        match result {
            Ok(stream) => return Ok(stream),
            Err(error) => dialing.rejected(error)?,
        }
    }
}

/// The events that a race waits for.
#[derive(Default)]
struct Awaited {
    lookups: Vec<JoinHandle<Found>>,
    /// Duplicates of the sockets of running attempts, registered with tokio, with the numbers of the attempts.
    sockets: Vec<(u64, AsyncFd<OwnedFd>)>,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Awaited {
    fn poll(&mut self, dialing: &mut Dialing, cx: &mut Context<'_>) -> Poll<Result<Won, Error>> {
        loop {
            self.take_found(dialing, cx)?;
            let mut ready = Vec::new();
            for (number, socket) in &self.sockets {
                match socket.poll_write_ready(cx) {
                    Poll::Ready(Ok(guard)) => ready.push((*number, guard)),
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(dialing.reported(error, "epoll_wait"))),
                    Poll::Pending => {}
                }
            }
            if let Some(won) = dialing.progress(now())? {
                return Poll::Ready(Ok(won));
            }
            // A socket that was reported as ready but is not connected is not ready; its readiness is cleared and polled again.
            let mut again = !ready.is_empty();
            ready.iter_mut().for_each(|(_, guard)| guard.clear_ready());
            again |= self.register(dialing)?;
            for lookup in dialing.lookups() {
                self.lookups.push(tokio::task::spawn_blocking(move || lookup.run()));
                again = true;
            }
            if !again && self.poll_deadline(dialing, cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    fn take_found(&mut self, dialing: &mut Dialing, cx: &mut Context<'_>) -> Result<(), Error> {
        let mut at = 0;
        while let Some(lookup) = self.lookups.get_mut(at) {
            match Pin::new(lookup).poll(cx) {
                Poll::Ready(found) => {
                    drop(self.lookups.swap_remove(at));
                    dialing.found(found.map_err(|error| dialing.reported(error.into(), "look-up"))?, now());
                }
                Poll::Pending => at += 1,
            }
        }
        Ok(())
    }

    /// Registers new sockets of running attempts with tokio, and removes the others; returns whether there is a new one.
    fn register(&mut self, dialing: &Dialing) -> Result<bool, Error> {
        self.sockets.retain(|(number, _)| dialing.sockets().any(|(running, _)| running == *number));
        let known = self.sockets.len();
        for (number, socket) in dialing.sockets() {
            if !self.sockets.iter().any(|(known, _)| *known == number) {
                let registered = register::register(socket).map_err(|error| dialing.reported(error, "epoll_ctl"))?;
                self.sockets.push((number, registered));
            }
        }
        Ok(self.sockets.len() > known)
    }

    fn poll_deadline(&mut self, dialing: &Dialing, cx: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = dialing.deadline().map(Instant::from_std) else { return Poll::Pending };
        let sleep = self.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if sleep.deadline() != deadline {
            sleep.as_mut().reset(deadline);
        }
        sleep.as_mut().poll(cx)
    }

    /// Returns the winner's stream, with its registration at tokio.
    fn stream(&mut self, won: Won) -> Result<Stream, Error> {
        let number = won.number();
        let registered = std::mem::take(&mut self.sockets).into_iter().find(|(known, _)| *known == number);
        match registered {
            Some((_, fd)) => Ok(Stream::registered(&won.opener, won.connection, fd)),
            None => Stream::new(&won.opener, won.connection),
        }
    }
}
