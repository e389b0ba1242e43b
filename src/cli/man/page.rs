//! Renders manual pages as roff.

use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use sockatlas::manual::CHAPTERS;

/// A manual page.
pub(super) struct Page {
    /// The name of the page, as in `sockatlas-resolve`.
    pub name: String,
    /// The section: 1 for commands, 5 for files.
    pub section: u8,
    /// The text in roff.
    pub text: String,
}

/// Returns the page of `sockatlas`, those of its commands, and the page on catalogs.
pub(super) fn all(root: &clap::Command) -> Vec<Page> {
    let mut root = root.clone();
    root.build();
    let mut pages = vec![of_command(&root, "sockatlas")];
    add_commands(&root, "sockatlas", &mut pages);
    pages.push(of_catalogs());
    pages
}

fn add_commands(command: &clap::Command, name: &str, pages: &mut Vec<Page>) {
    for command in command.get_subcommands() {
        let name = format!("{name}-{}", command.get_name());
        pages.push(of_command(command, &name));
        add_commands(command, &name, pages);
    }
}

fn of_command(command: &clap::Command, name: &str) -> Page {
    let extra = command.get_after_long_help().or(command.get_after_help()).map(ToString::to_string);
    let version = concat!("sockatlas ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).title(name).source(version).manual("sockatlas");
    let mut text = Vec::new();
    // Writing to memory cannot fail.
    let _ = man.render_title(&mut text);
    let _ = man.render_name_section(&mut text);
    let _ = man.render_synopsis_section(&mut text);
    let _ = man.render_description_section(&mut text);
    if command.get_arguments().next().is_some() {
        let _ = man.render_options_section(&mut text);
    }
    if command.has_subcommands() {
        let _ = man.render_subcommands_section(&mut text);
    }
    let mut text = String::from_utf8_lossy(&text).into_owned();
    text.push_str(&sections(&extra.unwrap_or_default()));
    Page { name: name.to_owned(), section: 1, text }
}

/// Returns the sections after the options: a line at the margin that ends with a colon begins a section, and indented
/// lines are set verbatim.
fn sections(extra: &str) -> String {
    let mut roff = Roff::new();
    let mut block = Vec::new();
    let flush = |roff: &mut Roff, block: &mut Vec<String>| {
        if !block.is_empty() {
            roff.control("nf", []).text(vec![roman(block.join("\n"))]).control("fi", []);
            block.clear();
        }
    };
    for line in extra.lines() {
        match line.strip_suffix(':') {
            Some(title) if !line.starts_with(' ') => {
                flush(&mut roff, &mut block);
                roff.control("SH", [title.to_uppercase().as_str()]);
            }
            _ => block.push(line.to_owned()),
        }
    }
    flush(&mut roff, &mut block);
    roff.to_roff()
}

/// Returns sockatlas-catalog(5): the chapter on the format.
fn of_catalogs() -> Page {
    let chapter = CHAPTERS.iter().find(|chapter| chapter.name == "format").map_or("", |chapter| chapter.text);
    let version = env!("CARGO_PKG_VERSION");
    let mut roff = Roff::new();
    roff.control("TH", ["sockatlas-catalog", "5", "", &format!("sockatlas {version}"), ""]);
    roff.control("SH", ["NAME"]).text(vec![roman("sockatlas-catalog - the format of catalogs")]);
    roff.control("SH", ["DESCRIPTION"]);
    Markdown::new(&mut roff).render(chapter);
    Page { name: "sockatlas-catalog".to_owned(), section: 5, text: roff.to_roff() }
}

/// Renders Markdown as roff: headings, paragraphs, code, and tables. Each row of a table becomes a paragraph with its
/// first cell as the tag.
struct Markdown<'r> {
    roff: &'r mut Roff,
    /// The text of the current block.
    text: String,
    /// The cells of the current row.
    cells: Vec<String>,
}

impl<'r> Markdown<'r> {
    fn new(roff: &'r mut Roff) -> Self {
        Markdown { roff, text: String::new(), cells: Vec::new() }
    }

    fn render(mut self, text: &str) {
        let mut is_title = false;
        let mut is_head = false;
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Heading { level, .. }) => is_title = level == pulldown_cmark::HeadingLevel::H1,
                Event::Start(Tag::TableHead) => is_head = true,
                Event::Text(text) | Event::Code(text) => self.text.push_str(&text),
                Event::SoftBreak | Event::HardBreak => self.text.push(' '),
                Event::End(TagEnd::Heading(_)) => {
                    let title = std::mem::take(&mut self.text);
                    if !is_title {
                        self.roff.control("SH", [title.to_uppercase().as_str()]);
                    }
                }
                Event::End(TagEnd::Paragraph) => {
                    let text = std::mem::take(&mut self.text);
                    self.roff.control("PP", []).text(vec![roman(text)]);
                }
                Event::End(TagEnd::CodeBlock) => {
                    let text = std::mem::take(&mut self.text);
                    self.roff.control("nf", []).text(vec![roman(text.trim_end())]).control("fi", []);
                }
                Event::End(TagEnd::TableCell) => self.cells.push(std::mem::take(&mut self.text)),
                Event::End(TagEnd::TableHead) => {
                    is_head = false;
                    self.cells.clear();
                }
                Event::End(TagEnd::TableRow) if !is_head => self.row(),
                _ => {}
            }
        }
    }

    fn row(&mut self) {
        let mut cells = std::mem::take(&mut self.cells).into_iter();
        let tag = cells.next().unwrap_or_default();
        self.roff.control("TP", []).text(vec![bold(tag)]).text(vec![roman(cells.next().unwrap_or_default())]);
        for cell in cells {
            self.roff.control("br", []).text(vec![roman(cell)]);
        }
    }
}
