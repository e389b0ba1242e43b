//! Places the slots of each row from left to right: as straight below and above their threads' other places as their neighbours
//! allow.

use super::super::Picture;
use super::measure::{self, GAP, LANE};
use super::rows::{Rows, Slot};

/// The chains in a row and the place of each, from left to right.
pub(super) type Lanes = Vec<(usize, f64)>;

/// The places of the slots of one row.
pub(super) struct PlacedRow {
    /// The left edge of each slot.
    pub(super) left: Vec<f64>,
    /// The width of each slot: 0 for a gap.
    pub(super) widths: Vec<f64>,
    /// The distance from the left edge of each slot to its first lane.
    first_lane: Vec<f64>,
}

impl PlacedRow {
    /// Returns the place of a lane of a slot.
    fn lane(&self, slot: usize, lane: usize) -> f64 {
        self.left[slot] + self.first_lane[slot] + lane as f64 * LANE
    }

    /// Returns all lanes of the row.
    pub(super) fn lanes(&self, row: &[Slot]) -> Lanes {
        let of_slot = |(slot, filled): (usize, &Slot)| -> Lanes {
            filled.lanes.iter().enumerate().map(|(lane, &chain)| (chain, self.lane(slot, lane))).collect()
        };
        row.iter().enumerate().flat_map(of_slot).collect()
    }
}

/// Places every row; the leftmost slot of all is at 0, and every lane on a whole pixel.
pub(super) fn place(picture: &Picture, rows: &Rows) -> Vec<PlacedRow> {
    let mut placed: Vec<PlacedRow> = rows.iter().map(|row| side_by_side(picture, row)).collect();
    // The means move the rows to their places; the medians then straighten the threads that can be straight.
    for (rounds, middle) in [(24, mean as Middle), (6, median as Middle)] {
        for round in 0..rounds {
            for at in 0..rows.len() {
                let row = if round % 2 == 0 { rows.len() - 1 - at } else { at };
                pull(rows, &mut placed, row, middle);
            }
        }
    }
    let leftmost = placed.iter().flat_map(|row| &row.left).copied().fold(f64::INFINITY, f64::min);
    for left in placed.iter_mut().flat_map(|row| &mut row.left) {
        *left = (*left - leftmost).round();
    }
    placed
}

fn side_by_side(picture: &Picture, row: &[Slot]) -> PlacedRow {
    let mut placed = PlacedRow { left: Vec::new(), widths: Vec::new(), first_lane: Vec::new() };
    for slot in row {
        let (width, first_lane) = match slot.node {
            Some(node) => {
                let size = measure::stack_box(&picture.nodes[node], slot);
                (size.width.round(), size.first_lane.round())
            }
            None => (0.0, 0.0),
        };
        placed.widths.push(width);
        placed.first_lane.push(first_lane);
    }
    placed.left = offsets(&placed.widths);
    placed
}

/// Returns the offset of each slot from the first, when the slots stand as close together as they may.
fn offsets(widths: &[f64]) -> Vec<f64> {
    let mut at = 0.0;
    let mut offsets = Vec::with_capacity(widths.len());
    for (slot, &width) in widths.iter().enumerate() {
        offsets.push(at);
        let both_gaps = width == 0.0 && widths.get(slot + 1) == Some(&0.0);
        at += width + if both_gaps { LANE } else { GAP };
    }
    offsets
}

type Middle = fn(&mut [f64]) -> f64;

fn mean(values: &mut [f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() - 1) / 2]
}

/// Moves the slots of one row to the places that the rows above and below suggest.
///
/// With the least space between slots subtracted, "in order and not too close" becomes "not decreasing", and the best such
/// positions are an isotonic regression: pool adjacent violators.
fn pull(rows: &Rows, placed: &mut [PlacedRow], row: usize, middle: Middle) {
    struct Pool {
        wishes: Vec<f64>,
        slots: usize,
        at: f64,
    }
    let others: Vec<Vec<Option<f64>>> = [row.checked_sub(1), Some(row + 1)]
        .into_iter()
        .flatten()
        .filter(|&other| other < rows.len())
        .map(|other| lane_positions(rows, placed, other))
        .collect();
    let offsets = offsets(&placed[row].widths);
    let mut pools: Vec<Pool> = Vec::new();
    for (slot, offset) in offsets.iter().enumerate() {
        let mut wishes = Vec::new();
        for (lane, &chain) in rows[row][slot].lanes.iter().enumerate() {
            let from_offset = placed[row].lane(slot, lane) - placed[row].left[slot] + offset;
            let wanted = others.iter().filter_map(|positions| positions.get(chain).copied().flatten());
            wishes.extend(wanted.map(|x| x - from_offset));
        }
        if wishes.is_empty() {
            wishes.push(placed[row].left[slot] - offset);
        }
        let at = middle(&mut wishes);
        let mut pool = Pool { wishes, slots: 1, at };
        while let Some(before) = pools.pop_if(|before| before.at > pool.at) {
            pool.wishes.extend(before.wishes);
            pool.slots += before.slots;
            pool.at = middle(&mut pool.wishes);
        }
        pools.push(pool);
    }
    let settled = pools.iter().flat_map(|pool| std::iter::repeat_n(pool.at, pool.slots));
    placed[row].left = settled.zip(&offsets).map(|(at, offset)| at + offset).collect();
}

fn lane_positions(rows: &Rows, placed: &[PlacedRow], row: usize) -> Vec<Option<f64>> {
    let lanes = placed[row].lanes(&rows[row]);
    let mut positions = vec![None; lanes.iter().map(|&(chain, _)| chain + 1).max().unwrap_or(0)];
    for (chain, x) in lanes {
        positions[chain] = Some(x);
    }
    positions
}
