//! The rows of boxes and their order: the part of the drawing that has no coordinates yet.
//!
//! Every chain is a thread from the top of the drawing down to its base. In each row on its way it either runs through
//! a box or through a gap between boxes, so that no line ever crosses a box that is not its own.

use super::super::Picture;
use super::measure;

/// Rows of slots, the top row first.
pub(super) type Rows = Vec<Vec<Slot>>;

/// A place in a row: a box, or a gap through which one thread passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// The node of the box; `None` for a gap.
    pub(super) node: Option<usize>,
    /// Whether the chains here end in this box.
    pub(super) ends: bool,
    /// The chains that run through here, from left to right.
    pub(super) lanes: Vec<usize>,
}

/// The widest row of boxes that is not broken into several, in pixels.
const WIDEST: f64 = 1700.0;

/// Returns the rows for the chains of `picture`. A chain with an empty stack has no thread.
pub(super) fn arrange(picture: &Picture, stacks: &[Vec<usize>]) -> Rows {
    let towers = Towers::build(stacks);
    let rows = untangle(towers.rows(stacks));
    let (broken, more) = break_wide_rows(picture, rows);
    let rows = if more { untangle(broken) } else { broken };
    in_catalog_order(rows)
}

/// Returns the rows or their mirror image, which has the same crossings: the one whose bases are more in the order of the
/// catalog.
fn in_catalog_order(mut rows: Rows) -> Rows {
    let ends = rows.iter().flatten().filter(|slot| slot.ends);
    let bases: Vec<usize> = ends.filter_map(|slot| slot.node).collect();
    if 4 * inversions(&bases) > bases.len() * bases.len().saturating_sub(1) {
        for row in &mut rows {
            row.reverse();
            row.iter_mut().for_each(|slot| slot.lanes.reverse());
        }
    }
    rows
}

/// The boxes of all chains and the height at which each stands.
///
/// A layer has one box, at the height that the longest stack below it requires. Only where chains disagree about which of two
/// layers is the upper one does a layer get a second box.
struct Towers {
    /// The node of each box.
    nodes: Vec<usize>,
    /// The boxes that some chain puts directly below each box.
    below: Vec<Vec<usize>>,
    /// The boxes of each chain, top first, with the base's box last.
    routes: Vec<Vec<usize>>,
}

impl Towers {
    fn build(stacks: &[Vec<usize>]) -> Self {
        let mut towers = Self { nodes: Vec::new(), below: Vec::new(), routes: Vec::new() };
        // Bases first: they never stand above anything, so a base's box is never a layer's.
        let mut bases: Vec<(usize, usize)> = Vec::new();
        for &node in stacks.iter().filter_map(|stack| stack.last()) {
            if bases.iter().all(|&(known, _)| known != node) {
                bases.push((node, towers.add(node)));
            }
        }
        let first_layer = towers.nodes.len();
        for stack in stacks {
            let Some((base, layers)) = stack.split_last() else {
                towers.routes.push(Vec::new());
                continue;
            };
            let mut route: Vec<usize> = Vec::new();
            for &layer in layers {
                let fits = |&candidate: &usize| {
                    towers.nodes[candidate] == layer
                        && route.last().is_none_or(|&upper| !towers.stands_on(candidate, upper))
                };
                let found = (first_layer..towers.nodes.len()).find(fits);
                let chosen = found.unwrap_or_else(|| towers.add(layer));
                if let Some(&upper) = route.last() {
                    towers.put_below(upper, chosen);
                }
                route.push(chosen);
            }
            let base = bases.iter().find(|(node, _)| node == base).map(|&(_, base)| base);
            if let (Some(&upper), Some(base)) = (route.last(), base) {
                towers.put_below(upper, base);
            }
            route.extend(base);
            towers.routes.push(route);
        }
        towers
    }

    fn add(&mut self, node: usize) -> usize {
        self.nodes.push(node);
        self.below.push(Vec::new());
        self.nodes.len() - 1
    }

    fn put_below(&mut self, upper: usize, lower: usize) {
        if !self.below[upper].contains(&lower) {
            self.below[upper].push(lower);
        }
    }

