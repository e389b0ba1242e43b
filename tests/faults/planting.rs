//! The law of one finding a mistake: a catalog with some independent mistakes has as many faults, each at the line of its mistake.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::Config;
use sockatlas::Loader;

/// What the mistakes may refer to: sound, and without a fault of its own.
const HEAD: &str = "format = 1\ndialect = \"linux\"\n\
    [provider.kernel]\nmodule = \"acme\"\n[provider.system]\n\
    [base.tcp4]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = \"tcp\"\nservices = [\"guaranteed-order\"]\n\
    [base.udp4]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"dgram\"\nprotocol = \"udp\"\n\
    [layer.plain]\nprovider = \"kernel\"\n[layer.second]\nprovider = \"kernel\"\n";

/// Mistakes, each in constructs of its own. `NAME` is a name that no other has, `NUMBER` such a number, and the mistake is in the
/// line with `#!`. Most are used by others, who must not be said to be wrong too.
const MISTAKES: [&str; 44] = [
    // A section of a family, and its users by name, by number and in a test.
    "[family.NAME]\nnumber = \"NUMBER\" #!\nprotocols = { widget = 1 }\n\
     [base.NAME]\nprovider = \"kernel\"\nfamily = \"NAME\"\ntype = \"dgram\"\nprotocol = \"widget\"\n\
     [base.NAME-too]\nprovider = \"kernel\"\nfamily = NUMBER\ntype = \"raw\"\nprotocol = \"widget\"\n\
     [[expect]]\nrequest = { family = \"NAME\", type = \"dgram\", protocol = \"widget\" }\nentry = \"NAME\"\n",
    "[family.NAME]\nnumbr = NUMBER #!\n\
     [base.NAME]\nprovider = \"kernel\"\nfamily = \"NAME\"\ntype = \"dgram\"\nprotocol = 1\n",
    "[family.NAME] #!\n\
     [base.NAME]\nprovider = \"kernel\"\nfamily = \"NAME\"\ntype = \"dgram\"\nprotocol = 1\n",
    "[family.NAME]\nnumber = 2 #!\n\
     [base.NAME]\nprovider = \"kernel\"\nfamily = \"NAME\"\ntype = \"dgram\"\nprotocol = 1\n",
    "[family.NAME]\nnumber = NUMBER\nprotocols = { widget = \"1\" } #!\n\
     [base.NAME]\nprovider = \"kernel\"\nfamily = \"NAME\"\ntype = \"dgram\"\nprotocol = \"widget\"\n",
    // Words and values of a base protocol, and a chain over it.
    "[base.NAME]\nprovider = \"kernle\" #!\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = 9\n\
     [chain.NAME-c]\nlayers = [\"plain\"]\nbase = \"NAME\"\n",
    "[base.NAME]\nprovider = \"kernel\"\nfamily = \"inett\" #!\ntype = \"stream\"\nprotocol = \"tcp\"\n\
     [chain.NAME-c]\nlayers = [\"plain\"]\nbase = [\"NAME\", \"tcp4\"]\nprotocol = \"udp\"\n",
    "[base.NAME]\nprovider = \"kernel\"\nfamily = \"AF_INET\" #!\ntype = \"stream\"\nprotocol = \"tcp\"\n",
    "[base.NAME]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"SOCK_STREAM\" #!\nprotocol = \"tcp\"\n",
    "[base.NAME]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = \"rfcomm\" #!\n",
    "[base.NAME]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = { from = 9, to = 3 } #!\n",
    "[base.NAME]\nprovider = \"kernel\"\nfamly = \"inet\" #!\ntype = \"stream\"\nprotocol = 9\n",
    "[base.NAME] #!\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\n\
     [chain.NAME-c]\nlayers = [\"plain\"]\nbase = \"NAME\"\n",
    "[base.NAME]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = 9\nservices = [\"encryptd\"] #!\n",
    "[base.NAME]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = 9\nmatches-zero = \"yes\" #!\n",
    "[base.NAME]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = 9\ninclude = [\"x.toml\"] #!\n",
    "[base.NAME]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = 9\naddress-size = { min = 1, mox = 2 } #!\n",
    // Texts that are not TOML.
    "[base.NAME]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = 9\nmatches-zero = True #!\n",
    "[base.NAME]\nprovider: \"kernel\" #!\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = 9\n\
     [chain.NAME-c]\nlayers = [\"plain\"]\nbase = \"NAME\"\n",
    "[base.NAME]\nprovider = \"kernel #!\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = 9\n",
    "[base.NAME]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = [9, 10 #!\n",
    "[base.NAME]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = stream #!\nprotocol = 9\n",
    "[chain.NAMEé] #!\nlayers = [\"plain\"]\nbase = \"tcp4\"\n[[expect]]\nrequest = { family = \"inet\", type = 1 }\nentry = \"NAMEe\"\n",
    "[layer.NAME #!\nprovider = \"kernel\"\n[chain.NAME-c]\nlayers = [\"NAME\"]\nbase = \"tcp4\"\n",
    // What is declared twice.
    "[base.NAME]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = 9\n\
     [base.NAME] #!\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"dgram\"\nprotocol = 10\n",
    "[layer.NAME]\nprovider = \"kernel\"\n[chain.NAME] #!\nlayers = [\"plain\"]\nbase = \"tcp4\"\n\
     [chain.NAME-c]\nlayers = [\"plain\"]\nbase = \"NAME\"\n",
    "[layer.NAME]\nprovider = \"kernel\"\nadds = [\"x-NAME\"]\nadds = [] #!\n",
    "[layer.NAME]\nprovider = \"kernel\"\ncatalog-entry-id = NUMBER\n[layer.NAME-b]\nprovider = \"kernel\"\ncatalog-entry-id = NUMBER #!\n",
    // Layers and chains.
    "[layer.\"NAME O\"] #!\nprovider = \"kernel\"\n[chain.NAME-c]\nlayers = [\"NAME O\"]\nbase = \"tcp4\"\n",
    "[layer.NAME]\nprovider = \"kernel\"\ncategories = [\"sytem\"] #!\n[chain.NAME-c]\nlayers = [\"NAME\"]\nbase = [\"tcp4\", \"udp4\"]\n",
    "[layer.NAME]\nprovider = \"kernel\"\nadds = \"encrypted\" #!\n[layer.NAME-b]\nprovider = \"kernel\"\nneeds = [\"encrypted\"]\n\
     [chain.NAME-c]\nlayers = [\"NAME-b\", \"NAME\"]\nbase = \"tcp4\"\n",
    "[layer.NAME] #!\nprovider = \"system\"\n[chain.NAME-c]\nlayers = [\"NAME\"]\nbase = [\"tcp4\", \"udp4\"]\n",
    "[chain.NAME]\nlayers = [\"plan\"] #!\nbase = [\"tcp4\", \"udp4\"]\n",
    "[chain.NAME]\nlayers = [\"plain\"]\nbase = [\"tcp4\", \"udp44\"] #!\n[[always]]\nrequest = { family = \"inet\" }\nnever = [\"NAME\"]\n",
    "[chain.NAME]\nlayers = [\"plain\"]\nbase = \"second\" #!\n",
    "[chain.NAME]\nlayers = [\"plain\", \"plain\"] #!\nbase = [\"tcp4\", \"udp4\"]\n",
    "[layer.NAME]\nprovider = \"kernel\"\nneeds = [\"encrypted\"]\n[chain.NAME-c]\nlayers = [\"NAME\"] #!\nbase = [\"tcp4\", \"udp4\"]\n\
     [chain.NAME-d]\nlayers = [\"plain\"]\nbase = \"NAME-c/tcp4\"\n",
    "[layer.NAME]\nprovider = \"kernel\"\nallow-below = [\"second\"]\n[chain.NAME-c]\nlayers = [\"NAME\", \"plain\"] #!\nbase = [\"tcp4\", \"udp4\"]\n",
    "[chain.NAME]\nlayers = [\"plain\"]\nbase = \"NAME-b\" #!\n[chain.NAME-b]\nlayers = [\"second\"]\nbase = \"NAME\"\n",
    // Providers, policy, tests, guarantees, severities.
    "[provider.NAME]\nid = \"not-a-guid\" #!\n[base.NAME-b]\nprovider = \"NAME\"\nfamily = \"inet\"\ntype = \"raw\"\nprotocol = 9\n",
    "[application.NAME]\nrequire = [\"encryptd\"] #!\n[[always]]\nrequest = { application = \"NAME\" }\nservices = [\"x-NAME\"]\n",
    "[[expect]]\nrequest = { family = \"inet\", type = \"stream\" }\nentri = \"tcp4\" #!\n",
    "[[expect]]\nrequest = { family = \"inet\", type = \"stream\" }\nentry = \"tpc4\" #!\n",
    "[[always]]\nrequest = { family = \"inet\" }\nservces = [\"encrypted\"] #!\n",
];

