//! Looks up names in threads of its own, because a lookup blocks: connections that need none never wait for it.

use super::connections::Key;
use super::inbox::{Inbox, Message};
use crate::net::race::Lookup;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

/// The number of threads that look up names, and so of simultaneous lookups. They are started with the first lookup.
const THREADS: usize = 4;

/// A lookup, and the connection that it is for.
struct Question {
    lookup: Lookup,
    key: Key,
    inbox: Arc<Inbox>,
}

/// The lookup threads, held by the channel to them.
#[derive(Default)]
pub(super) struct Lookups {
    questions: Mutex<Option<Sender<Question>>>,
}

impl Lookups {
    /// Starts a lookup; its result arrives in the inbox.
    pub fn ask(&self, lookup: Lookup, key: Key, inbox: Arc<Inbox>) -> io::Result<()> {
        let mut questions = self.questions.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = match &mut *questions {
            Some(sender) => sender,
            none => none.insert(start()?),
        };
        // The threads live as long as this sender, so sending cannot fail.
        let _ = sender.send(Question { lookup, key, inbox });
        Ok(())
    }
}

/// Starts the threads; it is an error only if the first one cannot be started. They end when the sender is dropped; the result of
/// a lookup that is still under way is then discarded.
fn start() -> io::Result<Sender<Question>> {
    let (sender, receiver) = channel();
    let receiver = Arc::new(Mutex::new(receiver));
    for started in 0..THREADS {
        let receiver = receiver.clone();
        match std::thread::Builder::new().name("lookup".to_owned()).spawn(move || answer(&receiver)) {
            Err(error) if started == 0 => return Err(error),
            _ => {}
        }
    }
    Ok(sender)
}

fn answer(questions: &Mutex<Receiver<Question>>) {
    loop {
        let next = questions.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Question { lookup, key, inbox }) = next else { return };
        inbox.put(Message::Found(key, lookup.run()));
    }
}
