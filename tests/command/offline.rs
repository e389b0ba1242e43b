//! `check` is offline: under a tracer it opens no socket, and reads nothing but the catalogs.

use std::io::Write as _;
use std::process::Command;

#[test]
fn check_opens_no_socket_and_reads_the_catalogs_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("calls");
    let mut tracer = Command::new("strace");
    tracer.args(["-f", "-e", "trace=network,open,openat", "-o"]).arg(&log);
    tracer.arg(env!("CARGO_BIN_EXE_sockatlas"));
    tracer.args(["check", "-c", "catalogs/linux.toml", "-c", "catalogs/layers.toml"]);
    // Cargo tells the loader where else to look for libraries; that is none of the command's doing.
    let ran = tracer.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("LD_LIBRARY_PATH").output();
    let traced = ran.is_ok_and(|output| output.status.success());
    if !traced {
        assert!(std::env::var_os("CI").is_none(), "strace is not installed or may not trace, and CI must have it");
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: strace is not in the PATH; that check is offline was not looked at");
        return;
    }
    let calls = std::fs::read_to_string(&log).expect("the tracer's log");
    let opened: Vec<&str> =
        calls.lines().filter(|line| line.contains("open")).filter_map(|line| line.split('"').nth(1)).collect();
    for catalog in ["catalogs/linux.toml", "catalogs/layers.toml"] {
        assert!(opened.iter().any(|path| path.ends_with(catalog)), "{opened:?}");
    }
    let of_the_loader =
        |path: &&str| path.starts_with("/lib") || path.starts_with("/etc/ld.so") || path.starts_with("/usr/lib");
    let of_the_system = |path: &&str| path.starts_with("/proc/self") || path.starts_with("/sys");
    let others: Vec<&&str> = opened
        .iter()
        .filter(|path| !path.contains("catalogs/") && !of_the_loader(path) && !of_the_system(path))
        .collect();
    assert!(others.is_empty(), "{others:?}");
    let sockets: Vec<&str> =
        calls.lines().filter(|line| line.contains("socket(") || line.contains("connect(")).collect();
    assert!(sockets.is_empty(), "{sockets:?}");
}
