//! Pictures of a protocol catalog: its layers over its base protocols, and the chains that run through them.
//!
//! A [`Picture`] is plain data, drawn in three ways: [`Picture::to_svg`] makes a finished drawing and needs no other program,
//! [`Picture::to_dot`] is for Graphviz, [`Picture::to_mermaid`] for pages that render Mermaid. The output is deterministic.
//!
//! This module does not depend on catalogs, but on the standard library alone.

mod dot;
mod mermaid;
mod svg;

/// The content of a picture.
///
/// Every drawing follows two rules: a chain is drawn from its top layer down to its base protocol, and a layer that no chain uses
/// looks different from one that is in use, because it cannot be reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// The heading; empty for none.
    pub title: String,
    /// The base protocols and layers, in catalog order. Their names are unique.
    pub nodes: Vec<Node>,
    /// The chains, in catalog order.
    pub chains: Vec<Chain>,
    /// The name of the highlighted entry: a chain, or a layer or base protocol with all chains through it. Everything else is
    /// faded. The caller checks whether the name exists: an unknown name is drawn like `None`.
    pub highlight: Option<String>,
}

/// A base protocol or a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The entry's name.
    pub name: String,
    /// The kind of the entry.
    pub kind: NodeKind,
    /// A few words below the name, such as `inet stream tcp` or `+encrypted`; may be empty.
    pub caption: String,
}

/// The kind of a [`Node`]: whether it carries data by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A base protocol.
    Base,
    /// A layer.
    Layer {
        /// Whether any chain of the catalog uses it, including chains that the picture leaves out.
        chained: bool,
    },
}

/// A chain, and the entries that it runs through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The entry's name, such as `secure/tcp4`.
    pub name: String,
    /// Indices into [`Picture::nodes`]: the top layer first, the base protocol last. An index without a node is ignored.
    pub stack: Vec<usize>,
}

impl Picture {
    /// Returns the nodes that each chain runs through, top first, without the indices that have no node.
    fn stacks(&self) -> Vec<Vec<usize>> {
        let known = |stack: &Vec<usize>| stack.iter().copied().filter(|&node| node < self.nodes.len()).collect();
        self.chains.iter().map(|chain| known(&chain.stack)).collect()
    }

    fn focus(&self) -> Option<Focus> {
        let name = self.highlight.as_deref()?;
        let stacks = self.stacks();
        let named = self.nodes.iter().position(|node| node.name == name);
        let chains: Vec<bool> = std::iter::zip(&self.chains, &stacks)
            .map(|(chain, stack)| chain.name == name || named.is_some_and(|node| stack.contains(&node)))
            .collect();
        if named.is_none() && !chains.contains(&true) {
            return None;
        }
        let mut nodes = vec![false; self.nodes.len()];
        let lit = std::iter::zip(&stacks, &chains).filter(|&(_, &lit)| lit).flat_map(|(stack, _)| stack);
        for &node in lit.chain(&named) {
            nodes[node] = true;
        }
        Some(Focus { named, chains, nodes })
    }

    fn tally(&self) -> Tally {
        let mut used = vec![false; self.nodes.len()];
        for node in self.stacks().into_iter().flatten() {
            used[node] = true;
        }
        let bases = self.nodes.iter().filter(|node| node.kind == NodeKind::Base).count();
        Tally { used, bases, layers: self.nodes.len() - bases }
    }

    /// Returns the nodes that no chain of the picture runs through.
    fn shelves(&self) -> [Shelf; 2] {
        let used = self.tally().used;
        let of = |base: bool| -> Vec<usize> {
            let belongs = |&node: &usize| !used[node] && (self.nodes[node].kind == NodeKind::Base) == base;
            (0..self.nodes.len()).filter(belongs).collect()
        };
        let (layers, bases) = (of(false), of(true));
        let unchained = |&node: &usize| self.nodes[node].kind == NodeKind::Layer { chained: false };
        let over = if layers.iter().all(unchained) { "Unchained layers" } else { "Layers in no chain shown here" };
        let under = if self.chains.is_empty() { "Base protocols" } else { "Base protocols under no chain" };
        [Shelf { id: "layers", heading: over, nodes: layers }, Shelf { id: "bases", heading: under, nodes: bases }]
    }
}

/// The highlighted part of a picture.
struct Focus {
    /// The highlighted entry, when it is a node.
    named: Option<usize>,
    /// For each chain, whether it is highlighted.
    chains: Vec<bool>,
    /// For each node, whether a highlighted chain runs through it, or it is the highlighted entry.
    nodes: Vec<bool>,
}

/// The counts of a picture's content.
struct Tally {
    /// For each node, whether a chain of the picture runs through it.
    used: Vec<bool>,
    bases: usize,
    layers: usize,
}

/// Nodes that stand apart, since no chain of the picture runs through them.
struct Shelf {
    id: &'static str,
    heading: &'static str,
    nodes: Vec<usize>,
}

