//! The sizes of type, of boxes and of the space between them, all in pixels.

use super::super::Node;
use super::rows::Slot;
use super::text;

/// The margin around the whole drawing.
pub(super) const MARGIN: f64 = 32.0;
/// The distance between two lanes.
pub(super) const LANE: f64 = 16.0;
/// The gap between a box and its neighbours.
pub(super) const GAP: f64 = 22.0;
/// The height of every box that chains run through.
pub(super) const BOX_HEIGHT: f64 = 46.0;
/// The height of every box that no chain runs through.
pub(super) const CHIP_HEIGHT: f64 = 40.0;
/// The distance from a box's edge to its text or outermost lane.
pub(super) const PAD: f64 = 14.0;
/// The distance between two rows of names above the threads.
pub(super) const LABEL_ROW: f64 = 22.0;

/// The font size of the title.
pub(super) const TITLE: f64 = 20.0;
/// The height of a line of the title.
pub(super) const TITLE_LINE: f64 = 26.0;
/// The font size of names in boxes.
pub(super) const NAME: f64 = 13.0;
/// The font size of captions, headings and the legend.
pub(super) const SMALL: f64 = 11.0;
/// The font size of the names above the threads.
pub(super) const LABEL: f64 = 12.0;

/// The greatest width of a name or caption in a box; a longer one is clipped.
pub(super) const TEXT_ROOM: f64 = 230.0;
/// The greatest width of a name above a thread; a longer one is clipped.
pub(super) const LABEL_ROOM: f64 = 400.0;

/// The size of a box, and the place of its lanes.
pub(super) struct StackBox {
    pub(super) width: f64,
    /// The distance from the box's left edge to its first lane.
    pub(super) first_lane: f64,
}

/// Returns the size of a box that chains run through. In a layer's box they have the right side to themselves, so that no line
/// runs through text; in a base's box they end at the upper edge.
pub(super) fn stack_box(node: &Node, slot: &Slot) -> StackBox {
    let lanes = slot.lanes.len().saturating_sub(1) as f64 * LANE;
    let text = text_width(node);
    if slot.ends {
        let width = (text + 2.0 * PAD).max(lanes + 2.0 * PAD).max(72.0);
        StackBox { width, first_lane: (width - lanes) / 2.0 }
    } else {
        StackBox { width: text + lanes + 3.5 * PAD, first_lane: text + 2.25 * PAD }
    }
}

/// Returns the width of a box that no chain runs through.
pub(super) fn chip_width(node: &Node) -> f64 {
    text_width(node) + 20.0
}

fn text_width(node: &Node) -> f64 {
    let name = text::width(&node.name, NAME * BOLD);
    let caption = text::width(&node.caption, SMALL);
    name.max(caption).min(TEXT_ROOM)
}

/// The width of semibold type relative to regular type.
pub(super) const BOLD: f64 = 1.05;
