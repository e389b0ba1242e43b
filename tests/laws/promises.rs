//! The law of promises: whatever entries state of themselves, a request is answered only by what the modules of the stack really
//! give: what it requires is given in its role, what it prohibits is not, and every layer finds below it what its contract says.

use super::config;
use proptest::collection::vec;
use proptest::prelude::*;
use sockatlas::terms::{Role, Services};
use sockatlas::{Loader, Request};
use std::collections::BTreeSet;

type Set = BTreeSet<&'static str>;

/// The services that only modules give.
const SERVICES: [&str; 6] = ["encrypted", "authenticated", "compressed", "proxied", "framed", "metered"];

const MODULES: [&str; 5] = ["tls", "socks5", "http-connect", "inspect", "frame"];

/// What a module does, from its documentation and not from the library's data: what is offered above it, of what is below.
fn above(module: &str, role: Role, asks_clients: bool, below: &Set) -> Set {
    let mut offered = below.clone();
    match module {
        "tls" => {
            offered.insert("encrypted");
            if role == Role::Connect || asks_clients {
                offered.insert("authenticated");
            }
        }
        "socks5" | "http-connect" => {
            // The way to the proxy ends there; a client that is accepted is reached on that very way.
            if role == Role::Connect {
                offered.remove("encrypted");
                offered.remove("authenticated");
            }
            offered.insert("proxied");
        }
        "inspect" => _ = offered.insert("metered"),
        "frame" => _ = offered.insert("framed"),
        other => panic!("{other}"),
    }
    offered
}

#[derive(Clone, Debug)]
struct Layer {
    module: &'static str,
    asks_clients: bool,
    adds: Set,
    removes: Set,
    needs: Set,
    forbids: Set,
}

impl Layer {
    fn text(&self, at: usize) -> String {
        let options = match (self.module, self.asks_clients) {
            ("tls", true) => "options = { client-roots = \"ca.pem\" }\n",
            _ => "",
        };
        format!(
            "[layer.l{at}]\nprovider = \"{}\"\nadds = {}\nremoves = {}\nneeds = {}\nforbids = {}\n{options}",
            self.module,
            list(&self.adds),
            list(&self.removes),
            list(&self.needs),
            list(&self.forbids)
        )
    }
}

fn list(set: &Set) -> String {
    let words: Vec<String> = set.iter().map(|word| format!("\"{word}\"")).collect();
    format!("[{}]", words.join(", "))
}

fn set(bits: u8) -> Set {
    SERVICES.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, word)| *word).collect()
}

/// A layer that states what its module does, or now and then something else in either direction.
fn layer() -> impl Strategy<Value = Layer> {
    let few = || prop_oneof![3 => Just(0_u8), 1 => (0..6_u32).prop_map(|bit| 1 << bit)];
    (0..MODULES.len(), any::<bool>(), few(), few(), few(), few()).prop_map(
        |(at, asks_clients, add, remove, need, forbid)| {
            let module = MODULES[at];
            let none = Set::new();
            let given = above(module, Role::Connect, asks_clients, &none);
            let ended: Set = match module {
                "socks5" | "http-connect" => ["encrypted", "authenticated"].into(),
                _ => none,
            };
            let lie = |truth: Set, bits: u8| truth.symmetric_difference(&set(bits)).copied().collect();
            let (adds, removes) = (lie(given, add), lie(ended, remove));
            Layer { module, asks_clients, adds, removes, needs: set(need), forbids: set(forbid) }
        },
    )
}

fn services(set: &Set) -> Services {
    set.iter().map(|word| Services::from_name(word).expect("it is known")).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_answers_gives_what_is_required_and_nothing_that_is_prohibited(
        layers in vec(layer(), 1..4),
        stated in proptest::option::weighted(0.2, any::<u8>()),
        wishes in vec((any::<bool>(), 0..6_u32, 0..6_u32, any::<bool>()), 4),
    ) {
        let head = "format = 1\ndialect = \"linux\"\n[provider.kernel]\nmodule = \"system\"\n[provider.tls]\n[provider.socks5]\n\
                    [provider.http-connect]\n[provider.inspect]\n[provider.frame]\n[base.tcp4]\nprovider = \"kernel\"\n\
                    family = \"inet\"\ntype = \"stream\"\nprotocol = \"tcp\"\n";
        let texts: String = layers.iter().enumerate().map(|(at, layer)| layer.text(at)).collect();
        let names: Vec<String> = (0..layers.len()).map(|at| format!("\"l{at}\"")).collect();
        let own = stated.map(|bits| format!("services = {}\n", list(&set(bits)))).unwrap_or_default();
        let text = format!("{head}{texts}[chain.c]\nlayers = [{}]\nbase = \"tcp4\"\n{own}", names.join(", "));
        // A catalog whose lies are found is refused: nothing is opened.
        let Ok(registry) = Loader::new().text("lies.toml", text.as_str()).load() else { return Ok(()) };
        for (accepts, require, prohibit, both) in wishes {
            let role = if accepts { Role::Accept } else { Role::Connect };
            let require = set(1 << require);
            let prohibit = if both { set(1 << prohibit) } else { Set::new() };
            let mut keeps_contracts = true;
            let mut given = Set::new();
            for layer in layers.iter().rev() {
                keeps_contracts &= layer.needs.is_subset(&given) && layer.forbids.is_disjoint(&given);
                given = above(layer.module, role, layer.asks_clients, &given);
            }
            let request = Request::named("c").require(services(&require)).prohibit(services(&prohibit)).as_role(role);
            let is_answered = registry.resolve(&request).is_ok();
            let may_be = require.is_subset(&given) && prohibit.is_disjoint(&given) && keeps_contracts;
            prop_assert_eq!(is_answered, may_be, "{} gives {:?} {}\n{}", request, given, role, text);
        }
    }
}
