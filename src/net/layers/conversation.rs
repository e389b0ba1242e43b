//! For tests: lets the two sides of a layer exchange bytes over a wire that cuts them into pieces at arbitrary places.

use crate::net::machine::{Answer, Failure, Machine};
use crate::net::settings::Secret;
use proptest::prelude::*;

/// The results of the connecting side and of the accepting side, in this order.
pub type Outcome = [Result<(), Failure>; 2];

/// Passes bytes between the two sides until neither has any left. `cuts` holds the lengths of the pieces, and is repeated. When
/// the accepting side asks for an answer, it gets `answer`.
pub fn talk(connecting: &mut Machine, accepting: &mut Machine, cuts: &[usize], answer: &Answer) -> Outcome {
    let mut cuts = cuts.iter().copied().cycle();
    let mut outcome: Outcome = [Ok(()), Ok(())];
    loop {
        let mut moved = false;
        for side in 0..2 {
            let (one, other) =
                if side == 0 { (&mut *connecting, &mut *accepting) } else { (&mut *accepting, &mut *connecting) };
            outcome[side] = outcome[side].and(one.start().map_err(|failure| failure.source.kind()));
            if side == 1 && one.asks() {
                assert!(!one.has_outbound() || !one.is_open(), "nothing is granted before the answer");
                one.answer(answer).expect("it can be told");
            }
            let piece = one.outbound()[..one.outbound().len().min(cuts.next().unwrap_or(1))].to_vec();
            if !piece.is_empty() {
                moved = true;
                one.sent(piece.len());
                other.room()[..piece.len()].copy_from_slice(&piece);
                other.received(piece.len());
                let heard = if other.is_bare() { Ok(0) } else { other.read(&mut []) };
                outcome[1 - side] = outcome[1 - side].and(heard.map(drop).map_err(|failure| failure.source.kind()));
            }
        }
        if !moved {
            return outcome;
        }
    }
}

/// Generates the lengths of the pieces.
pub fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(prop_oneof![Just(1), 1..20usize, Just(1000)], 1..8)
}

/// Generates a user and a password that any file of users and any message can hold.
pub fn user() -> impl Strategy<Value = (String, Secret)> {
    ("[a-zé][a-z0-9 ä#]{0,30}", "[ -~ß]{0,100}[!-~]").prop_map(|(name, password)| (name, Secret::from(password)))
}

/// The credentials of a client, and those that its proxy accepts: the same, the same name with another password, or unrelated
/// ones; either may be missing.
#[derive(Clone, Debug)]
pub struct Parties {
    pub client: Option<(String, Secret)>,
    pub member: Option<(String, Secret)>,
}

pub fn parties() -> impl Strategy<Value = Parties> {
    let same = user().prop_map(|user| Parties { client: Some(user.clone()), member: Some(user) });
    let two =
        (prop::option::of(user()), prop::option::of(user())).prop_map(|(client, member)| Parties { client, member });
    let other = (user(), user()).prop_map(|((name, password), (_, other))| Parties {
        client: Some((name.clone(), password)),
        member: Some((name, other)),
    });
    prop_oneof![2 => same, 2 => two, 1 => other]
}

impl Parties {
    /// Returns the text of the file of users, or `None` where everybody may connect.
    pub fn file(&self) -> Option<String> {
        let line = |(name, password): &(String, Secret)| format!("{name}:{}\n", password.reveal());
        self.member.as_ref().map(|member| format!("# those who may connect\nnobody:\u{1F511}\n{}", line(member)))
    }

    /// Returns whether the proxy must accept the client.
    pub fn agree(&self) -> bool {
        self.member.is_none() || self.client == self.member
    }
}
