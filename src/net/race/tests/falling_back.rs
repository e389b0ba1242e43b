//! The fallback to other addresses and entries after a failure.

use super::*;
use crate::net::dialing::Dialing;
use crate::terms::Services;

/// Returns an error that only a handshake can cause.
fn refused_in_the_handshake() -> Error {
    Error::TimedOut { step: Step::Handshake, layer: Some("tls".to_owned()), limit: Duration::from_secs(1) }
}

fn stage() -> Stage {
    let stage = Stage::new();
    stage.fake.world().names = vec![(Family::INET6, SIX[..2].to_vec()), (Family::INET, FOUR[..2].to_vec())];
    stage
}

fn alternatives(stage: &Stage, entries: &[&str]) -> Alternatives {
    let mut openers = entries.iter().map(|entry| stage.opener(entry));
    let first =
        Alternatives::requiring(Services::NONE, openers.next().expect("one at least")).expect("it needs nothing");
    openers.fold(first, |list, opener| list.or(opener).expect("it needs nothing"))
}

fn dialing(stage: &Stage, entries: &[&str]) -> Dialing {
    alternatives(stage, entries).dialing(&Target::host("somewhere", 1), stage.start).expect("a target of all")
}

/// Runs the lookups, and continues until it has to wait.
fn progress(dialing: &mut Dialing, now: Instant) -> Result<Option<Won>, Error> {
    for _ in 0..8 {
        if let Some(won) = dialing.progress(now)? {
            return Ok(Some(won));
        }
        let asked = dialing.lookups();
        if asked.is_empty() {
            return Ok(None);
        }
        asked.into_iter().for_each(|lookup| dialing.found(lookup.run(), now));
    }
    panic!("there is always more to look up")
}

#[test]
fn ip_versions_of_one_stack_race_wherever_they_stand() {
    let stage = stage();
    let mut dialing = dialing(&stage, &["four", "other", "six"]);
    none(progress(&mut dialing, stage.at(0)));
    none(progress(&mut dialing, stage.at(250)));
    assert_eq!(stage.fake.happened(), ["+10.0.0.1:1", "+[::1]:1"], "the family of the first entry begins");
}

#[test]
fn another_entry_is_tried_when_every_address_has_failed_and_not_before() {
    let stage = stage();
    let mut dialing = dialing(&stage, &["six", "other"]);
    none(progress(&mut dialing, stage.at(0)));
    none(progress(&mut dialing, stage.at(250)));
    stage.fake.set(SIX[0], Does::Refuses);
    none(progress(&mut dialing, stage.at(400)));
    assert_eq!(stage.fake.happened(), ["+[::1]:1", "+[::2]:1", "-[::1]:1"], "one is still under way");
    stage.fake.set(SIX[1], Does::Refuses);
    none(progress(&mut dialing, stage.at(500)));
    assert_eq!(stage.fake.happened(), ["-[::2]:1", "+10.0.0.1:1"]);
    assert_eq!(dialing.sockets().map(|(number, _)| number).collect::<Vec<_>>(), [2], "numbers go on");
    stage.fake.set(FOUR[0], Does::Connects);
    let winner = won(progress(&mut dialing, stage.at(501)));
    let reported = [
        "0 ms `six`: [::1]:1: connect: connection refused",
        "250 ms `six`: [::2]:1: connect: connection refused",
        "500 ms `other`: 10.0.0.1:1: connected",
    ];
    assert_eq!(lines(winner.attempts()), reported);
}

