//! The finished geometry: all parts of the drawing with their places.

use super::super::{NodeKind, Picture};
use super::bends::Bends;
use super::measure::{
    self, BOX_HEIGHT, CHIP_HEIGHT, GAP, LABEL, LABEL_ROOM, LABEL_ROW, MARGIN, SMALL, TITLE, TITLE_LINE,
};
use super::place::{self, Lanes, PlacedRow};
use super::rows::{self, Rows};
use super::text;

/// All parts of the drawing with their places, in pixels from the upper left corner.
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    /// The lines of the title, at least one.
    pub(super) title: Vec<String>,
    /// The boxes that chains run through, then those that no chain runs through.
    pub(super) boxes: Vec<NodeBox>,
    /// The threads, from left to right at the top.
    pub(super) threads: Vec<Thread>,
    /// The headings of the boxes that no chain runs through: left end of the base line, and text.
    pub(super) headings: Vec<(f64, f64, &'static str)>,
    /// The samples of the legend.
    pub(super) legend: Vec<(f64, f64, Sample)>,
}

/// A node's box.
pub(super) struct NodeBox {
    pub(super) node: usize,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// Whether chains run through it, and whether they end there.
    pub(super) role: Role,
}

/// The role of a box for the chains of the picture.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Chains run through its right side.
    Through,
    /// Chains end at its upper edge.
    End,
    /// No chain reaches it.
    Apart,
}

/// The way of a chain down the drawing.
pub(super) struct Thread {
    pub(super) chain: usize,
    /// The place where the thread begins and its name stands.
    pub(super) label: (f64, f64),
    /// Whether the name runs upwards at an angle.
    pub(super) slanted: bool,
    /// The straight parts from the top down, joined by curves. The last one ends where it begins, at the base's edge.
    pub(super) runs: Vec<Run>,
}

/// A straight part of a thread, through a box or between boxes.
pub(super) struct Run {
    pub(super) x: f64,
    /// The place where the row begins, and where it ends.
    pub(super) top: f64,
    pub(super) bottom: f64,
    /// The place where the curve from the run above ends, and where the one to the run below begins.
    pub(super) arrive: f64,
    pub(super) leave: f64,
    /// Whether the run is in a layer's box.
    pub(super) inside: bool,
}

/// A sample in the legend.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sample {
    Chain,
    Layer,
    Unchained,
    Base,
    Spare,
}

impl Sample {
    /// Returns the words beside the sample.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Chain => "chain, from its top layer to its base protocol",
            Self::Layer => "layer",
            Self::Unchained => "unchained layer",
            Self::Base => "base protocol",
            Self::Spare => "base protocol under no chain",
        }
    }
}

/// The width of a legend's sample, and the distance from its left edge to its text.
pub(super) const SAMPLE: (f64, f64) = (26.0, 34.0);

/// The width of bold text relative to regular text.
const BOLD: f64 = 1.08;
/// The most rows of names; with more of them the names slant, because they would otherwise be too far from their threads.
const LABEL_ROWS: usize = 16;
/// The sine and cosine of the angle of slanted names, 50 degrees.
const SLANT: (f64, f64) = (0.766, 0.643);
/// The least width of the drawing's content, and of the boxes that no chain runs through while there are many.
const NARROWEST: (f64, f64) = (520.0, 900.0);

impl Layout {
    pub(super) fn of(picture: &Picture) -> Self {
        let rows = rows::arrange(picture, &picture.stacks());
        let placed = place::place(picture, &rows);
        let mut layout = Self {
            width: NARROWEST.0,
            height: MARGIN + 58.0,
            title: Vec::new(),
            boxes: Vec::new(),
            threads: Vec::new(),
            headings: Vec::new(),
            legend: Vec::new(),
        };
        let chained = layout.lay_threads(picture, &rows, &placed);
        layout.lay_shelves(picture);
        layout.lay_legend(picture);
        layout.move_threads(((layout.width - chained) / 2.0).floor());
        layout.width = (layout.width + 2.0 * MARGIN).ceil();
        layout.height = (layout.height + MARGIN - 8.0).ceil();
        let title = if picture.title.is_empty() { "Protocol catalog" } else { &picture.title };
        layout.title = text::wrap(title, TITLE * BOLD, layout.width - 2.0 * MARGIN);
        layout.lower(TITLE_LINE * (layout.title.len() - 1) as f64);
        layout
    }

