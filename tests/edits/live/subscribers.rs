//! Who hears of what, and in which order.

use super::{Site, numbered, outcome};
use sockatlas::live::{Event, Live, Subscription};
use sockatlas::terms::{Family, SocketType};
use sockatlas::{Asked, Loader, Registry};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn registry(number: u64) -> Registry {
    Loader::new().text("site.toml", numbered(number)).load().expect("it has no faults")
}

fn live() -> Live {
    Live::new(registry(1))
}

/// What a subscriber is told, as it comes.
fn listen(live: &Live) -> (Receiver<String>, Subscription) {
    let (sender, receiver) = channel();
    (receiver, live.subscribe(move |event| sender.send(outcome(Some(event))).expect("the test listens")))
}

fn heard(receiver: &Receiver<String>) -> Vec<String> {
    receiver.try_iter().collect()
}

#[test]
fn a_subscription_ends_when_it_is_dropped_and_one_for_ever_does_not() {
    let live = live();
    let (dropped, subscription) = listen(&live);
    let (forever, other) = listen(&live);
    other.forever();
    live.replace(registry(2));
    drop(subscription);
    live.replace(registry(3));
    assert_eq!(heard(&dropped), ["2 for 1"]);
    assert_eq!(heard(&forever), ["2 for 1", "3 for 2"]);
    drop(live);
    assert!(forever.recv().is_err(), "the subscriber goes with the registry");
}

#[test]
fn a_version_is_in_its_place_before_it_is_reported() {
    let live = live();
    let mut reader = live.reader();
    let handle = live.clone();
    let (sender, seen) = channel();
    let subscription = live.subscribe(move |event| {
        let at_hand = [reader.version().number, handle.version().number];
        sender.send((event.version().number, at_hand)).expect("the test listens");
    });
    live.replace(registry(2));
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), [(2, [2, 2])]);
    drop(subscription);
}

#[test]
fn what_a_subscriber_sets_off_is_reported_when_all_have_heard_of_what_is_being_reported() {
    let live = live();
    let list = Arc::new(Mutex::new(Vec::new()));
    let wrote = |who: &'static str| {
        let list = list.clone();
        move |event: &Event| list.lock().expect("no test panics here").push(format!("{who}: {}", outcome(Some(event))))
    };
    let (first, second, third) = (wrote("first"), wrote("second"), wrote("third"));
    let (handle, mut late) = (live.clone(), Some(third));
    let one = live.subscribe(move |event| {
        first(event);
        if event.version().number == 2 {
            let event = handle.replace(registry(3));
            assert_eq!(outcome(event.as_ref()), "3 for 2");
            // One more, who was not there when the third version came.
            handle.subscribe(late.take().expect("it is asked for once")).forever();
            handle.replace(registry(4));
        }
    });
    let two = live.subscribe(second);
    live.replace(registry(2));
    assert_eq!(
        *list.lock().expect("no test panics here"),
        [
            "first: 2 for 1",
            "second: 2 for 1",
            "first: 3 for 2",
            "second: 3 for 2",
            "first: 4 for 3",
            "second: 4 for 3",
            "third: 4 for 3"
        ]
    );
    drop((one, two));
}

#[test]
fn a_subscriber_can_end_itself() {
    let live = live();
    let own: Arc<Mutex<Option<Subscription>>> = Arc::default();
    let (sender, receiver) = channel();
    let within = own.clone();
    *own.lock().expect("nobody else has it") = Some(live.subscribe(move |event| {
        sender.send(event.version().number).expect("the test listens");
        drop(within.lock().expect("nobody else has it").take());
    }));
    live.replace(registry(2));
    live.replace(registry(3));
    assert_eq!(receiver.iter().collect::<Vec<_>>(), [2], "and what it owns is dropped");
}

#[test]
fn a_subscriber_that_panics_is_the_only_one_that_does_not_hear() {
    let live = live();
    let (before, _one) = listen(&live);
    let panics = live.subscribe(|event| assert!(event.version().number != 3, "three is too many"));
    let (after, _two) = listen(&live);
    live.replace(registry(2));
    let panic = catch_unwind(AssertUnwindSafe(|| live.replace(registry(3)))).expect_err("it goes on to the caller");
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"three is too many"));
    assert_eq!(live.version().number, 3, "the version was in its place");
    assert_eq!(outcome(live.replace(registry(4)).as_ref()), "4 for 3", "and it is told no more");
    let all = ["2 for 1", "3 for 2", "4 for 3"];
    assert_eq!((heard(&before), heard(&after)), (all.map(str::to_owned).to_vec(), all.map(str::to_owned).to_vec()));
    drop(panics);
}

/// A thread that changes the registry while another tells neither waits nor is told behind the other's back.
#[test]
fn one_thread_tells_at_a_time_and_the_other_does_not_wait() {
    const PATIENCE: Duration = Duration::from_secs(60);
    let live = live();
    let (telling, begun) = channel();
    let (go_on, wait) = channel();
    let (reported, order) = channel();
    let subscription = live.subscribe(move |event| {
        let number = event.version().number;
        if number == 2 {
            telling.send(()).expect("the test listens");
            wait.recv_timeout(PATIENCE).expect("the test goes on");
        }
        reported.send((number, std::thread::current().id())).expect("the test listens");
    });
    let other = live.clone();
    let teller = std::thread::spawn(move || {
        other.replace(registry(2));
        std::thread::current().id()
    });
    begun.recv_timeout(PATIENCE).expect("the second version is told");
    assert_eq!(outcome(live.replace(registry(3)).as_ref()), "3 for 2");
    assert_eq!(live.version().number, 3);
    assert!(order.try_recv().is_err(), "the second is not stated to its end");
    go_on.send(()).expect("the subscriber waits");
    let teller = teller.join().expect("it told");
    assert_eq!(order.try_iter().collect::<Vec<_>>(), [(2, teller), (3, teller)]);
    drop(subscription);
}

#[test]
fn differences_are_worked_out_once_for_all_who_ask() {
    let site = Site::new(&numbered(1));
    let live = site.live();
    let (sender, events) = channel();
    for _ in 0..2 {
        let sender = sender.clone();
        live.subscribe(move |event| sender.send(event.clone()).expect("the test listens")).forever();
    }
    site.save(&numbered(2));
    let returned = live.reload().expect("the catalog is another one");
    let differences = returned.differences();
    for event in events.try_iter() {
        assert!(std::ptr::eq(event.differences(), differences));
    }
    let tcp = differences.iter().find(|difference| {
        difference.family == Asked::Is(Family::INET)
            && difference.socket_type == Asked::Is(SocketType::STREAM)
            && difference.protocols == [(6, 6)]
            && difference.demand.is_none()
    });
    let tcp = tcp.expect("tcp is answered otherwise");
    assert_eq!((tcp.was.to_string(), tcp.is.to_string()), ("tcp4 (tcp4)".to_owned(), "plain (plain)".to_owned()));

    site.save(&format!("# A remark.\n{}", numbered(2)));
    let event = live.reload().expect("the text is another one");
    assert_eq!((outcome(Some(&event)).as_str(), event.differences().len()), ("3 for 2", 0));
}
