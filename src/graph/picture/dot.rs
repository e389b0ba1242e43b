//! The picture in the language of Graphviz, for `dot`.

use std::fmt::Write as _;

use super::{Focus, NodeKind, PALETTE, Picture, links};

const FADED: &str = "#c9ced6";

impl Picture {
    /// Returns the picture as a Graphviz digraph, for `dot -Tsvg` and its like.
    ///
    /// Tops of chains are on top, used base protocols share one rank, and entries that no chain uses stand in clusters of their
    /// own. Each step of each chain is an edge in the chain's colour, labelled with the chain's name.
    #[must_use]
    pub fn to_dot(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_dot(&mut out);
        out
    }

    fn write_dot(&self, out: &mut String) -> std::fmt::Result {
        let stacks = self.stacks();
        let focus = self.focus();
        let used = self.tally().used;
        let in_use = |base: bool| {
            let belongs = move |node: &usize| (self.nodes[*node].kind == NodeKind::Base) == base;
            (0..self.nodes.len()).filter(|&node| used[node]).filter(belongs).collect::<Vec<usize>>()
        };

        writeln!(out, "digraph {} {{", quoted(&self.title))?;
        writeln!(out, "  rankdir=TB;")?;
        if !self.title.is_empty() {
            writeln!(out, "  label={}; labelloc=t; fontsize=18;", quoted(&self.title))?;
        }
        writeln!(out, "  fontname=\"Helvetica,Arial,sans-serif\"; nodesep=0.35; ranksep=0.7;")?;
        writeln!(out, "  node [fontname=\"Helvetica,Arial,sans-serif\", fontsize=12, shape=box];")?;
        writeln!(out, "  edge [fontname=\"Helvetica,Arial,sans-serif\", fontsize=10, arrowsize=0.7];")?;

        for node in in_use(false) {
            self.write_dot_node(out, "  ", node, focus.as_ref())?;
        }
        let bases = in_use(true);
        if !bases.is_empty() {
            writeln!(out, "  {{")?;
            writeln!(out, "    rank=same;")?;
            for node in bases {
                self.write_dot_node(out, "    ", node, focus.as_ref())?;
            }
            writeln!(out, "  }}")?;
        }
        for shelf in self.shelves().iter().filter(|shelf| !shelf.nodes.is_empty()) {
            writeln!(out, "  subgraph cluster_{} {{", shelf.id)?;
            writeln!(
                out,
                "    label={}; fontsize=12; style=\"rounded,dashed\"; color=\"{FADED}\";",
                quoted(shelf.heading)
            )?;
            for &node in &shelf.nodes {
                self.write_dot_node(out, "    ", node, focus.as_ref())?;
            }
            for (upper, lower) in shelf.pairs() {
                writeln!(out, "    {} -> {} [style=invis];", self.dot_id(upper), self.dot_id(lower))?;
            }
            writeln!(out, "  }}")?;
        }

        for (chain, upper, lower) in links(&stacks) {
            let lit = focus.as_ref().is_none_or(|focus| focus.chains[chain]);
            let (colour, text) = if lit { (PALETTE[chain % PALETTE.len()].0, "#1b1f24") } else { (FADED, FADED) };
            let width = if focus.is_some() && lit { "3" } else { "1.6" };
            writeln!(
                out,
                "  {} -> {} [label={}, color=\"{colour}\", fontcolor=\"{text}\", penwidth={width}];",
                self.dot_id(upper),
                self.dot_id(lower),
                quoted(&self.chains[chain].name),
            )?;
        }
        writeln!(out, "}}")
    }

