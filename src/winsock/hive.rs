//! SYSTEM hives, read by `notatin` and rendered as the export that says the same, each key with the time of its last writing.
//!
//! `Select` tells which control set is current. A hive that `reg save` made of `WinSock2` or of its `Parameters` alone has no control
//! sets; it is read too. A hive that was in use when it was copied lacks its newest changes: those are in transaction logs beside it,
//! `SYSTEM.LOG1` and `SYSTEM.LOG2`, which are applied where they are there.

use super::reg::{Data, Render, control_set_name, kinds};
use crate::catalog::quoted;
use notatin::cell_key_node::CellKeyNode;
use notatin::log::{LogCode, Logs};
use notatin::parser::Parser;
use notatin::parser_builder::ParserBuilder;
use std::fs::File;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

/// How many keys are read below `Parameters`; the largest catalogs have some hundreds. A damaged hive can hold keys within themselves.
const MOST_KEYS: usize = 100_000;

/// How deep they are nested; Windows' catalogs have three levels.
const MOST_LEVELS: usize = 16;

/// How many remarks on the transaction logs are told, as comments.
const MOST_REMARKS: usize = 20;

/// The most bytes of a transaction log.
const MOST_LOG_BYTES: u64 = 1 << 30;

/// The export that says what a hive says of Winsock.
///
/// # Errors
/// If it is no hive, is damaged, is no SYSTEM hive, or has no such control set.
pub(super) fn text(bytes: &[u8], path: Option<&Path>, control_set: Option<u32>) -> Result<String, String> {
    let header = Header::of(bytes)?;
    let logs = if header.is_dirty { logs(path) } else { Vec::new() };
    check_growth(bytes, &logs)?;
    let is_stale = header.is_dirty && logs.is_empty();
    // `notatin` has arithmetic and expectations that overflow and fail where a hive is damaged with intent; its state is dropped then.
    let read = catch_unwind(AssertUnwindSafe(|| Hive::open(bytes, logs)?.text(control_set, is_stale)));
    read.unwrap_or_else(|_| Err("the hive is damaged so that it cannot be read".to_owned()))
}

/// What the base block of a hive says (`regf`).
struct Header {
    /// Whether a change was begun and not ended, so that the logs count.
    is_dirty: bool,
}

/// Bytes of the base block, behind which the cells begin.
const BASE_BLOCK: usize = 4096;

impl Header {
    fn of(bytes: &[u8]) -> Result<Self, String> {
        let number = |at: usize| bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
        if !bytes.starts_with(b"regf") {
            return Err("this is no hive: a hive begins with `regf`".to_owned());
        }
        let (Some(first), Some(second), Some(kind)) = (number(4), number(8), number(28)) else {
            return Err("the hive is cut off within its base block".to_owned());
        };
        if bytes.len() < BASE_BLOCK {
            return Err(format!(
                "the hive is cut off: {} bytes, and its base block alone has {BASE_BLOCK}",
                bytes.len()
            ));
        }
        match kind {
            0 => Ok(Header { is_dirty: first != second }),
            1 | 2 | 6 => {
                Err("this is the transaction log of a hive: name the hive, and the log is found beside it".to_owned())
            }
            other => Err(format!("a hive of kind {other} where a primary file, kind 0, is expected")),
        }
    }
}

/// The transaction logs beside a hive, in any case that they are written in.
fn logs(path: Option<&Path>) -> Vec<Vec<u8>> {
    let Some(path) = path else { return Vec::new() };
    let beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        let mut file = File::open(name).ok().filter(|file| file.metadata().is_ok_and(|data| data.is_file()))?;
        let mut bytes = Vec::new();
        file.by_ref().take(MOST_LOG_BYTES).read_to_end(&mut bytes).ok()?;
        // A log that was never used is empty, or holds zeros.
        bytes.starts_with(b"regf").then_some(bytes)
    };
    [[".LOG1", ".log1"], [".LOG2", ".log2"]]
        .into_iter()
        .filter_map(|names| names.into_iter().find_map(beside))
        .collect()
}

/// Refuses logs by which the hive would grow by more than they hold: each page that is added is in a log.
fn check_growth(bytes: &[u8], logs: &[Vec<u8>]) -> Result<(), String> {
    let most = logs.iter().map(Vec::len).fold(bytes.len(), usize::saturating_add);
    for log in logs {
        // Entries follow the first sector.
        let mut at = 512;
        while let Some(entry) = log.get(at..).filter(|entry| entry.starts_with(b"HvLE")) {
            let number = |at: usize| entry.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
            let number = |at| number(at).and_then(|number| usize::try_from(number).ok()).unwrap_or_default();
            let (size, hive) = (number(4), number(16));
            if size < 40 || size > entry.len() {
                break;
            }
            if hive > most {
                return Err(format!(
                    "a transaction log of the hive is damaged: by it the hive would have {hive} bytes"
                ));
            }
            at += size;
        }
    }
    Ok(())
}

