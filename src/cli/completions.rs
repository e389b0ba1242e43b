//! `completions`: prints scripts that let shells complete the command.

use super::{Failure, Status, command, output};

/// Prints a script that lets a shell complete the command
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas completions bash > ~/.local/share/bash-completion/completions/sockatlas
  sockatlas completions zsh > ~/.zfunc/_sockatlas")]
pub(super) struct Args {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &Args) -> Result<Status, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "sockatlas", &mut script);
    output::bytes(&script)?;
    Ok(Status::Clean)
}
