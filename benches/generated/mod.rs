//! Catalogs for the benchmarks: four fifths base protocols, some layers, chains over what precedes them; and their rows as data,
//! for what the registry is compared with.

#![allow(dead_code, reason = "each benchmark uses a part of it")]

use std::fmt::Write;

/// How the protocol numbers of a family and type lie.
#[derive(Copy, Clone, PartialEq, Eq)]
pub enum Numbers {
    /// 1, 2, 3 and so on.
    Dense,
    /// Anywhere among the 32-bit numbers.
    Sparse,
}

impl Numbers {
    pub const ALL: [Numbers; 2] = [Numbers::Dense, Numbers::Sparse];

    pub fn name(self) -> &'static str {
        match self {
            Numbers::Dense => "dense",
            Numbers::Sparse => "sparse",
        }
    }
}

/// What a plain list would keep of an entry that can be selected.
#[derive(Copy, Clone, Debug)]
pub struct Row {
    pub family: i32,
    pub socket_type: i32,
    pub from: i32,
    pub to: i32,
    pub matches_zero: bool,
}

pub struct Generated {
    pub text: String,
    /// In catalog order.
    pub rows: Vec<Row>,
}

pub const FAMILIES: [(&str, i32); 3] = [("inet", 2), ("inet6", 10), ("acme", 201)];
pub const TYPES: [(&str, i32); 2] = [("stream", 1), ("dgram", 2)];

/// Numbers without a pattern, the same in every run: Knuth's MMIX.
pub struct Random(pub u64);

impl Random {
    pub fn number(&mut self) -> i32 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 32) as u32 as i32
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.number() as u32 as usize % bound
    }
}

/// Twenty entries: base, layer and chain.
const MIX: &[u8; 20] = b"BBBLCBBBBBBBBBCBBBCB";

/// A catalog of so many entries in this dialect.
pub fn catalog(dialect: &str, entries: usize, numbers: Numbers) -> Generated {
    let mut random = Random(2026);
    let mut counters = [0; FAMILIES.len() * TYPES.len()];
    let mut rows = Vec::with_capacity(entries);
    let mut text = format!(
        "format = 1\ndialect = \"{dialect}\"\ntitle = \"{entries} entries\"\n\n[provider.kernel]\nmodule = \"system\"\n\n\
         [provider.acme]\n\n[family.acme]\nnumber = 201\n\n"
    );
    let (mut base, mut layer) = (0, 0);
    for entry in 0..entries {
        let kind = MIX[entry % MIX.len()];
        let place = if kind == b'C' { base } else { entry } % counters.len();
        let (family, socket_type) = (FAMILIES[place / TYPES.len()], TYPES[place % TYPES.len()]);
        if kind != b'L' {
            counters[place] += 1;
        }
        let number = match numbers {
            Numbers::Dense => counters[place],
            Numbers::Sparse => random.number().max(i32::MIN + 1) | 1,
        };
        let matches_zero = kind == b'B' && counters[place] == 1;
        let written = match kind {
            b'L' => {
                layer = entry;
                write!(
                    text,
                    "[layer.layer-{entry}]\nsummary = \"Layer {entry}\"\nprovider = \"acme\"\n\
                     adds = [\"encrypted\", \"authenticated\"]\ncategories = [\"crypto-compress\"]\n\n"
                )
            }
            b'C' => write!(
                text,
                "[chain.chain-{entry}]\nsummary = \"Chain {entry}\"\nlayers = [\"layer-{layer}\"]\nbase = \"base-{base}\"\n\
                 protocol = {number}\nmatches-zero = false\n\n"
            ),
            _ => {
                base = entry;
                write!(
                    text,
                    "[base.base-{entry}]\nsummary = \"Protocol {number} of {}\"\nprovider = \"kernel\"\nfamily = \"{}\"\n\
                     type = \"{}\"\nprotocol = {number}\nmatches-zero = {matches_zero}\n\
                     services = [\"guaranteed-delivery\", \"guaranteed-order\", \"graceful-close\"]\naddress-size = 16\n\
                     message-size = 0\n\n",
                    family.0, family.0, socket_type.0,
                )
            }
        };
        written.expect("a string takes all");
        if kind != b'L' {
            rows.push(Row { family: family.1, socket_type: socket_type.1, from: number, to: number, matches_zero });
        }
    }
    Generated { text, rows }
}