    /// Returns whether `lower` is `upper`, or somewhere below it.
    fn stands_on(&self, upper: usize, lower: usize) -> bool {
        let mut seen = vec![false; self.nodes.len()];
        let mut open = vec![upper];
        while let Some(next) = open.pop() {
            if next == lower {
                return true;
            }
            if !std::mem::replace(&mut seen[next], true) {
                open.extend(&self.below[next]);
            }
        }
        false
    }

    /// Returns the number of rows below each box.
    fn heights(&self) -> Vec<usize> {
        let mut heights = vec![0; self.nodes.len()];
        let mut settled = false;
        while !settled {
            settled = true;
            for (upper, below) in self.below.iter().enumerate() {
                let height = below.iter().map(|&lower| heights[lower] + 1).max().unwrap_or(0);
                if height > heights[upper] {
                    heights[upper] = height;
                    settled = false;
                }
            }
        }
        heights
    }

    fn rows(&self, stacks: &[Vec<usize>]) -> Rows {
        let heights = self.heights();
        let threads: Vec<usize> = (0..stacks.len()).filter(|&chain| !self.routes[chain].is_empty()).collect();
        if threads.is_empty() {
            return Rows::new();
        }
        let top = heights.iter().copied().max().unwrap_or(0);
        let mut rows = Rows::new();
        for height in (0..=top).rev() {
            let mut row: Vec<Slot> = Vec::new();
            let mut slot_of = vec![None; self.nodes.len()];
            for &chain in &threads {
                let here = self.routes[chain].iter().copied().find(|&tower| heights[tower] == height);
                match here.and_then(|tower| slot_of[tower]) {
                    Some(slot) => {
                        let slot: &mut Slot = &mut row[slot];
                        slot.lanes.push(chain);
                    }
                    None => {
                        if let Some(tower) = here {
                            slot_of[tower] = Some(row.len());
                        }
                        let node = here.map(|tower| self.nodes[tower]);
                        row.push(Slot { node, ends: height == 0, lanes: vec![chain] });
                    }
                }
            }
            rows.push(row);
        }
        rows
    }
}

/// Breaks each row that is wider than [`WIDEST`] into several, with its boxes distributed in turn. Returns whether it broke any.
fn break_wide_rows(picture: &Picture, rows: Rows) -> (Rows, bool) {
    let before = rows.len();
    let mut out = Rows::new();
    for row in rows {
        let box_width = |slot: &Slot| slot.node.map(|node| measure::stack_box(&picture.nodes[node], slot).width);
        let width: f64 = row.iter().filter_map(box_width).map(|width| width + measure::GAP).sum();
        let boxes = row.iter().filter(|slot| slot.node.is_some()).count();
        let parts = (1..boxes.max(1)).find(|&parts| width / parts as f64 <= WIDEST).unwrap_or(boxes.max(1));
        for part in 0..parts {
            let mut turn = 0;
            let mut broken = Vec::new();
            for slot in &row {
                let home = if slot.node.is_some() { turn % parts } else { parts };
                turn += usize::from(slot.node.is_some());
                if home == part {
                    broken.push(slot.clone());
                } else if home > part || !slot.ends {
                    // The chain is on its way to a box further down, or comes from one further up.
                    let gap = |&chain: &usize| Slot { node: None, ends: false, lanes: vec![chain] };
                    broken.extend(slot.lanes.iter().map(gap));
                }
            }
            out.push(broken);
        }
    }
    let more = out.len() > before;
    (out, more)
}

/// Returns the rows with their slots and lanes ordered so that few threads cross.
///
/// It makes the usual barycenter sweeps, down and up, which order each row by the places of its threads in the row before; the
/// best order is kept, and neighbours are then exchanged as long as that helps.
fn untangle(rows: Rows) -> Rows {
    const SWEEPS: usize = 24;
    const EXCHANGES: usize = 8;
    let mut best = rows.clone();
    let mut fewest = crossings(&best);
    let mut current = rows;
    for sweep in 0..SWEEPS {
        if fewest == 0 {
            break;
        }
        if sweep % 2 == 0 {
            for row in 1..current.len() {
                order_by(&mut current, row, row - 1);
            }
        } else {
            for row in (1..current.len()).rev() {
                order_by(&mut current, row - 1, row);
            }
        }
        let now = crossings(&current);
        if now < fewest {
            fewest = now;
            best.clone_from(&current);
        }
    }
    for _ in 0..EXCHANGES {
        if !exchange_neighbours(&mut best) {
            break;
        }
    }
    best
}

