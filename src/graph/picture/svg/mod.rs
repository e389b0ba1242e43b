//! The picture as a finished SVG drawing.
//!
//! From the top: the chains' names, each at the head of its chain's line; the layers, each as high as the longest stack below it
//! requires; the base protocols at which the lines end; then, smaller, the entries that no chain uses; and the legend.
//!
//! The work is done in steps, one file each: [`rows`] determines the boxes of each row and their order, [`place`] their places in
//! the row, [`bends`] the turns of lines between rows, [`layout`] all other geometry, and [`draw`] writes the SVG. [`measure`]
//! holds the sizes, and [`text`] estimates the width of words.

mod bends;
mod draw;
mod layout;
mod measure;
mod place;
mod rows;
mod text;

use super::Picture;

impl Picture {
    /// Returns the picture as a self-contained SVG document: no scripts, no fonts, no other files.
    ///
    /// It follows the reader's light or dark theme (`prefers-color-scheme`), its text is text, and its colours can be
    /// distinguished with any kind of colour vision. A name that is too long for its place ends in an ellipsis, and is shown
    /// completely in a tooltip. If there are more chains than colours, they are distinguished by hollow and dashed lines.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = draw::draw(self, &layout::Layout::of(self), &mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use roxmltree::{Document, Node as Element};

    use super::super::tests::{node, numbered, small};
    use super::super::{Chain, NodeKind, Picture};
    use super::layout::{Layout, Role};

