//! `help`: prints the help of a command, or a chapter of the manual.

use super::{Failure, Status, command, output};
use sockatlas::catalog::nearest;
use sockatlas::manual::CHAPTERS;
use std::fmt::Write;

/// Prints the help of a command, or a chapter of the manual
#[derive(clap::Args)]
#[command(after_help = chapters())]
pub(super) struct Args {
    /// A command, as in `help winsock report`, or a chapter, as in `help format`
    #[arg(value_name = "TOPIC")]
    topic: Vec<String>,
}

/// Returns the list of chapters for the help text.
fn chapters() -> String {
    let width = CHAPTERS.iter().map(|chapter| chapter.name.len()).max().unwrap_or(0);
    let mut text = "Chapters:".to_owned();
    for chapter in CHAPTERS {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {:width$}  {}", chapter.name, chapter.summary);
    }
    text
}

pub(super) fn run(args: &Args) -> Result<Status, Failure> {
    let text = match args.topic.as_slice() {
        [name] if CHAPTERS.iter().any(|chapter| chapter.name == name) => {
            CHAPTERS.iter().filter(|chapter| chapter.name == name).map(|chapter| chapter.text).collect()
        }
        words => of_command(words)?,
    };
    output::text(&text)?;
    Ok(Status::Clean)
}

/// Returns the help of a command, given by its words.
fn of_command(words: &[String]) -> Result<String, Failure> {
    let mut root = command();
    root.build();
    let mut found = &mut root;
    for word in words {
        let names: Vec<String> = found.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        if !names.contains(word) {
            let topics = names.iter().map(String::as_str).chain(CHAPTERS.iter().map(|chapter| chapter.name));
            let help = nearest(word, topics).map(|topic| format!("did you mean `{topic}`?"));
            let help = help.or_else(|| Some("`sockatlas help help` lists the chapters".to_owned()));
            return Err(Failure::Message { message: format!("no command or chapter is called `{word}`"), help });
        }
        found = found.find_subcommand_mut(word).ok_or(Failure::Reported)?;
    }
    Ok(found.render_long_help().ansi().to_string())
}