    /// Makes room at the top: moves everything below the first line of the title down.
    fn lower(&mut self, by: f64) {
        self.height += by;
        self.boxes.iter_mut().for_each(|shown| shown.y += by);
        self.headings.iter_mut().for_each(|heading| heading.1 += by);
        self.legend.iter_mut().for_each(|sample| sample.1 += by);
        for thread in &mut self.threads {
            thread.label.1 += by;
            for run in &mut thread.runs {
                for y in [&mut run.top, &mut run.bottom, &mut run.arrive, &mut run.leave] {
                    *y += by;
                }
            }
        }
    }

    /// Places the chains, and the boxes that they run through, and returns their width. During the layout, `width` is the
    /// content's width, and `height` is the place where the next part may begin.
    fn lay_threads(&mut self, picture: &Picture, rows: &Rows, placed: &[PlacedRow]) -> f64 {
        let Some((top_row, top_placed)) = rows.first().zip(placed.first()) else { return 0.0 };

        let threads = top_placed.lanes(top_row);
        let label_width =
            |chain: usize| text::width(&picture.chains[chain].name, LABEL).min(LABEL_ROOM) + measure::LANE;
        let steps = staircase(&threads, label_width);
        let stairs = steps.iter().copied().max().unwrap_or(0);
        let slanted = stairs > LABEL_ROWS;
        let longest = threads.iter().map(|&(chain, _)| label_width(chain)).fold(0.0, f64::max);
        let label_zone = if slanted { (longest * SLANT.0).ceil() } else { (stairs as f64 - 1.0) * LABEL_ROW };
        let first_row = self.height + label_zone + 34.0;

        let lanes: Vec<Lanes> = std::iter::zip(rows, placed).map(|(row, placed)| placed.lanes(row)).collect();
        let bends: Vec<Bends> = lanes.windows(2).map(|pair| Bends::between(&pair[0], &pair[1])).collect();
        let mut tops = Vec::new();
        let mut y = first_row;
        for row in 0..rows.len() {
            tops.push(y);
            y += BOX_HEIGHT + bends.get(row).map_or(0.0, |bends| bends.height);
        }

        for (row, filled) in rows.iter().enumerate() {
            for (slot, node) in filled.iter().enumerate().filter_map(|(at, slot)| Some((at, slot.node?))) {
                self.boxes.push(NodeBox {
                    node,
                    x: placed[row].left[slot] + MARGIN,
                    y: tops[row],
                    width: placed[row].widths[slot],
                    height: BOX_HEIGHT,
                    role: if filled[slot].ends { Role::End } else { Role::Through },
                });
            }
        }
        for (&(chain, x), step) in threads.iter().zip(steps) {
            let rise = if slanted { 0.0 } else { (step as f64 - 1.0) * LABEL_ROW };
            let mut runs = Vec::new();
            for (row, filled) in rows.iter().enumerate() {
                let Some(&(_, x)) = lanes[row].iter().find(|&&(other, _)| other == chain) else { break };
                let Some(slot) = filled.iter().find(|slot| slot.lanes.contains(&chain)) else { break };
                let (top, bottom) = (tops[row], tops[row] + if slot.ends { 0.0 } else { BOX_HEIGHT });
                let early = row.checked_sub(1).map_or(0.0, |above| bends[above].of(chain).early);
                let late = bends.get(row).map_or(0.0, |bends| bends.of(chain).late);
                let leave = if slot.ends { top } else { bottom + late };
                let inside = slot.node.is_some() && !slot.ends;
                runs.push(Run { x: x + MARGIN, top, bottom, arrive: top - early, leave, inside });
            }
            self.threads.push(Thread { chain, label: (x + MARGIN, first_row - 28.0 - rise), slanted, runs });
        }
        self.height = y + 30.0;

        let boxes_right =
            placed.iter().flat_map(|row| row.left.iter().zip(&row.widths).map(|(left, width)| left + width));
        let reach = if slanted { SLANT.1 } else { 1.0 };
        let labels_right = threads.iter().map(|&(chain, x)| x + label_width(chain) * reach);
        let right = boxes_right.chain(labels_right).fold(0.0, f64::max);
        self.width = self.width.max(right);
        right
    }

