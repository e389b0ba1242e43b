//! The rules on what netsh prints, at its lines, and on excerpts of that.

use super::{checked, further};
use crate::winsock::fixture::Catalog;
use sockatlas::catalog::Severity::{self, Error, Note, Warning};
use sockatlas::check::Settings;
use sockatlas::winsock::info::provider_flags::HIDDEN;
use sockatlas::winsock::{ProtocolChain, ProtocolInfo};
use std::path::Path;

/// The line of a label in the block of an item, from 1.
fn netsh_line(text: &str, id: u32, label: &str) -> usize {
    let own = format!("{:<36}{id}", "Catalog Entry ID:");
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| *line == own).expect("the item is there");
    let start = lines[..at].iter().rposition(|line| line.starts_with("Winsock")).expect("its block begins");
    start + lines[start..].iter().position(|line| line.starts_with(label)).expect("the label is there") + 1
}

/// The findings above notes on a text of netsh's: code, severity and line.
fn stated_of_netsh(text: &str) -> Vec<(&'static str, Severity, usize)> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("catalog.txt");
    std::fs::write(&path, text).expect("a file can be written");
    let report = checked(&path, &Settings::new());
    let loud = report.findings.iter().filter(|finding| finding.severity > Note);
    loud.map(|finding| (finding.code, finding.severity, report.sources.locate(finding.at).line as usize)).collect()
}

#[test]
fn what_netsh_shows_is_judged_at_its_lines() {
    assert_eq!(stated_of_netsh(&Catalog::sound().netsh()), []);
    let sound = Catalog::sound;
    let ids = |ids: &'static [u32]| move |info: &mut ProtocolInfo| info.chain = ProtocolChain::over(ids).unwrap();
    let behind = || {
        let mut behind = sound();
        let chain = behind.sets[1].items.remove(0);
        behind.sets[1].items.push(chain);
        behind
    };
    let cases: [(Catalog, &str, Severity, u32, &str); 13] = [
        (sound().change(1008, ids(&[1040, 1001])), "winsock-broken-chain", Error, 1008, "Protocol Chain: "),
        (sound().change(1008, ids(&[1007, 1009])), "winsock-chain-without-base", Error, 1008, "Protocol Chain: "),
        (sound().change(1008, ids(&[1007, 1007, 1001])), "winsock-malformed-chain", Error, 1008, "Protocol Chain: "),
        (sound().change(1008, |info| info.protocol = 7), "winsock-chain-unlike-base", Error, 1008, "Protocol:"),
        (
            sound().change(1007, |info| info.path = "acme.dll".into()),
            "winsock-library-path",
            Error,
            1007,
            "Provider Path:",
        ),
        (
            [1008, 1009, 1010].into_iter().fold(sound(), Catalog::without),
            "winsock-unreachable-layer",
            Warning,
            1007,
            "Catalog Entry ID:",
        ),
        (behind(), "winsock-shadowed-chain", Warning, 1008, "Winsock"),
        (sound().without(1009), "winsock-partial-coverage", Warning, 1007, "Catalog Entry ID:"),
        (
            sound().change(1009, |info| info.service_flags = 0x609),
            "winsock-ifs-handles",
            Warning,
            1009,
            "Service Flags:",
        ),
        (
            sound().change(1010, |info| info.path = r"C:\acme.dll".into()),
            "winsock-duplicate-provider",
            Error,
            1010,
            "Provider Path:",
        ),
        (sound().change(1004, |info| info.service_flags = 0x38066), "winsock-flags", Error, 1004, "Service Flags:"),
        (
            sound().change(1004, |info| info.min_address_length = 99),
            "winsock-flags",
            Warning,
            1004,
            "Min Address Length:",
        ),
        (Catalog::plain().without(1005), "winsock-missing-standard", Warning, 1001, "Winsock"),
    ];
    for (catalog, code, severity, id, label) in cases {
        let text = catalog.netsh();
        assert_eq!(stated_of_netsh(&text), [(code, severity, netsh_line(&text, id, label))], "{code}");
    }
}

#[test]
fn what_netsh_does_not_show_is_not_judged() {
    // Flags, ranges, sizes and byte orders are not printed: what is wrong with them cannot be seen.
    let odd = Catalog::sound()
        .change(1007, |info| further(info).provider_flags = 0)
        .change(1009, |info| further(info).provider_flags = HIDDEN)
        .change(1004, |info| further(info).network_byte_order = 9)
        .change(1006, |info| further(info).protocol_max_offset = -1);
    assert_eq!(stated_of_netsh(&odd.netsh()), []);
}

#[test]
fn excerpts_are_not_said_to_lack_what_they_leave_out() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/winsock/samples");
    for sample in [
        "moby27423_lavasoft.txt",
        "wsl9413_pgplsp.txt",
        "antigravity100_zhCN_32bit.txt",
        "instlsp_p_win2000_foobar.txt",
    ] {
        let report = checked(&samples.join(sample), &Settings::new());
        let absent =
            ["winsock-missing-standard", "winsock-unreachable-layer", "winsock-partial-coverage", "winsock-bitness"];
        assert!(
            report.findings.iter().any(|finding| finding.code == "winsock-gap"),
            "{sample}: {:#?}",
            report.findings
        );
        let found = report.findings.iter().find(|finding| absent.contains(&finding.code));
        assert!(found.is_none(), "{sample}: {found:#?}");
    }
}

#[test]
fn a_chain_of_an_excerpt_is_refused_without_a_claim_on_what_is_left_out() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/winsock/samples");
    let report = checked(&samples.join("moby27423_lavasoft.txt"), &Settings::new());
    let broken: Vec<_> = report.findings.iter().filter(|finding| finding.code == "winsock-broken-chain").collect();
    let texts: Vec<&str> = broken.iter().map(|finding| finding.message.as_str()).collect();
    let text = |id, position| {
        format!(
            "chain `LavasoftLSP over [MSAFD Tcpip [TCP/IP]]` (id 1032) runs over id {id} (number {position} of 2), which no item \
             that the source states whole has"
        )
    };
    assert_eq!(texts, [text(1006, 2), text(1031, 1)]);
    assert!(broken.iter().all(|finding| report.sources.locate(finding.at).line == 21));
}

#[test]
fn the_chain_of_a_real_excerpt_takes_the_handles_away_or_would_if_its_base_were_stated() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/winsock/samples/moby27423_lavasoft.txt");
    let text = std::fs::read_to_string(sample).unwrap();
    // Its base as Windows 10 1607 has it, behind what was posted.
    let base = Catalog::plain().change(1001, |info| info.catalog_entry_id = 1006).netsh();
    let end = base.match_indices("Winsock Catalog").nth(1).map_or(base.len(), |(at, _)| at);
    let found = stated_of_netsh(&format!("{}\n{}", text, &base[..end]));
    assert!(
        found.iter().any(|(code, severity, line)| (*code, *severity, *line) == ("winsock-ifs-handles", Warning, 19)),
        "{found:#?}"
    );
}
