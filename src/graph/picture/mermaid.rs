//! The picture as a Mermaid flowchart, for Markdown pages.

use std::fmt::Write as _;

use super::{NodeKind, PALETTE, Picture, links};

impl Picture {
    /// Returns the picture as a Mermaid flowchart, to be put into a Markdown page between fences marked `mermaid`.
    ///
    /// Mermaid refuses more than 500 edges and 50,000 characters unless the page configures it otherwise.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_mermaid(&mut out);
        out
    }

    fn write_mermaid(&self, out: &mut String) -> std::fmt::Result {
        let stacks = self.stacks();
        let focus = self.focus();
        let used = self.tally().used;
        let shelves = self.shelves();

        if !self.title.is_empty() {
            writeln!(out, "---\ntitle: {}\n---", yaml_quoted(&self.title))?;
        }
        writeln!(out, "flowchart TD")?;

        for node in (0..self.nodes.len()).filter(|&node| used[node]) {
            self.write_mermaid_node(out, "    ", node)?;
        }
        for shelf in shelves.iter().filter(|shelf| !shelf.nodes.is_empty()) {
            writeln!(out, "    subgraph {}[\"{}\"]", shelf.id, shelf.heading)?;
            // By default Mermaid lays out a subgraph without outgoing links across the chart's direction.
            writeln!(out, "        direction TB")?;
            for &node in &shelf.nodes {
                self.write_mermaid_node(out, "        ", node)?;
            }
            writeln!(out, "    end")?;
            writeln!(out, "    style {} fill:transparent,stroke:#c9ced6,stroke-dasharray:5 4", shelf.id)?;
        }

        // Links are numbered in the order of the text; those without a line come last, so that they do not change the numbers.
        let mut lines = Vec::new();
        for (chain, upper, lower) in links(&stacks) {
            writeln!(out, "    n{upper} -->|\"{}\"| n{lower}", escaped(&self.chains[chain].name))?;
            lines.push(chain);
        }
        for (upper, lower) in shelves.iter().flat_map(|shelf| shelf.pairs()) {
            writeln!(out, "    n{upper} ~~~ n{lower}")?;
        }

        let kind_class = |node: usize| match self.nodes[node].kind {
            NodeKind::Base => "base",
            NodeKind::Layer { chained: true } => "layer",
            NodeKind::Layer { chained: false } => "unchained",
        };
        let lit = |node: usize| focus.as_ref().is_some_and(|focus| focus.nodes[node]);
        let faded = |node: usize| focus.as_ref().is_some_and(|focus| !focus.nodes[node]);
        let classes = [
            ("base", "fill:#f3f1ec,stroke:#8d8678,color:#1b1f24"),
            ("layer", "fill:#eaf2fb,stroke:#5b82ae,color:#1b1f24"),
            ("unchained", "fill:#ffffff,stroke:#5b82ae,color:#1b1f24,stroke-dasharray:5 4"),
            ("highlight", "stroke-width:3px"),
            ("faded", "opacity:0.3"),
        ];
        for (class, style) in classes {
            let of_class = |&node: &usize| match class {
                "highlight" => lit(node),
                "faded" => faded(node),
                kind => kind_class(node) == kind,
            };
            let members: Vec<String> = (0..self.nodes.len()).filter(of_class).map(|node| format!("n{node}")).collect();
            if !members.is_empty() {
                writeln!(out, "    classDef {class} {style}")?;
                writeln!(out, "    class {} {class}", members.join(","))?;
            }
        }

        for (line, &chain) in lines.iter().enumerate() {
            let style = match &focus {
                None => "stroke-width:2px",
                Some(focus) if focus.chains[chain] => "stroke-width:4px",
                Some(_) => "stroke-width:1px,opacity:0.3",
            };
            writeln!(out, "    linkStyle {line} stroke:{},{style}", PALETTE[chain % PALETTE.len()].0)?;
        }
        Ok(())
    }

    fn write_mermaid_node(&self, out: &mut String, indent: &str, node: usize) -> std::fmt::Result {
        let shown = &self.nodes[node];
        let (open, close) = if shown.kind == NodeKind::Base { ("[", "]") } else { ("(", ")") };
        let name = escaped(&shown.name);
        if shown.caption.is_empty() {
            writeln!(out, "{indent}n{node}{open}\"{name}\"{close}")
        } else {
            writeln!(out, "{indent}n{node}{open}\"{name}<br/><small>{}</small>\"{close}", escaped(&shown.caption))
        }
    }
}

