//! The command `sockatlas`, over the public API of the library.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