/// The colours of chains, for a light and for a dark background.
///
/// They are chosen for readers with any kind of colour vision: any two of a theme are at least 18 apart in CIELAB for protanopes,
/// deuteranopes and tritanopes (simulated after Machado 2009, full severity) and at least 30 for others, and each has a contrast
/// of at least 3:1 to its background, as WCAG 2.1 asks of graphics.
const PALETTE: [(&str, &str); 8] = [
    ("#1f87cd", "#52b3fe"),
    ("#d7610b", "#e3ba3f"),
    ("#086f43", "#5aecbd"),
    ("#9a358b", "#d17bc0"),
    ("#8f964f", "#fce09c"),
    ("#4842a8", "#8073ee"),
    ("#b082ac", "#b1e3ff"),
    ("#5a6166", "#969d99"),
];

impl Shelf {
    /// Returns pairs of an upper and a lower node that put the shelf's nodes into rows of six, for languages that place nodes by
    /// edges alone: without edges they would all stand in one row, too wide to read.
    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        self.nodes.iter().copied().zip(self.nodes.iter().copied().skip(6))
    }
}

/// Returns each pair of neighbours in each chain's stack: the chain, the upper node and the lower.
fn links(stacks: &[Vec<usize>]) -> impl Iterator<Item = (usize, usize, usize)> {
    stacks.iter().enumerate().flat_map(|(chain, stack)| {
        stack.iter().zip(stack.iter().skip(1)).map(move |(&upper, &lower)| (chain, upper, lower))
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn node(name: &str, kind: NodeKind, caption: &str) -> Node {
        Node { name: name.to_owned(), kind, caption: caption.to_owned() }
    }

    /// Returns a picture of one chain, and beside it a base protocol and a layer without any chain.
    pub(crate) fn small() -> Picture {
        let nodes = vec![
            node("tcp4", NodeKind::Base, "inet stream tcp"),
            node("udp4", NodeKind::Base, "inet dgram udp"),
            node("tls", NodeKind::Layer { chained: true }, "+encrypted"),
            node("frame", NodeKind::Layer { chained: false }, ""),
        ];
        let chains = vec![Chain { name: "secure".to_owned(), stack: vec![2, 0] }];
        Picture { title: "site".to_owned(), nodes, chains, highlight: None }
    }

    /// Returns a picture of `bases` base protocols, then `layers` layers, each with its number in the name, and the chains.
    pub(crate) fn numbered(bases: usize, layers: usize, chains: &[(&str, &[usize])]) -> Picture {
        let used = |node: usize| chains.iter().any(|(_, stack)| stack.contains(&node));
        let base = |at: usize| node(&format!("base-{at}"), NodeKind::Base, "inet stream tcp");
        let layer = |at: usize| node(&format!("layer-{at}"), NodeKind::Layer { chained: used(at) }, "+encrypted");
        let nodes = (0..bases).map(base).chain((bases..bases + layers).map(layer)).collect();
        let chain = |&(name, stack): &(&str, &[usize])| Chain { name: name.to_owned(), stack: stack.to_vec() };
        let chains = chains.iter().map(chain).collect();
        Picture { title: "numbered".to_owned(), nodes, chains, highlight: None }
    }

    fn lit(picture: &Picture, name: &str) -> Option<(Vec<bool>, Vec<bool>)> {
        let picture = Picture { highlight: Some(name.to_owned()), ..picture.clone() };
        picture.focus().map(|focus| (focus.chains, focus.nodes))
    }

    #[test]
    fn a_highlighted_entry_lights_its_chains_and_what_they_run_through() {
        let picture = numbered(2, 2, &[("one", &[2, 0]), ("two", &[3, 2, 1])]);
        assert_eq!(lit(&picture, "one"), Some((vec![true, false], vec![true, false, true, false])));
        assert_eq!(lit(&picture, "base-1"), Some((vec![false, true], vec![false, true, true, true])));
        assert_eq!(lit(&picture, "layer-2"), Some((vec![true, true], vec![true; 4])));
        assert_eq!(lit(&small(), "frame"), Some((vec![false], vec![false, false, false, true])));
    }

    #[test]
    fn a_name_that_nothing_has_highlights_nothing() {
        assert_eq!(lit(&small(), "tsl"), None);
    }

    #[test]
    fn indices_that_no_node_has_are_passed_over() {
        let picture = numbered(1, 1, &[("x", &[7, 1, 0, 99]), ("nowhere", &[5])]);
        assert_eq!(picture.stacks(), [vec![1, 0], vec![]]);
        assert!(picture.to_dot().contains("-> \"base-0\""));
        assert!(picture.to_mermaid().contains("n1 -->|\"x\"| n0"));
        assert!(picture.to_svg().contains("x: layer-1 over base-0"));
    }
}
