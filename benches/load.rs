//! What loading costs: read, merge, check and freeze, against nothing but a parse of the same text into plain structs; and what
//! it costs to tell which requests change their answer when one entry of a catalog does.
//!
//! `cargo bench --bench load` ends with a table of medians, all of the same run.

mod generated;

use criterion::{Criterion, SamplingMode, Throughput};
use generated::{Numbers, catalog};
use serde::Deserialize;
use sockatlas::{Loader, compare};
use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

/// The document as serde reads it, and nothing more.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "it is only parsed")]
struct Document {
    format: i64,
    dialect: String,
    title: String,
    provider: HashMap<String, Provider>,
    family: HashMap<String, Family>,
    base: HashMap<String, Base>,
    layer: HashMap<String, Layer>,
    chain: HashMap<String, Chain>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "it is only parsed")]
struct Provider {
    module: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "it is only parsed")]
struct Family {
    number: i32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[allow(dead_code, reason = "it is only parsed")]
struct Base {
    summary: String,
    provider: String,
    family: String,
    r#type: String,
    protocol: i32,
    matches_zero: bool,
    services: Vec<String>,
    address_size: u32,
    message_size: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "it is only parsed")]
struct Layer {
    summary: String,
    provider: String,
    adds: Vec<String>,
    categories: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[allow(dead_code, reason = "it is only parsed")]
struct Chain {
    summary: String,
    layers: Vec<String>,
    base: String,
    protocol: i32,
    matches_zero: bool,
}

fn main() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("criterion");
    let began = SystemTime::now();
    let mut criterion = Criterion::default().output_directory(&folder).without_plots().configure_from_args();
    for numbers in Numbers::ALL {
        for size in SIZES {
            let text = catalog("linux", size, numbers).text;
            let loader = Loader::new().text("generated.toml", text.as_str());
            let mut group = criterion.benchmark_group(format!("load-{}-{size}", numbers.name()));
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.sample_size(10).sampling_mode(SamplingMode::Flat);
            group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(4));
            // What was loaded is dropped outside of the measurement, on both sides.
            group.bench_function("load", |bencher| {
                bencher.iter_with_large_drop(|| loader.load().unwrap_or_else(|error| panic!("{error}")));
            });
            group.bench_function("parse", |bencher| {
                let parse = || toml::from_str::<Document>(&text).unwrap_or_else(|error| panic!("{error}"));
                bencher.iter_with_large_drop(parse);
            });
            let changed = text.replacen("\"graceful-close\"", "\"partial-message\"", 1);
            let read = |text: &str| {
                Loader::new().text("generated.toml", text).load().unwrap_or_else(|error| panic!("{error}"))
            };
            let (was, is) = (read(&text), read(&changed));
            group.bench_function("compare", |bencher| bencher.iter_with_large_drop(|| compare(&was, &is)));
            group.finish();
        }
    }
    criterion.final_summary();

    let median = |group: &str, id: &str| -> Option<f64> {
        let file = folder.join(group).join(id).join("new").join("estimates.json");
        let written = std::fs::metadata(&file).and_then(|facts| facts.modified()).ok()?;
        if written < began {
            return None;
        }
        let estimates: serde_json::Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
        Some(estimates["median"]["point_estimate"].as_f64()? / 1e6)
    };
    println!("\nLoad, check and freeze against a bare parse into plain structs: medians in ms\n");
    println!("| numbers | entries | load | parse | load/parse | compare |\n|---|---:|---:|---:|---:|---:|");
    for numbers in Numbers::ALL {
        for size in SIZES {
            let group = format!("load-{}-{size}", numbers.name());
            let [load, parse, compare] = ["load", "parse", "compare"].map(|id| median(&group, id));
            if let (Some(load), Some(parse), Some(compare)) = (load, parse, compare) {
                let ratio = load / parse;
                println!("| {} | {size} | {load:.2} | {parse:.2} | {ratio:.2} | {compare:.2} |", numbers.name());
            }
        }
    }
}