    /// Moves the chains and the boxes that they run through to the right.
    fn move_threads(&mut self, by: f64) {
        for shown in self.boxes.iter_mut().filter(|shown| shown.role != Role::Apart) {
            shown.x += by;
        }
        for thread in &mut self.threads {
            thread.label.0 += by;
            thread.runs.iter_mut().for_each(|run| run.x += by);
        }
    }

    /// Places the boxes that no chain runs through in a grid: layers, then base protocols.
    fn lay_shelves(&mut self, picture: &Picture) {
        for shelf in picture.shelves().iter().filter(|shelf| !shelf.nodes.is_empty()) {
            self.lay_shelf(picture, shelf.heading, &shelf.nodes);
        }
    }

    fn lay_shelf(&mut self, picture: &Picture, heading: &'static str, nodes: &[usize]) {
        const BETWEEN: f64 = 10.0;
        let mut widths: Vec<f64> = nodes.iter().map(|&node| measure::chip_width(&picture.nodes[node])).collect();
        widths.sort_by(f64::total_cmp);
        // A column is as wide as all boxes except the few that are much wider than most, which take several columns.
        let most = widths[widths.len() / 2] * 1.4;
        let column = widths.iter().copied().take_while(|&width| width <= most).last().unwrap_or(most).max(96.0);
        let room = self.width.max(NARROWEST.1.min(nodes.len() as f64 * (column + BETWEEN)));
        let columns = (((room + BETWEEN) / (column + BETWEEN)) as usize).max(1);
        let spans = |width: f64| (((width + BETWEEN) / (column + BETWEEN)).ceil() as usize).max(1);

        self.headings.push((MARGIN, self.height + 12.0, heading));
        let mut y = self.height + 24.0;
        let mut at = 0;
        for &node in nodes {
            let span = spans(measure::chip_width(&picture.nodes[node]));
            if at > 0 && at + span > columns {
                at = 0;
                y += CHIP_HEIGHT + BETWEEN;
            }
            let x = at as f64 * (column + BETWEEN);
            let width = span as f64 * (column + BETWEEN) - BETWEEN;
            self.width = self.width.max(x + width);
            self.boxes.push(NodeBox { node, x: x + MARGIN, y, width, height: CHIP_HEIGHT, role: Role::Apart });
            at += span;
        }
        self.height = y + CHIP_HEIGHT + 26.0;
    }

    fn lay_legend(&mut self, picture: &Picture) {
        let has = |kind: NodeKind, apart: Option<bool>| {
            let fits = |role: Role| apart.is_none_or(|apart| (role == Role::Apart) == apart);
            self.boxes.iter().any(|shown| picture.nodes[shown.node].kind == kind && fits(shown.role))
        };
        let samples = [
            (Sample::Chain, !self.threads.is_empty()),
            (Sample::Layer, has(NodeKind::Layer { chained: true }, None)),
            (Sample::Unchained, has(NodeKind::Layer { chained: false }, None)),
            (Sample::Base, has(NodeKind::Base, Some(false))),
            (Sample::Spare, has(NodeKind::Base, Some(true))),
        ];
        let mut x = 0.0;
        let mut y = self.height + 10.0;
        for (sample, _) in samples.into_iter().filter(|&(_, shown)| shown) {
            let width = SAMPLE.1 + text::width(sample.text(), SMALL);
            if x > 0.0 && x + width > self.width {
                x = 0.0;
                y += 24.0;
            }
            self.width = self.width.max(x + width);
            self.legend.push((x + MARGIN, y, sample));
            x += width + GAP;
        }
        if !self.legend.is_empty() {
            self.height = y + 14.0;
        }
    }
}

/// Returns the step on which the name of each thread stands, 1 the lowest, so that a name, which begins at its thread and runs to
/// the right, meets no other thread and no other name.
fn staircase(threads: &[(usize, f64)], label_width: impl Fn(usize) -> f64) -> Vec<usize> {
    let mut steps = vec![1; threads.len()];
    for at in (0..threads.len()).rev() {
        let (chain, x) = threads[at];
        let right = x + label_width(chain);
        let under = threads[at + 1..].iter().zip(&steps[at + 1..]).take_while(|&(&(_, other), _)| other <= right);
        steps[at] = under.map(|(_, &step)| step + 1).max().unwrap_or(1);
    }
    steps
}