struct Hive<'b> {
    bytes: &'b [u8],
    parser: Parser,
    keys: usize,
}

impl<'b> Hive<'b> {
    fn open(bytes: &'b [u8], logs: Vec<Vec<u8>>) -> Result<Self, String> {
        let mut builder = ParserBuilder::from_file(Cursor::new(bytes.to_vec()));
        for log in logs {
            builder.with_transaction_log(Cursor::new(log));
        }
        let parser = builder.build().map_err(|error| format!("the hive is damaged: {error}"))?;
        Ok(Hive { bytes, parser, keys: 0 })
    }

    fn text(mut self, control_set: Option<u32>, is_stale: bool) -> Result<String, String> {
        let root = self.parser.get_root_key().map_err(|error| format!("the hive is damaged: {error}"))?;
        let mut root = root.ok_or("the hive is damaged: it has no root key")?;
        let (parameters, path) = self.parameters(&mut root, control_set)?;
        let mut render = Render::new(false);
        if is_stale {
            render.comment("the hive was in use when it was copied, and no transaction logs are beside it: its newest changes may be missing");
        }
        for log in self.parser.get_parse_logs().get().into_iter().flatten().take(MOST_REMARKS) {
            if log.code == LogCode::WarningTransactionLog {
                render.comment(&log.text.replace(['\r', '\n'], " "));
            }
        }
        self.key(&mut render, parameters, &path, 0)?;
        Ok(render.finish())
    }

    /// The key `Parameters` that counts, and its path as an export names it.
    fn parameters(
        &mut self,
        root: &mut CellKeyNode,
        control_set: Option<u32>,
    ) -> Result<(CellKeyNode, String), String> {
        let mut top = self.children(root)?;
        let has = |keys: &[CellKeyNode], name: &str| keys.iter().any(|key| key.key_name.eq_ignore_ascii_case(name));
        if control_set.is_none() && has(&top, "Protocol_Catalog9") {
            return Ok((root.clone(), r"SAVED_KEY\WinSock2\Parameters".to_owned()));
        }
        let is_system = has(&top, "Select") || top.iter().any(|key| is_control_set(&key.key_name));
        if control_set.is_none()
            && !is_system
            && let Some(parameters) = take(&mut top, "Parameters")
        {
            return Ok((parameters, r"SAVED_KEY\WinSock2\Parameters".to_owned()));
        }
        if !is_system {
            return Err("this is no SYSTEM hive: it has neither `Select` nor a control set".to_owned());
        }
        let wanted = match control_set {
            Some(number) => number,
            None => current(&top)?,
        };
        let name = control_set_name(wanted);
        let Some(control_set) = take(&mut top, &name) else {
            let names = top.iter().map(|key| key.key_name.as_str());
            let names: Vec<&str> = names.filter(|name| is_control_set(name)).collect();
            let names = if names.is_empty() { "none".to_owned() } else { quoted(&names) };
            return Err(format!("the hive has no control set `{name}`: it has {names}"));
        };
        let mut path = format!(r"HKEY_LOCAL_MACHINE\SYSTEM\{name}");
        let mut key = control_set;
        for name in ["Services", "WinSock2", "Parameters"] {
            let mut below = self.children(&mut key)?;
            key = take(&mut below, name)
                .ok_or_else(|| format!("the hive tells nothing of Winsock: `{path}` has no key `{name}`"))?;
            path = format!("{path}\\{name}");
        }
        Ok((key, path))
    }