/// Returns the place of each chain in a row, counted from the left; `None` where it has ended.
fn places(row: &[Slot]) -> Vec<Option<usize>> {
    let lanes = row.iter().flat_map(|slot| &slot.lanes);
    let mut places = vec![None; lanes.clone().max().map_or(0, |&last| last + 1)];
    for (place, &chain) in lanes.enumerate() {
        places[chain] = Some(place);
    }
    places
}

fn order_by(rows: &mut Rows, row: usize, reference: usize) {
    let scaled = |places: Vec<Option<usize>>| {
        let count = places.iter().flatten().count() as f64;
        places.into_iter().map(|place| Some((place? as f64 + 0.5) / count)).collect::<Vec<Option<f64>>>()
    };
    let there = scaled(places(&rows[reference]));
    let here = scaled(places(&rows[row]));
    // A thread without a place in the reference row keeps its place.
    let key = |chain: usize| there.get(chain).copied().flatten().or(here[chain]).unwrap_or_default();
    for slot in &mut rows[row] {
        slot.lanes.sort_by(|&a, &b| key(a).total_cmp(&key(b)));
    }
    let mean = |slot: &Slot| slot.lanes.iter().map(|&chain| key(chain)).sum::<f64>() / slot.lanes.len() as f64;
    rows[row].sort_by(|a, b| mean(a).total_cmp(&mean(b)));
}

/// Returns the number of pairs of threads that cross, over all rows.
fn crossings(rows: &Rows) -> usize {
    let between = |pair: &[Vec<Slot>]| {
        let lower = places(&pair[1]);
        let lanes = pair[0].iter().flat_map(|slot| &slot.lanes);
        let ends: Vec<usize> = lanes.filter_map(|&chain| lower.get(chain).copied().flatten()).collect();
        inversions(&ends)
    };
    rows.windows(2).map(between).sum()
}

fn inversions(ends: &[usize]) -> usize {
    (1..ends.len()).map(|at| ends[..at].iter().filter(|&&earlier| earlier > ends[at]).count()).sum()
}

/// Exchanges neighbouring slots, and neighbouring lanes in a slot, wherever that reduces the crossings. Returns whether it
/// exchanged any.
fn exchange_neighbours(rows: &mut Rows) -> bool {
    let mut changed = false;
    for row in 0..rows.len() {
        let around: Vec<_> = [row.checked_sub(1), Some(row + 1)]
            .into_iter()
            .filter_map(|other| rows.get(other?).map(|slots| places(slots)))
            .collect();
        // The threads of `left` and `right` that cross when `left` stands on the left, minus those that cross otherwise.
        let gain = |left: &[usize], right: &[usize]| -> isize {
            let mut gain = 0;
            for places in &around {
                let place = |chain: usize| places.get(chain).copied().flatten();
                for (a, b) in left.iter().flat_map(|&a| right.iter().map(move |&b| (a, b))) {
                    if let (Some(a), Some(b)) = (place(a), place(b)) {
                        gain += if a > b { 1 } else { -1 };
                    }
                }
            }
            gain
        };
        let slots = &mut rows[row];
        for slot in slots.iter_mut() {
            for at in 1..slot.lanes.len() {
                if gain(&[slot.lanes[at - 1]], &[slot.lanes[at]]) > 0 {
                    slot.lanes.swap(at - 1, at);
                    changed = true;
                }
            }
        }
        for at in 1..slots.len() {
            if gain(&slots[at - 1].lanes, &slots[at].lanes) > 0 {
                slots.swap(at - 1, at);
                changed = true;
            }
        }
    }
    changed
}