/// Names that resemble none of the others.
const NAMES: [&str; 12] = [
    "alligator",
    "buffalo",
    "cormorant",
    "dromedary",
    "elephant",
    "flamingo",
    "hippopotamus",
    "jackdaw",
    "kingfisher",
    "mongoose",
    "orangutan",
    "woodpecker",
];

/// A catalog with these mistakes, and the lines of them.
fn planted(mistakes: &[usize]) -> (String, Vec<u32>) {
    let pieces = mistakes.iter().zip(NAMES).zip(1..).map(|((&mistake, name), number)| {
        MISTAKES[mistake % MISTAKES.len()].replace("NAME", name).replace("NUMBER", &(4_000 + number).to_string())
    });
    let text = HEAD.to_owned() + &pieces.collect::<String>();
    let lines = (1..).zip(text.lines()).filter(|(_, line)| line.contains("#!")).map(|(number, _)| number);
    let lines = lines.collect();
    (text, lines)
}

/// The lines of all faults of a catalog, and what they say.
fn found(text: &str) -> (Vec<u32>, String) {
    match Loader::new().text("a", text).load() {
        Ok(_) => (Vec::new(), String::new()),
        Err(error) => (error.faults().iter().map(|fault| error.locate(fault).line).collect(), error.to_string()),
    }
}

#[test]
fn each_mistake_alone_is_one_fault_at_its_line() {
    assert_eq!(found(HEAD), (Vec::new(), String::new()));
    let mut wrong = String::new();
    for mistake in 0..MISTAKES.len() {
        let (text, lines) = planted(&[mistake]);
        let (at, error) = found(&text);
        if at != lines {
            wrong += &format!("lines {at:?} instead of {lines:?}: {error}\nfor\n{}\n", &text[HEAD.len()..]);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

proptest! {
    #![proptest_config(Config { cases: 256, failure_persistence: None, ..Config::default() })]

    #[test]
    fn as_many_independent_mistakes_are_as_many_faults_each_at_its_line(mistakes in vec(0..MISTAKES.len(), 1..=NAMES.len())) {
        let (text, lines) = planted(&mistakes);
        let (at, error) = found(&text);
        prop_assert_eq!(at, lines, "{}\nfor\n{}", error, text);
    }
}