    /// Returns catalogs of every shape: from nothing to 300 entries, flat and deep, with chains that agree on an order and chains
    /// that do not.
    fn pictures() -> Vec<Picture> {
        let mut pictures = vec![
            Picture::default(),
            small(),
            numbered(1, 0, &[]),
            numbered(0, 1, &[]),
            numbered(300, 0, &[]),
            numbered(1, 6, &[("seven", &[1, 2, 3, 4, 5, 6, 0])]),
            numbered(2, 2, &[("ab", &[2, 3, 0]), ("ba", &[3, 2, 1]), ("twice", &[2, 2, 0]), ("none", &[1])]),
        ];
        for (seed, bases, layers, chains) in
            [(1, 3, 2, 6), (2, 8, 5, 20), (3, 40, 6, 60), (4, 200, 100, 60), (5, 2, 60, 90)]
        {
            let mut state: u64 = seed;
            let mut below = move |bound: usize| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as usize % bound
            };
            let mut picture = numbered(bases, layers, &[]);
            for chain in 0..chains {
                let mut stack: Vec<usize> = (0..=below(4)).map(|_| bases + below(layers)).collect();
                stack.push(below(bases));
                picture.chains.push(Chain { name: format!("chain-{chain}"), stack });
            }
            pictures.push(picture);
        }
        pictures
    }

    fn number(element: Element<'_, '_>, attribute: &str) -> f64 {
        element.attribute(attribute).and_then(|value| value.parse().ok()).unwrap_or(f64::NAN)
    }

    fn has_class(element: Element<'_, '_>, class: &str) -> bool {
        element.attribute("class").is_some_and(|classes| classes.split(' ').any(|one| one == class))
    }

    fn title(element: Element<'_, '_>) -> String {
        let title = element.children().find(|child| child.has_tag_name(("http://www.w3.org/2000/svg", "title")));
        title.and_then(|title| title.text()).unwrap_or_default().to_owned()
    }

    /// The drawing's boxes, `(title, x, y, width, height)`, and chains, `(title, path)`.
    type Drawn = (Vec<(String, [f64; 4])>, Vec<(String, String)>);

    fn drawn(document: &Document<'_>) -> Drawn {
        let groups = document.root_element().children().filter(|child| child.is_element() && !title(*child).is_empty());
        let (mut boxes, mut chains) = (Vec::new(), Vec::new());
        for group in groups {
            for shape in group.children() {
                if has_class(shape, "sa-box") {
                    boxes.push((title(group), ["x", "y", "width", "height"].map(|side| number(shape, side))));
                } else if has_class(shape, "sa-line") {
                    chains.push((title(group), shape.attribute("d").unwrap_or_default().to_owned()));
                }
            }
        }
        (boxes, chains)
    }

    #[test]
    fn every_drawing_is_xml_with_a_size_a_title_and_a_description() {
        for picture in pictures() {
            let svg = picture.to_svg();
            let document = Document::parse(&svg).expect("well-formed XML");
            let root = document.root_element();
            let (width, height) = (number(root, "width"), number(root, "height"));
            assert_eq!(root.attribute("role"), Some("img"));
            assert_eq!(root.attribute("viewBox"), Some(format!("0 0 {width} {height}").as_str()));
            assert!(
                !title(root).is_empty() && svg.contains("<desc>") && !svg.contains("NaN") && !svg.contains("inf\"")
            );
        }
    }

    #[test]
    fn every_node_has_a_box_inside_the_drawing_and_no_two_boxes_overlap() {
        for picture in pictures() {
            let svg = picture.to_svg();
            let document = Document::parse(&svg).expect("well-formed XML");
            let (width, height) = (number(document.root_element(), "width"), number(document.root_element(), "height"));
            let (boxes, _) = drawn(&document);
            let named: HashSet<&str> = boxes.iter().filter_map(|(title, _)| title.split(':').next()).collect();
            assert_eq!(named.len(), picture.nodes.len());
            for (at, (title, [x, y, w, h])) in boxes.iter().enumerate() {
                assert!(*x >= 0.0 && *y >= 0.0 && x + w <= width && y + h <= height, "{title} is outside");
                for (other, [x2, y2, w2, h2]) in &boxes[..at] {
                    let apart = x + w <= *x2 || x2 + w2 <= *x || y + h <= *y2 || y2 + h2 <= *y;
                    assert!(apart, "{title} overlaps {other}");
                }
            }
        }
    }

    #[test]
    fn every_chain_is_a_line_from_its_name_to_its_base() {
        for picture in pictures() {
            let layout = Layout::of(&picture);
            let svg = picture.to_svg();
            let document = Document::parse(&svg).expect("well-formed XML");
            let (_, lines) = drawn(&document);
            assert_eq!(lines.len(), picture.chains.len());
            for thread in &layout.threads {
                let stack = &picture.chains[thread.chain].stack;
                let end = thread.runs.last().expect("a thread has runs");
                let holds = |role: Role, x: f64, y: f64| {
                    let hit = |shown: &&super::layout::NodeBox| {
                        shown.role == role
                            && x > shown.x
                            && x < shown.x + shown.width
                            && y >= shown.y
                            && y <= shown.y + shown.height
                    };
                    layout.boxes.iter().find(hit).map(|shown| shown.node)
                };
                assert_eq!(holds(Role::End, end.x, end.top), stack.last().copied());
                let through: Vec<usize> =
                    thread.runs.iter().filter_map(|run| holds(Role::Through, run.x, run.top + 1.0)).collect();
                assert_eq!(through, stack[..stack.len() - 1], "no box left out, none crossed that is another's");
            }
        }
    }

    #[test]
    fn no_two_chains_share_a_lane() {
        for picture in pictures() {
            let layout = Layout::of(&picture);
            let mut lanes = HashSet::new();
            for run in layout.threads.iter().flat_map(|thread| &thread.runs) {
                assert!(lanes.insert((run.x as i64, run.top as i64)), "two at {}, {}", run.x, run.top);
                assert!(run.arrive <= run.top && run.bottom <= run.leave);
            }
        }
    }

    #[test]
    fn names_above_the_lines_meet_no_other_name_and_no_other_line() {
        let layout = Layout::of(&pictures()[8]);
        for thread in layout.threads.iter().filter(|thread| !thread.slanted) {
            let (x, y) = thread.label;
            let right = x + super::text::width("chain-00", super::measure::LABEL);
            for other in layout.threads.iter().filter(|other| other.label.0 > x && other.label.0 < right) {
                assert!(other.label.1 > y);
            }
        }
    }

    #[test]
    fn a_drawing_is_the_same_each_time() {
        for picture in pictures() {
            assert_eq!(picture.to_svg(), picture.clone().to_svg());
        }
    }

    #[test]
    fn names_are_escaped_and_long_ones_clipped_but_whole_in_the_tooltip() {
        let long = "a-layer-whose-name-is-sixty-characters-long-and-then-no-more";
        let mut picture = small();
        picture.nodes[0].name = "<tcp & \"4\">".to_owned();
        picture.nodes.push(node(long, NodeKind::Layer { chained: false }, ""));
        let svg = picture.to_svg();
        assert!(svg.contains(">&lt;tcp &amp; &quot;4&quot;&gt;</text>"), "{svg}");
        assert!(svg.contains(&format!("<title>{long}</title>")) && svg.contains("…</text>"), "{svg}");
        assert!(!svg.contains(&format!("{long}</text>")), "{svg}");
    }

    #[test]
    fn a_highlight_fades_all_but_the_chains_of_the_named_entry() {
        let picture = numbered(2, 2, &[("one", &[2, 0]), ("two", &[3, 1])]);
        let svg = Picture { highlight: Some("layer-2".to_owned()), ..picture.clone() }.to_svg();
        let document = Document::parse(&svg).expect("well-formed XML");
        let with = |class: &str| -> Vec<String> {
            document.descendants().filter(|element| has_class(*element, class)).map(title).collect()
        };
        assert_eq!(with("sa-strong"), ["one: layer-2 over base-0"]);
        let faded: HashSet<String> = with("sa-faded").into_iter().collect();
        let expected = ["layer-3: +encrypted", "base-1: inet stream tcp", "two: layer-3 over base-1"];
        assert_eq!(faded, expected.map(str::to_owned).into_iter().collect());
        assert!(!picture.to_svg().contains(" sa-strong\""));
    }

    #[test]
    fn layers_that_no_chain_uses_are_dashed_and_stand_below() {
        let layout = Layout::of(&small());
        let frame = layout.boxes.iter().find(|shown| shown.node == 3).expect("a box");
        assert!(
            frame.role == Role::Apart
                && layout.threads.iter().all(|thread| thread.runs.iter().all(|run| run.bottom < frame.y))
        );
        assert!(small().to_svg().contains("class=\"sa-box sa-unchained\""));
    }
}
