//! Writes the layout as SVG.

use std::fmt::{Result, Write as _};

use super::super::{Focus, NodeKind, PALETTE, Picture};
use super::layout::{Layout, NodeBox, Role, SAMPLE, Sample, Thread};
use super::measure::{LABEL, LABEL_ROOM, MARGIN, NAME, PAD, SMALL, TEXT_ROOM, TITLE_LINE};
use super::text::{clip, escape};

/// Styles for a light background, and those that change on a dark one. They are plain classes and `currentColor` without
/// variables: some renderers support neither variables nor nesting. The prefix separates the classes from those of a surrounding
/// page.
const LIGHT: &str = "\
.sa-page{fill:#ffffff}
.sa-text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',sans-serif;fill:#1b1f24}
.sa-title{font-size:20px;font-weight:600}
.sa-name{font-size:13px;font-weight:600}
.sa-label{font-size:12px}
.sa-small{font-size:11px}
.sa-heading{font-size:11px;font-weight:600}
.sa-muted{fill:#59636e}
.sa-box{stroke-width:1.25}
.sa-layer{fill:#eaf2fb;stroke:#7fa3cc}
.sa-unchained{fill:#ffffff;stroke:#7fa3cc;stroke-dasharray:5 4}
.sa-base{fill:#f2efe8;stroke:#a39b8b}
.sa-spare{fill:#faf9f7;stroke:#dedad1}
.sa-named{stroke-width:3}
.sa-line{fill:none;stroke:currentColor;stroke-width:3;stroke-linecap:round}
.sa-hollow{stroke-width:4.4}
.sa-dashed{stroke-dasharray:9 6}
.sa-halo{fill:none;stroke:#ffffff;stroke-width:6}
.sa-core{fill:none;stroke:#ffffff;stroke-width:1.6}
.sa-stop{fill:#ffffff;stroke:currentColor;stroke-width:2}
.sa-end{fill:currentColor}
.sa-strong .sa-line{stroke-width:5.4}
.sa-strong .sa-core{stroke-width:2.4}
.sa-strong .sa-label{font-weight:600}
.sa-faded{opacity:.16}
";
const DARK: &str = "\
.sa-page{fill:#0d1117}
.sa-text{fill:#e6edf3}
.sa-muted{fill:#9198a1}
.sa-layer{fill:#14243a;stroke:#4f7db3}
.sa-unchained{fill:#0d1117;stroke:#4f7db3}
.sa-base{fill:#25231d;stroke:#857d6d}
.sa-spare{fill:#13161a;stroke:#33343a}
.sa-halo,.sa-core{stroke:#0d1117}
.sa-stop{fill:#0d1117}
";

/// The strokes of chains beyond the number of colours, which reuse the colours: hollow, then dashed.
const STROKES: [&str; 3] = ["", " sa-hollow", " sa-dashed"];
/// The most chains that the description lists in words.
const TOLD: usize = 60;

/// Writes the drawing.
pub(super) fn draw(picture: &Picture, layout: &Layout, out: &mut String) -> Result {
    let (width, height) = (layout.width, layout.height);
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\">"
    )?;
    let title = if picture.title.is_empty() { "Protocol catalog" } else { &picture.title };
    writeln!(out, "<title>{}</title>", escape(title))?;
    writeln!(out, "<desc>{}</desc>", escape(&describe(picture)))?;
    write!(out, "<style>\n{LIGHT}")?;
    for (colour, (light, _)) in PALETTE.iter().enumerate() {
        writeln!(out, ".sa-c{colour}{{color:{light}}}")?;
    }
    write!(out, "@media (prefers-color-scheme:dark){{\n{DARK}")?;
    for (colour, (_, dark)) in PALETTE.iter().enumerate() {
        writeln!(out, ".sa-c{colour}{{color:{dark}}}")?;
    }
    writeln!(out, "}}\n</style>")?;
    writeln!(out, "<rect class=\"sa-page\" width=\"{width}\" height=\"{height}\" rx=\"12\"/>")?;

    let room = width - 2.0 * MARGIN;
    let mut below = MARGIN + 17.0;
    for line in &layout.title {
        text(out, "sa-title", MARGIN, below, line)?;
        below += TITLE_LINE;
    }
    text(out, "sa-label sa-muted", MARGIN, below - TITLE_LINE + 23.0, &clip(&counts(picture), LABEL, room))?;

    let focus = picture.focus();
    for shown in &layout.boxes {
        draw_box(picture, focus.as_ref(), shown, out)?;
    }
    // Highlighted chains are drawn last, on top of all others.
    for pass in [false, true] {
        for (place, thread) in layout.threads.iter().enumerate() {
            let lit = focus.as_ref().is_none_or(|focus| focus.chains[thread.chain]);
            if lit == pass {
                let strength = if focus.is_none() {
                    ""
                } else if lit {
                    " sa-strong"
                } else {
                    " sa-faded"
                };
                draw_thread(picture, thread, place, strength, out)?;
            }
        }
    }
    for &(x, y, heading) in &layout.headings {
        text(out, "sa-heading sa-muted", x, y, heading)?;
    }
    for &(x, y, sample) in &layout.legend {
        draw_sample(x, y, sample, out)?;
    }
    writeln!(out, "</svg>")
}

/// Draws a box with its name and caption.
fn draw_box(picture: &Picture, focus: Option<&Focus>, shown: &NodeBox, out: &mut String) -> Result {
    let node = &picture.nodes[shown.node];
    let class = match (node.kind, shown.role) {
        (NodeKind::Layer { chained: true }, _) => "sa-layer",
        (NodeKind::Layer { chained: false }, _) => "sa-unchained",
        (NodeKind::Base, Role::Apart) => "sa-spare",
        (NodeKind::Base, _) => "sa-base",
    };
    let named = if focus.is_some_and(|focus| focus.named == Some(shown.node)) { " sa-named" } else { "" };
    let faded = if focus.is_some_and(|focus| !focus.nodes[shown.node]) { " class=\"sa-faded\"" } else { "" };
    let corner = if node.kind == NodeKind::Base { 4 } else { 10 };
    let NodeBox { x, y, width, height, .. } = shown;

    let whole = [node.name.as_str(), node.caption.as_str()];
    let whole = whole.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
    writeln!(out, "<g{faded}><title>{}</title>", escape(&whole))?;
    writeln!(
        out,
        "<rect class=\"sa-box {class}{named}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
         rx=\"{corner}\"/>"
    )?;
    let left = x + if shown.role == Role::Apart { 10.0 } else { PAD };
    let (at, anchor) = if shown.role == Role::End { (x + width / 2.0, " text-anchor=\"middle\"") } else { (left, "") };
    let middle = y + height / 2.0;
    let quiet = if class == "sa-spare" { " sa-muted" } else { "" };
    let name = clip(&node.name, NAME * super::measure::BOLD, TEXT_ROOM);
    let caption = clip(&node.caption, SMALL, TEXT_ROOM);
    let lift = if caption.is_empty() { 4.5 } else { -3.0 };
    let y = middle + lift;
    writeln!(out, "<text class=\"sa-text sa-name{quiet}\" x=\"{at}\" y=\"{y}\"{anchor}>{}</text>", escape(&name))?;
    if !caption.is_empty() {
        let y = middle + 13.0;
        writeln!(
            out,
            "<text class=\"sa-text sa-small sa-muted\" x=\"{at}\" y=\"{y}\"{anchor}>{}</text>",
            escape(&caption)
        )?;
    }
    writeln!(out, "</g>")
}

/// Draws a chain with its name.
fn draw_thread(picture: &Picture, thread: &Thread, place: usize, strength: &str, out: &mut String) -> Result {
    let chain = &picture.chains[thread.chain];
    let colour = place % PALETTE.len();
    let stroke = place / PALETTE.len() % STROKES.len();
    writeln!(out, "<g class=\"sa-c{colour}{strength}\"><title>{}</title>", escape(&reported(picture, thread.chain)))?;

    let (x, y) = thread.label;
    let mut line = format!("M{x} {y}");
    let mut halo = String::new();
    let (mut from_x, mut from_y) = (x, y);
    for (row, run) in thread.runs.iter().enumerate() {
        let way = |from: f64, to: f64| {
            let middle = (from + to) / 2.0;
            if run.x == from_x {
                format!("V{to}")
            } else {
                format!("C{from_x} {middle} {x} {middle} {x} {to}", x = run.x)
            }
        };
        // The halo does not touch the boxes' edges.
        if row > 0 {
            write!(halo, "M{from_x} {}{}", from_y + 1.0, way(from_y + 1.0, run.arrive - 1.0))?;
        }
        line.push_str(&way(from_y, run.arrive));
        if run.leave > run.arrive {
            write!(line, "V{}", run.leave)?;
        }
        (from_x, from_y) = (run.x, run.leave);
    }
    if !halo.is_empty() {
        writeln!(out, "<path class=\"sa-halo\" d=\"{halo}\"/>")?;
    }
    let drawn = STROKES[stroke];
    writeln!(out, "<path class=\"sa-line{drawn}\" d=\"{line}\"/>")?;
    if stroke == 1 {
        writeln!(out, "<path class=\"sa-core\" d=\"{line}\"/>")?;
    }
    for run in thread.runs.iter().filter(|run| run.inside) {
        writeln!(
            out,
            "<circle class=\"sa-stop\" cx=\"{}\" cy=\"{}\" r=\"4.5\"/>",
            run.x,
            (run.top + run.bottom) / 2.0
        )?;
    }
    writeln!(out, "<circle class=\"sa-end\" cx=\"{x}\" cy=\"{y}\" r=\"4\"/>")?;
    writeln!(out, "<circle class=\"sa-end\" cx=\"{from_x}\" cy=\"{from_y}\" r=\"4.5\"/>")?;

    let name = escape(&clip(&chain.name, LABEL, LABEL_ROOM));
    let (at, base) = if thread.slanted { (x + 5.0, y - 6.0) } else { (x + 10.0, y + 4.0) };
    let turn = if thread.slanted { format!(" transform=\"rotate(-50 {at} {base})\"") } else { String::new() };
    writeln!(out, "<text class=\"sa-text sa-label\" x=\"{at}\" y=\"{base}\"{turn}>{name}</text>")?;
    writeln!(out, "</g>")
}

fn draw_sample(x: f64, y: f64, sample: Sample, out: &mut String) -> Result {
    let (width, text_at) = SAMPLE;
    match sample {
        Sample::Chain => {
            let (end, middle) = (x + width, y - 4.0);
            writeln!(
                out,
                "<g class=\"sa-c0\"><path class=\"sa-line\" d=\"M{x} {middle}H{end}\"/>\
                 <circle class=\"sa-stop\" cx=\"{}\" cy=\"{middle}\" r=\"4.5\"/></g>",
                x + width / 2.0
            )?;
        }
        Sample::Layer | Sample::Unchained | Sample::Base | Sample::Spare => {
            let (class, corner) = match sample {
                Sample::Layer => ("sa-layer", 5),
                Sample::Unchained => ("sa-unchained", 5),
                Sample::Base => ("sa-base", 2),
                _ => ("sa-spare", 2),
            };
            let top = y - 11.0;
            writeln!(
                out,
                "<rect class=\"sa-box {class}\" x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"15\" rx=\"{corner}\"/>"
            )?;
        }
    }
    text(out, "sa-small sa-muted", x + text_at, y, sample.text())
}

fn text(out: &mut String, class: &str, x: f64, y: f64, words: &str) -> Result {
    writeln!(out, "<text class=\"sa-text {class}\" x=\"{x}\" y=\"{y}\">{}</text>", escape(words))
}

fn counts(picture: &Picture) -> String {
    let tally = picture.tally();
    let count = |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    let parts =
        [count(tally.bases, "base protocol"), count(tally.layers, "layer"), count(picture.chains.len(), "chain")];
    parts.join(" · ")
}

/// Returns a description of the drawing in words, for screen readers.
fn describe(picture: &Picture) -> String {
    let mut words = format!("{}.", counts(picture).replace(" ·", ","));
    for chain in 0..picture.chains.len().min(TOLD) {
        words.push_str(&format!(" {}.", reported(picture, chain)));
    }
    if picture.chains.len() > TOLD {
        words.push_str(&format!(" And {} more chains.", picture.chains.len() - TOLD));
    }
    if picture.focus().is_some()
        && let Some(name) = &picture.highlight
    {
        words.push_str(&format!(" Highlighted: {name}."));
    }
    words
}

fn reported(picture: &Picture, chain: usize) -> String {
    let chain = &picture.chains[chain];
    let names: Vec<&str> =
        chain.stack.iter().filter_map(|&node| Some(picture.nodes.get(node)?.name.as_str())).collect();
    format!("{}: {}", chain.name, names.join(" over "))
}