    fn write_dot_node(&self, out: &mut String, indent: &str, node: usize, focus: Option<&Focus>) -> std::fmt::Result {
        let shown = &self.nodes[node];
        let mut label = shown.name.clone();
        if !shown.caption.is_empty() {
            label.push('\n');
            label.push_str(&shown.caption);
        }
        let (style, fill, line) = match shown.kind {
            NodeKind::Base => ("filled", "#f3f1ec", "#8d8678"),
            NodeKind::Layer { chained: true } => ("rounded,filled", "#eaf2fb", "#5b82ae"),
            NodeKind::Layer { chained: false } => ("rounded,dashed", "#ffffff", "#5b82ae"),
        };
        let (fill, line, text, width) = match focus {
            None => (fill, line, "#1b1f24", "1"),
            Some(focus) if focus.nodes[node] => (fill, line, "#1b1f24", "2.5"),
            Some(_) => ("#ffffff", FADED, "#a9b0ba", "1"),
        };
        writeln!(
            out,
            "{indent}{} [label={}, style=\"{style}\", fillcolor=\"{fill}\", color=\"{line}\", \
             fontcolor=\"{text}\", penwidth={width}];",
            self.dot_id(node),
            quoted(&label),
        )
    }

    fn dot_id(&self, node: usize) -> String {
        quoted(&self.nodes[node].name)
    }
}

/// Returns `text` as a double-quoted id. Graphviz reads `\"` while parsing and the other backslashes when it draws a label, so
/// both are escaped: the label then shows `text` unchanged, and ids stay distinct.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            // Graphviz takes HTML entities in any label: `&lt;` would be shown as `<`.
            '&' => out.push_str("&amp;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::small;
    use super::super::{Chain, Node, Picture};

    #[test]
    fn a_small_picture() {
        let expected = r##"digraph "site" {
  rankdir=TB;
  label="site"; labelloc=t; fontsize=18;
  fontname="Helvetica,Arial,sans-serif"; nodesep=0.35; ranksep=0.7;
  node [fontname="Helvetica,Arial,sans-serif", fontsize=12, shape=box];
  edge [fontname="Helvetica,Arial,sans-serif", fontsize=10, arrowsize=0.7];
  "tls" [label="tls\n+encrypted", style="rounded,filled", fillcolor="#eaf2fb", color="#5b82ae", fontcolor="#1b1f24", penwidth=1];
  {
    rank=same;
    "tcp4" [label="tcp4\ninet stream tcp", style="filled", fillcolor="#f3f1ec", color="#8d8678", fontcolor="#1b1f24", penwidth=1];
  }
  subgraph cluster_layers {
    label="Unchained layers"; fontsize=12; style="rounded,dashed"; color="#c9ced6";
    "frame" [label="frame", style="rounded,dashed", fillcolor="#ffffff", color="#5b82ae", fontcolor="#1b1f24", penwidth=1];
  }
  subgraph cluster_bases {
    label="Base protocols under no chain"; fontsize=12; style="rounded,dashed"; color="#c9ced6";
    "udp4" [label="udp4\ninet dgram udp", style="filled", fillcolor="#f3f1ec", color="#8d8678", fontcolor="#1b1f24", penwidth=1];
  }
  "tls" -> "tcp4" [label="secure", color="#1f87cd", fontcolor="#1b1f24", penwidth=1.6];
}
"##;
        assert_eq!(small().to_dot(), expected);
    }

    #[test]
    fn a_highlighted_picture_fades_the_rest() {
        let base = Picture { highlight: Some("udp4".to_owned()), ..small() }.to_dot();
        assert!(base.contains(r##""tls" -> "tcp4" [label="secure", color="#c9ced6""##), "{base}");
        let chain = Picture { highlight: Some("secure".to_owned()), ..small() }.to_dot();
        assert!(chain.contains(r##"color="#1f87cd", fontcolor="#1b1f24", penwidth=3"##), "{chain}");
    }

    #[test]
    fn nothing_in_a_name_ends_its_quotes() {
        let name = "a\"b\\";
        let nodes = vec![Node { name: name.to_owned(), caption: "&lt;\n".to_owned(), ..small().nodes[0].clone() }];
        let chains = vec![Chain { name: name.to_owned(), stack: vec![0, 0] }];
        let text = Picture { title: String::new(), nodes, chains, highlight: None }.to_dot();
        assert!(text.contains(r#""a\"b\\" [label="a\"b\\\n&amp;lt;\n", "#), "{text}");
        assert!(text.contains(r#""a\"b\\" -> "a\"b\\" [label="a\"b\\", "#), "{text}");
    }
}
