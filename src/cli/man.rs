//! `man`: prints manual pages, generated from the commands' help and the manual's chapter on the format.

mod page;

use super::{Failure, Status, command, output};
use sockatlas::catalog::nearest;
use std::path::PathBuf;

/// Prints a manual page, or writes all of them into a folder
///
/// The pages are roff, for man(1): sockatlas(1), a page for each command, such as sockatlas-resolve(1), and sockatlas-catalog(5)
/// on the format of catalogs.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas man | man -l -
  sockatlas man catalog | man -l -
  sockatlas man --folder ~/.local/share/man")]
pub(super) struct Args {
    /// The page: a command, or `catalog` for the format; without it, that of sockatlas itself
    #[arg(value_name = "PAGE", conflicts_with = "folder")]
    page: Option<String>,

    /// Write all pages into man1 and man5 of this folder
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Status, Failure> {
    let pages = page::all(&command());
    if let Some(folder) = &args.folder {
        for page in pages {
            let section = folder.join(format!("man{}", page.section));
            let path = section.join(format!("{}.{}", page.name, page.section));
            let written = std::fs::create_dir_all(&section).and_then(|()| std::fs::write(&path, page.text));
            written.map_err(|error| Failure::io(path.display(), error))?;
        }
        return Ok(Status::Clean);
    }
    let name = args.page.as_ref().map_or("sockatlas".to_owned(), |page| format!("sockatlas-{page}"));
    let Some(page) = pages.iter().find(|page| page.name == name) else {
        let word = args.page.as_deref().unwrap_or_default();
        let names = pages.iter().filter_map(|page| page.name.strip_prefix("sockatlas-"));
        let help = nearest(word, names).map(|near| format!("did you mean `{near}`?"));
        return Err(Failure::Message { message: format!("there is no page on `{word}`"), help });
    };
    output::text(&page.text)?;
    Ok(Status::Clean)
}
