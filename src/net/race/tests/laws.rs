//! Properties that hold for every race.

use super::*;

/// Generates the behaviour of an address, and after how many milliseconds from its begin it applies.
fn fate() -> impl Strategy<Value = (Does, u64)> {
    let does = prop_oneof![
        3 => Just(Does::Nothing),
        2 => Just(Does::Connects),
        4 => Just(Does::Refuses),
        2 => Just(Does::CannotBegin),
    ];
    (does, 1_u64..900)
}

/// Generates the time of a name server's answer, and its number of addresses; 0: the name is unknown.
fn answer() -> impl Strategy<Value = (u64, usize)> {
    (0_u64..400, 0_usize..4)
}

/// The events and the result of one race.
struct Run {
    /// The addresses of the attempts, and when each was begun, in milliseconds.
    begun: Vec<(String, u64)>,
    closed: Vec<String>,
    attempts: Vec<Attempt>,
    winner: Option<String>,
}

/// Runs a race as an event loop would: it reports events when they happen, and deadlines `late` milliseconds late.
fn run(stage: &Stage, answers: [(u64, usize); 2], fates: &[(Does, u64)], late: u64) -> Run {
    let mut race = stage.both();
    race.lookups();
    let names = [SIX, FOUR];
    let fate = |address: &str| {
        let at = names.iter().flatten().position(|known| *known == address).expect("one of ours");
        fates[at]
    };
    let mut run = Run { begun: Vec::new(), closed: Vec::new(), attempts: Vec::new(), winner: None };
    for contender in [0, 1] {
        // An address whose connection cannot be begun fails from the start.
        for address in names[contender].iter().filter(|address| fate(address).0 == Does::CannotBegin) {
            stage.fake.set(address, Does::CannotBegin);
        }
    }
    let mut overdue = 0;
    for now in 0..100_000_u64 {
        let mut news = now == 0;
        for (contender, (at, count)) in answers.into_iter().enumerate().filter(|(_, (at, _))| *at == now) {
            let answer = if count == 0 { unknown(contender) } else { found(contender, &names[contender][..count]) };
            assert_eq!(at, now);
            race.found(answer, stage.at(now));
            news = true;
        }
        for (address, began) in &run.begun {
            let (does, after) = fate(address);
            if began + after == now && does != Does::CannotBegin {
                stage.fake.set(address, does);
                news = true;
            }
        }
        let passed = race.deadline().is_some_and(|deadline| deadline <= stage.at(now));
        overdue = if passed { overdue + 1 } else { 0 };
        if !news && overdue <= late {
            continue;
        }
        let progress = race.progress(stage.at(now));
        let over = !matches!(progress, Ok(None));
        let winner = match progress {
            Ok(None) => None,
            Ok(Some(won)) => {
                run.attempts = won.attempts().to_vec();
                run.winner = won.connection.opened.peer.as_ref().map(Address::to_string);
                Some(won)
            }
            Err(Error::Unreached { attempts, .. }) => {
                run.attempts = attempts;
                None
            }
            Err(error) => panic!("{error}"),
        };
        for event in std::mem::take(&mut stage.fake.world().events) {
            match event {
                Event::Begun(address) => run.begun.push((address, now)),
                Event::Closed(address) => run.closed.push(address),
            }
        }
        if over {
            assert!(race.progress(stage.at(now + 1)).map_or(true, |again| again.is_none()), "nobody wins twice");
            drop(winner);
            return run;
        }
    }
    panic!("the race never ends: {race:?}")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_attempt_has_one_outcome_and_there_is_one_winner_at_most(
        answers in [answer(), answer()],
        fates in prop::collection::vec(fate(), 6),
        late in 0_u64..40,
    ) {
        let stage = Stage::new();
        let run = run(&stage, answers, &fates, late);
        let begun: Vec<&String> = run.begun.iter().map(|(address, _)| address).collect();

        // Each address is tried once at most, and reported once.
        let tried: Vec<String> = run.attempts.iter().filter_map(|attempt| Some(attempt.address.as_ref()?.to_string())).collect();
        prop_assert_eq!(tried.iter().collect::<Vec<_>>(), begun.clone(), "in the order begun");
        let mut once = tried.clone();
        once.sort_unstable();
        once.dedup();
        prop_assert_eq!(once.len(), tried.len());
        for (attempt, (_, began)) in run.attempts.iter().filter(|attempt| attempt.address.is_some()).zip(&run.begun) {
            prop_assert_eq!(attempt.began, Duration::from_millis(*began));
        }

        // There is one winner, if any could connect; all other sockets are closed.
        let connected: Vec<String> = run.attempts.iter().filter(|attempt| matches!(attempt.outcome, Outcome::Connected))
            .filter_map(|attempt| attempt.address.as_ref().map(Address::to_string)).collect();
        prop_assert_eq!(connected.first(), run.winner.as_ref());
        prop_assert!(connected.len() <= 1);
        let opened = run.begun.iter().filter(|(address, _)| {
            let at = [SIX, FOUR].concat().iter().position(|known| known == address).expect("one of ours");
            fates[at].0 != Does::CannotBegin
        });
        prop_assert_eq!(run.closed.len() + usize::from(run.winner.is_some()), opened.count());
        prop_assert!(run.winner.as_ref().is_none_or(|winner| !run.closed.contains(winner)));

        // The race is lost only when every address was tried and none connects.
        if run.winner.is_none() {
            let known: usize = answers.iter().map(|(_, count)| count).sum();
            prop_assert_eq!(tried.len(), known);
            prop_assert!(run.attempts.iter().all(|attempt| attempt.outcome.kind().is_some()), "{:?}", run.attempts);
        } else {
            prop_assert!(run.attempts.iter().filter(|attempt| matches!(attempt.outcome, Outcome::Overtaken)).count() < begun.len());
        }

        // No attempt is begun before the delay unless the one before has failed; and then none is begun late.
        for pair in run.begun.windows(2) {
            let [(before, earlier), (_, later)] = pair else { continue };
            let at = [SIX, FOUR].concat().iter().position(|known| known == before).expect("one of ours");
            let failed_at = match fates[at] {
                (Does::CannotBegin, _) => Some(*earlier),
                (Does::Refuses, after) => Some(earlier + after),
                _ => None,
            };
            let due = failed_at.map_or(earlier + 250, |failed| failed.min(earlier + 250));
            prop_assert!(*later >= due, "{:?} begun at {} ms, due at {} ms", pair, later, due);
            // The next address may have been found later than that, and held back.
            let contender = usize::from(!SIX.contains(&pair[1].0.as_str()));
            let latest = due.max(answers[contender].0 + 50) + late;
            prop_assert!(*later <= latest, "{:?} begun at {} ms, at the latest at {} ms", pair, later, latest);
        }
    }
}
