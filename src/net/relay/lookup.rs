//! Looking up names, which blocks: in threads of its own, so that connections that need none never wait for it.

use super::shared::{Inbox, Message};
use super::slots::Key;
use crate::net::race::Lookup;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Threads that look up names; started when the first is asked for. A resolver is asked for so many names at a time.
const THREADS: usize = 4;

/// What is to be looked up, and for whom.
struct Question {
    lookup: Lookup,
    key: Key,
    inbox: Arc<Inbox>,
}

/// The threads, by the way to them.
#[derive(Default)]
pub(super) struct Lookups {
    questions: Mutex<Option<Sender<Question>>>,
}

impl Lookups {
    /// Has something looked up; the answer comes to the inbox.
    pub fn ask(&self, lookup: Lookup, key: Key, inbox: Arc<Inbox>) -> io::Result<()> {
        let mut questions = self.questions.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = match &mut *questions {
            Some(sender) => sender,
            none => none.insert(start()?),
        };
        // They live as long as they can be asked.
        let _ = sender.send(Question { lookup, key, inbox });
        Ok(())
    }
}

/// Starts the threads; one that cannot be started is an error only if no other was. They end when nobody can ask any more; a name
/// that is being looked up then is nobody's business.
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