/// Returns `text` for a quoted label, which is HTML with `#` for `&`. A backtick would begin Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '#' => out.push_str("#35;"),
            '`' => out.push_str("#96;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Returns `text` as a double-quoted YAML scalar.
fn yaml_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::{numbered, small};
    use super::super::{Chain, Node, Picture};

    #[test]
    fn a_small_picture() {
        let expected = r##"---
title: "site"
---
flowchart TD
    n0["tcp4<br/><small>inet stream tcp</small>"]
    n2("tls<br/><small>+encrypted</small>")
    subgraph layers["Unchained layers"]
        direction TB
        n3("frame")
    end
    style layers fill:transparent,stroke:#c9ced6,stroke-dasharray:5 4
    subgraph bases["Base protocols under no chain"]
        direction TB
        n1["udp4<br/><small>inet dgram udp</small>"]
    end
    style bases fill:transparent,stroke:#c9ced6,stroke-dasharray:5 4
    n2 -->|"secure"| n0
    classDef base fill:#f3f1ec,stroke:#8d8678,color:#1b1f24
    class n0,n1 base
    classDef layer fill:#eaf2fb,stroke:#5b82ae,color:#1b1f24
    class n2 layer
    classDef unchained fill:#ffffff,stroke:#5b82ae,color:#1b1f24,stroke-dasharray:5 4
    class n3 unchained
    linkStyle 0 stroke:#1f87cd,stroke-width:2px
"##;
        assert_eq!(small().to_mermaid(), expected);
    }

    #[test]
    fn a_highlighted_picture_sets_off_the_lit_and_the_faded() {
        let lit = Picture { highlight: Some("tls".to_owned()), ..small() }.to_mermaid();
        assert!(lit.contains("    class n0,n2 highlight\n"), "{lit}");
        assert!(lit.contains("    class n1,n3 faded\n"), "{lit}");
        assert!(lit.contains("    linkStyle 0 stroke:#1f87cd,stroke-width:4px\n"), "{lit}");
    }

    #[test]
    fn every_line_has_one_style_and_invisible_ones_have_none() {
        let text = numbered(9, 2, &[("x", &[9, 0]), ("y", &[9, 10, 1])]).to_mermaid();
        let count = |part: &str| text.matches(part).count();
        assert_eq!((count("-->"), count("linkStyle"), count("~~~")), (3, 3, 1), "{text}");
        assert!(text.find("~~~") > text.rfind("-->"), "{text}");
    }

    #[test]
    fn nothing_in_a_name_or_title_ends_its_quotes() {
        let name = "\"]; a & <b> #1 `c`";
        let nodes = vec![Node { name: name.to_owned(), ..small().nodes[0].clone() }];
        let chains = vec![Chain { name: name.to_owned(), stack: vec![0, 0] }];
        let text = Picture { title: "a \"b\" \\ c\nd".to_owned(), nodes, chains, highlight: None }.to_mermaid();
        assert!(text.starts_with("---\ntitle: \"a \\\"b\\\" \\\\ c d\"\n---\n"), "{text}");
        assert!(text.contains("n0[\"#quot;]; a #amp; #lt;b#gt; #35;1 #96;c#96;"), "{text}");
        assert!(text.contains("n0 -->|\"#quot;]; a #amp; #lt;b#gt; #35;1 #96;c#96;\"| n0"), "{text}");
    }
}
