//! `graph`, `completions` and `man`: what is made for other programs.

use super::site;

#[test]
fn a_picture_is_drawn_in_three_languages() {
    let dot = site("graph --to dot").quietly(0);
    assert!(dot.contains("digraph") && dot.contains(r#""tls" -> "tcp4""#), "{dot}");
    assert!(dot.contains("spare") && dot.contains("udp4"), "layers and hidden entries are drawn: {dot}");
    assert!(!dot.contains("old4"), "what is disabled is not: {dot}");
    assert!(site("graph --to mermaid").quietly(0).contains("flowchart"));
    assert!(site("graph --to svg").quietly(0).starts_with("<svg"));
}

#[test]
fn a_highlight_has_to_be_in_the_picture() {
    let plain = site("graph --to dot").quietly(0);
    let highlighted = site("graph --to dot --highlight secure/tcp4").quietly(0);
    assert_ne!(highlighted, plain);
    assert_eq!(site("graph --to dot --highlight secure").quietly(0), highlighted, "the one entry of the group");
    assert!(site("graph --to dot --highlight tsl").complains(2).contains("did you mean `tls`?"));
    assert!(site("graph --to dot --highlight old4").complains(2).contains("is disabled"));
}

#[test]
fn a_picture_can_go_to_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("site.svg");
    let path = file.to_str().expect("UTF-8");
    assert_eq!(site(&format!("graph --to svg -o {path}")).quietly(0), "");
    assert_eq!(std::fs::read_to_string(&file).expect("written"), site("graph --to svg").quietly(0));
    let said = site(&format!("graph --to svg -o {path}/below")).complains(2);
    assert!(said.contains("site.svg"), "the message names the path: {said}");
}

#[test]
fn completions_are_there_for_the_shells() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = site(&format!("completions {shell}")).quietly(0);
        assert!(script.contains("application") && script.contains("explain"), "{shell}");
    }
    assert!(site("completions csh").complains(2).contains("invalid value 'csh'"));
}

#[test]
fn each_command_and_the_format_have_a_manual_page() {
    let page = site("man").quietly(0);
    assert!(page.contains(".TH sockatlas 1"), "{page}");
    assert!(page.contains(".SH \"EXIT STATUS\"") && !page.contains("EXTRA"), "{page}");
    let catalog = site("man catalog").quietly(0);
    assert!(catalog.contains(".TH sockatlas-catalog 5") && catalog.contains("matches\\-zero"), "{catalog}");
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(site(&format!("man --folder {}", folder.path().display())).quietly(0), "");
    for (file, command) in
        [("man1/sockatlas.1", ""), ("man1/sockatlas-connect.1", "connect"), ("man5/sockatlas-catalog.5", "catalog")]
    {
        let page = std::fs::read_to_string(folder.path().join(file)).expect(file);
        assert_eq!(page, site(&format!("man {command}")).quietly(0), "{file}");
    }
    assert!(folder.path().join("man1/sockatlas-winsock-report.1").is_file());
    assert!(site("man conect").complains(2).contains("did you mean `connect`?"));
}

#[test]
fn help_prints_a_chapter_or_the_help_of_a_command() {
    assert!(site("help format").quietly(0).starts_with("# The catalog format\n"));
    assert!(site("help winsock report").quietly(0).contains("Usage: sockatlas winsock report"));
    assert!(site("help").quietly(0).starts_with("Answers, checks and explains"));
    assert!(site("help formt").complains(2).contains("did you mean `format`?"));
    for chapter in sockatlas::manual::CHAPTERS {
        assert_eq!(site(&format!("help {}", chapter.name)).quietly(0), chapter.text, "{}", chapter.name);
    }
}
