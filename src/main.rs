//! The command `sockatlas`; everything it does is in the library's `cli`.

fn main() -> std::process::ExitCode {
    sockatlas::cli::main()
}