#[test]
fn a_failed_handshake_leads_to_the_other_addresses_and_then_to_the_next_entry() {
    let stage = stage();
    let mut dialing = dialing(&stage, &["six", "other"]);
    none(progress(&mut dialing, stage.at(0)));
    none(progress(&mut dialing, stage.at(250)));
    stage.fake.set(SIX[1], Does::Connects);
    assert_eq!(won(progress(&mut dialing, stage.at(300))).number(), 1);
    dialing.rejected(refused_in_the_handshake()).expect("there is more to try");
    stage.fake.happened();
    // The attempt that was overtaken is made again.
    none(progress(&mut dialing, stage.at(310)));
    assert_eq!(stage.fake.happened(), ["+[::1]:1"]);
    stage.fake.set(SIX[0], Does::Connects);
    won(progress(&mut dialing, stage.at(320)));
    dialing.rejected(refused_in_the_handshake()).expect("there is more to try");
    stage.fake.set(FOUR[0], Does::Refuses);
    stage.fake.set(FOUR[1], Does::Connects);
    won(progress(&mut dialing, stage.at(330)));
    dialing.rejected(refused_in_the_handshake()).expect("that is told by the next call");
    let error = progress(&mut dialing, stage.at(340)).expect_err("nothing is left");
    let Error::Unreached { entry, attempts, .. } = error else { panic!("{error:?}") };
    assert_eq!(entry, "six");
    let late = "layer `tls`: the handshakes did not end within 1s";
    let reported = [
        "0 ms `six`: [::1]:1: overtaken".to_owned(),
        format!("250 ms `six`: [::2]:1: {late}"),
        format!("310 ms `six`: [::1]:1: {late}"),
        "330 ms `other`: 10.0.0.1:1: connect: connection refused".to_owned(),
        format!("330 ms `other`: 10.0.0.2:1: {late}"),
    ];
    assert_eq!(lines(&attempts), reported);
}

#[test]
fn one_opener_alone_falls_back_to_nothing() {
    let stage = stage();
    stage.fake.set(FOUR[0], Does::Connects);
    let mut dialing = dialing(&stage, &["four"]);
    won(progress(&mut dialing, stage.at(0)));
    let error = dialing.rejected(refused_in_the_handshake()).expect_err("it is over");
    assert!(matches!(error, Error::TimedOut { .. }), "{error}");
}

#[test]
fn what_was_cancelled_is_not_fallen_back_from() {
    let stage = stage();
    stage.fake.set(FOUR[0], Does::Connects);
    let mut dialing = dialing(&stage, &["four", "other"]);
    won(progress(&mut dialing, stage.at(0)));
    assert!(matches!(dialing.rejected(Error::Cancelled), Err(Error::Cancelled)));
}

#[test]
fn an_answer_to_a_race_that_is_lost_is_none_to_the_next() {
    let stage = stage();
    let mut dialing = dialing(&stage, &["six", "four", "other"]);
    none(dialing.progress(stage.at(0)));
    let mut asked = dialing.lookups();
    assert_eq!(asked.len(), 2);
    let (four, six) = (asked.remove(1), asked.remove(0));
    stage.fake.world().names.clear();
    dialing.found(six.run(), stage.at(1));
    dialing.found(four.run(), stage.at(1));
    none(dialing.progress(stage.at(2)));
    let [other]: [Lookup; 1] = dialing.lookups().try_into().map_err(drop).expect("that of the next");
    dialing.found(found(0, &FOUR), stage.at(3));
    none(dialing.progress(stage.at(3)));
    assert!(stage.fake.happened().is_empty(), "an address of another race was tried");
    dialing.found(other.run(), stage.at(4));
    let error = dialing.progress(stage.at(4)).expect_err("nothing is left");
    let names: Vec<&str> = match &error {
        Error::Unreached { attempts, .. } => attempts.iter().map(|attempt| attempt.entry.as_str()).collect(),
        _ => panic!("{error:?}"),
    };
    assert_eq!(names, ["six", "four", "other"]);
}

#[test]
fn a_list_made_by_hand_takes_nothing_weaker_than_its_first() {
    let stage = stage();
    let error = stage.opener("other").or(stage.opener("four")).expect_err("it offers less");
    assert_eq!(error.to_string(), "`four`: it lacks `expedited-data`, so nothing falls back to it");
    let list = stage.opener("four").or(stage.opener("other")).expect("it does more").or(stage.opener("six"));
    assert_eq!(list.expect("it does as much").openers().len(), 3);
    let stated = Alternatives::requiring(Services::EXPEDITED_DATA, stage.opener("four"));
    assert!(stated.is_err(), "what is stated counts for the first too");
}

#[test]
fn options_go_to_every_stack_that_has_the_entry() {
    let stage = stage();
    let list = alternatives(&stage, &["four", "other"]);
    let list = list.set_word("other", "connect-timeout", "7s").expect("one of them has it");
    let limits: Vec<_> = list.openers().iter().map(|opener| opener.time_limit(Step::Connect)).collect();
    assert_eq!(limits, [Some(Duration::from_secs(30)), Some(Duration::from_secs(7))]);
    let error = list.set_word("tls", "roots", "webpki").expect_err("no stack has it");
    assert_eq!(error.to_string(), "`tls.roots`: the stack of `four` is four");
}
