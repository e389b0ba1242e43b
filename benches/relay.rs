//! `sockatlas relay` against socat and stunnel4 doing the same: forwarding TCP, and ending TLS in front of it, over loopback.
//!
//! `cargo bench --bench relay` prints one table: medians of one run, and the ratio of ours to each other program, above 1 where
//! ours is ahead. The programs take turns, in an order that turns around, so that what else the machine does hits all of them. Words
//! behind `--` keep the rows that contain them. Processor time is that of the program and of the processes that it started, as
//! proc_pid_stat(5) tells it; clients and servers, which share the processors with the program, do not count.

#[path = "relay/load.rs"]
mod load;
#[path = "relay/programs.rs"]
mod programs;

use load::{Load, Sink};
use programs::{Program, Stage};

/// Turns of each program in each row.
const TURNS: usize = 5;

/// Bytes of a turn.
const BULK: usize = 256 << 20;

/// Connections of a turn, each with a byte there and back. With TLS they are fewer, as socat begins a process for each.
const OPENED: usize = 600;
const OPENED_WITH_TLS: usize = 100;

/// What is measured.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Work {
    Bytes,
    Connections,
}

/// What a turn came to.
struct Score {
    seconds: f64,
    /// Processor time of the program.
    processor: f64,
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    // `cargo test --benches` and its like only want to see that it runs.
    let only_once = std::env::args().any(|argument| argument == "--test");
    let (turns, shrink) = if only_once { (1, 64) } else { (TURNS, 1) };
    let sink = Sink::start();
    let stage = Stage::new(sink.address);
    println!("| what | unit | sockatlas | socat | ratio | stunnel4 | ratio |\n|---|---|---:|---:|---:|---:|---:|");
    for tls in [false, true] {
        let programs = stage.programs(tls);
        for (work, connections) in
            [(Work::Bytes, 1), (Work::Bytes, 100), (Work::Connections, 1), (Work::Connections, 100)]
        {
            let row = format!(
                "{} {}, {connections} at once",
                if tls { "TLS" } else { "plain" },
                if work == Work::Bytes { "bytes" } else { "connections" }
            );
            if !words.is_empty() && !words.iter().any(|word| row.contains(word.as_str())) {
                continue;
            }
            let amount = match work {
                Work::Bytes => BULK,
                Work::Connections if tls => OPENED_WITH_TLS,
                Work::Connections => OPENED,
            };
            let amount = amount / shrink;
            let load = Load { tls: tls.then(|| stage.client()), connections, amount };
            let mut scores: Vec<Vec<Score>> = programs.iter().map(|_| Vec::new()).collect();
            // The first turn of each warms it up.
            for turn in 0..=turns {
                for at in 0..programs.len() {
                    let at = if turn % 2 == 0 { at } else { programs.len() - 1 - at };
                    let score = take_turn(&programs[at], work, &load);
                    if turn > 0 {
                        scores[at].push(score);
                    }
                }
            }
            let amount = amount as f64;
            match work {
                Work::Bytes => {
                    print(&row, "MB/s", &scores, |score| amount / score.seconds / 1e6);
                    print(&row, "MB per second of processor", &scores, |score| amount / score.processor / 1e6);
                }
                Work::Connections => {
                    print(&row, "/s", &scores, |score| amount / score.seconds);
                    print(&row, "per second of processor", &scores, |score| amount / score.processor);
                }
            }
        }
    }
}

fn take_turn(program: &Program, work: Work, load: &Load) -> Score {
    let before = program.processor_time();
    let seconds = match work {
        Work::Bytes => load.bytes(program.address),
        Work::Connections => load.opening(program.address),
    };
    Score { seconds, processor: (program.processor_time() - before).max(0.005) }
}

/// A row: medians, and the medians of the ratios of each turn, as the same noise hit all of it.
fn print(row: &str, unit: &str, scores: &[Vec<Score>], value: impl Fn(&Score) -> f64) {
    let values: Vec<Vec<f64>> = scores.iter().map(|scores| scores.iter().map(&value).collect()).collect();
    print!("| {row} | {unit} | {:.0} ", median(&values[0]));
    for other in &values[1..] {
        let ratios: Vec<f64> = values[0].iter().zip(other).map(|(ours, theirs)| ours / theirs).collect();
        print!("| {:.0} | {:.2} ", median(other), median(&ratios));
    }
    println!("{}|", "| | ".repeat(3 - scores.len()));
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