    /// Renders a key with all below it.
    fn key(&mut self, render: &mut Render, mut key: CellKeyNode, path: &str, level: usize) -> Result<(), String> {
        self.keys += 1;
        if self.keys > MOST_KEYS || level > MOST_LEVELS {
            return Err(format!("the hive is damaged: more than {MOST_KEYS} keys in {MOST_LEVELS} levels at `{path}`"));
        }
        let unwritable = |error| format!("`{path}` cannot be told as text: {error}");
        render.key(path, written(&key).as_deref()).map_err(unwritable)?;
        if let Some(values) =
            usize::try_from(key.detail.number_of_key_values()).ok().filter(|&values| values != key.value_iter().count())
        {
            return Err(damaged(path, &key.logs, &format!("it has {values} values, and not all of them can be read")));
        }
        for value in key.value_iter() {
            let name = value.detail.value_name();
            if is_damaged(&value.logs) {
                return Err(damaged(path, &value.logs, &format!("the value `{name}` cannot be read")));
            }
            let bytes = value.detail.value_bytes().unwrap_or_default();
            let data = Data { kind: value.detail.data_type_raw(), bytes };
            render.value(&name, &data).map_err(unwritable)?;
        }
        for child in self.children(&mut key)? {
            let path = format!("{path}\\{}", child.key_name);
            self.key(render, child, &path, level + 1)?;
        }
        Ok(())
    }

    /// The keys directly below a key, all of them.
    fn children(&mut self, key: &mut CellKeyNode) -> Result<Vec<CellKeyNode>, String> {
        let list = key.detail.sub_keys_list_offset_relative();
        if key.detail.number_of_sub_keys() > 0 && self.is_nested_list(list) {
            return Err(damaged(&key.path, &Logs::default(), "its list of keys holds lists of lists"));
        }
        let children = key.read_sub_keys(&mut self.parser);
        if children.len() as u64 != u64::from(key.detail.number_of_sub_keys()) {
            return Err(damaged(&key.path, &key.logs, "not all keys below it can be read"));
        }
        Ok(children)
    }

    /// Whether a list of lists (`ri`) holds another one: Windows writes none, and one that holds itself has no end.
    fn is_nested_list(&self, list: u32) -> bool {
        let cell = |offset: u32| self.bytes.get(usize::try_from(offset).ok()?.checked_add(BASE_BLOCK + 4)?..);
        let is_list_of_lists = |cell: &[u8]| cell.starts_with(b"ri");
        let Some(lists) = cell(list).filter(|cell| is_list_of_lists(cell)) else { return false };
        let Some([_, _, low, high]) = lists.first_chunk() else { return false };
        let (offsets, _) = lists[4..].as_chunks::<4>();
        let mut lists = offsets.iter().take(usize::from(u16::from_le_bytes([*low, *high])));
        lists.any(|&offset| cell(u32::from_le_bytes(offset)).is_some_and(is_list_of_lists))
    }
}

/// The number of the current control set.
fn current(top: &[CellKeyNode]) -> Result<u32, String> {
    let select = top.iter().find(|key| key.key_name.eq_ignore_ascii_case("Select"));
    let value = select.and_then(|select| select.get_value("Current"));
    let bytes = value
        .as_ref()
        .filter(|value| value.detail.data_type_raw() == kinds::DWORD)
        .and_then(|value| value.detail.value_bytes());
    let number = bytes.and_then(|bytes| bytes.first_chunk().map(|bytes| u32::from_le_bytes(*bytes)));
    number.ok_or_else(|| {
        "the hive does not tell which control set is current: it has no dword `Select\\Current`".to_owned()
    })
}

fn is_control_set(name: &str) -> bool {
    let number = name.get(..10).filter(|start| start.eq_ignore_ascii_case("ControlSet")).and_then(|_| name.get(10..));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
}

fn take(keys: &mut Vec<CellKeyNode>, name: &str) -> Option<CellKeyNode> {
    let found = keys.iter().position(|key| key.key_name.eq_ignore_ascii_case(name))?;
    Some(keys.swap_remove(found))
}

/// When a key was last written, in UTC as RFC 3339 to the second; nothing for a time that no Windows has seen.
fn written(key: &CellKeyNode) -> Option<String> {
    let seconds = u64::try_from(key.last_key_written_date_and_time().timestamp()).ok()?;
    // The last second of the year 9999.
    let seconds = Some(seconds).filter(|seconds| (1..=253_402_300_799).contains(seconds))?;
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?;
    Some(humantime::format_rfc3339_seconds(time).to_string())
}

fn is_damaged(logs: &Logs) -> bool {
    let mut codes = logs.get().into_iter().flatten().map(|log| log.code);
    codes.any(|code| matches!(code, LogCode::WarningParse | LogCode::WarningBigDataContent))
}

fn damaged(path: &str, logs: &Logs, what: &str) -> String {
    let told = logs.get().into_iter().flatten().map(|log| log.text.as_str()).next();
    let told = told.map(|told| format!(" ({told})")).unwrap_or_default();
    format!("the hive is damaged at `{}`: {what}{told}", path.trim_start_matches('\\'))
}
