//! Renders the `WinSock2\Parameters` of a hive as an export, in which each key has the time of its last write.
//!
//! `Select` names the current control set. A hive that `reg save` made of `WinSock2` or of its `Parameters` alone has no control
//! sets, and is read too.
//! sets; it is read too.

use super::Damage;
use super::cells::Cells;
use super::keys::Key;
use super::values::Value;
use crate::catalog::quoted;
use crate::winsock::reg::{Render, control_set_name, kinds};
use std::time::{Duration, UNIX_EPOCH};

/// The greatest depth of keys below `Parameters`; the catalogs of Windows have three levels.
const MOST_LEVELS: usize = 16;

/// The path that is used for a hive that `reg save` made of these keys alone.
const SAVED: &str = r"SAVED_KEY\WinSock2\Parameters";

pub(super) struct Export<'h> {
    cells: Cells<'h>,
    root: u32,
}

impl<'h> Export<'h> {
    /// Creates the export of a hive with the offset of its root key.
    pub fn new(cells: Cells<'h>, root: u32) -> Self {
        Export { cells, root }
    }

    /// Returns the text of the export, with the remarks as comments before its keys.
    pub fn text(mut self, control_set: Option<u32>, remarks: &[String]) -> Result<String, String> {
        let (parameters, path) = self.parameters(control_set)?;
        let mut render = Render::new(false);
        for remark in remarks {
            render.comment(remark);
        }
        self.key(&mut render, &parameters, &path, 0)?;
        Ok(render.finish())
    }

    /// Returns the key `Parameters` that is exported, and its path in the export.
    fn parameters(&mut self, control_set: Option<u32>) -> Result<(Key, String), String> {
        let root = Key::at(&mut self.cells, self.root).map_err(|damage| format!("the hive is damaged: {damage}"))?;
        let mut top = self.children(&root, "")?;
        let has = |name| top.iter().any(|key: &Key| key.is(name));
        if control_set.is_none() && has("Protocol_Catalog9") {
            return Ok((root, SAVED.to_owned()));
        }
        let is_system = has("Select") || top.iter().any(|key| is_control_set(&key.name));
        if control_set.is_none()
            && !is_system
            && let Some(parameters) = take(&mut top, "Parameters")
        {
            return Ok((parameters, SAVED.to_owned()));
        }
        if !is_system {
            return Err("this is no SYSTEM hive: it has neither `Select` nor a control set".to_owned());
        }
        let wanted = match control_set {
            Some(number) => number,
            None => self.current(&top)?,
        };
        let name = control_set_name(wanted);
        let Some(mut key) = take(&mut top, &name) else {
            let names = top.iter().map(|key| key.name.as_str());
            let names: Vec<&str> = names.filter(|name| is_control_set(name)).collect();
            let names = if names.is_empty() { "none".to_owned() } else { quoted(&names) };
            return Err(format!("the hive has no control set `{name}`: it has {names}"));
        };
        let mut path = format!(r"HKEY_LOCAL_MACHINE\SYSTEM\{name}");
        for name in ["Services", "WinSock2", "Parameters"] {
            let mut below = self.children(&key, &path)?;
            key = take(&mut below, name)
                .ok_or_else(|| format!("the hive has nothing of Winsock: `{path}` has no key `{name}`"))?;
            path = format!("{path}\\{name}");
        }
        Ok((key, path))
    }

    /// Returns the number of the current control set.
    fn current(&mut self, top: &[Key]) -> Result<u32, String> {
        if let Some(select) = top.iter().find(|key| key.is("Select")) {
            let within = damaged_at("Select");
            for offset in select.values(&mut self.cells).map_err(&within)? {
                let Value { name, data } = Value::at(&mut self.cells, offset).map_err(&within)?;
                if name.eq_ignore_ascii_case("Current")
                    && data.kind == kinds::DWORD
                    && let Some(number) = data.dword()
                {
                    return Ok(number);
                }
            }
        }
        Err("the hive does not say which control set is current: it has no dword `Select\\Current`".to_owned())
    }

    /// Renders a key and all keys below it.
    fn key(&mut self, render: &mut Render, key: &Key, path: &str, level: usize) -> Result<(), String> {
        let damaged = damaged_at(path);
        if level > MOST_LEVELS {
            return Err(damaged(Damage::Deep { levels: MOST_LEVELS }));
        }
        self.cells.spend(path.len()).map_err(&damaged)?;
        let unwritable = |error| format!("`{path}` cannot be written as text: {error}");
        render.key(path, written(key.written).as_deref()).map_err(unwritable)?;
        for offset in key.values(&mut self.cells).map_err(&damaged)? {
            let value = Value::at(&mut self.cells, offset).map_err(&damaged)?;
            render.value(&value.name, &value.data).map_err(unwritable)?;
        }
        for child in self.children(key, path)? {
            self.key(render, &child, &format!("{path}\\{}", child.name), level + 1)?;
        }
        Ok(())
    }

    /// Returns all keys directly below a key.
    fn children(&mut self, key: &Key, path: &str) -> Result<Vec<Key>, String> {
        key.children(&mut self.cells).map_err(damaged_at(path))
    }
}

fn is_control_set(name: &str) -> bool {
    let number = name.get(..10).filter(|start| start.eq_ignore_ascii_case("ControlSet")).and_then(|_| name.get(10..));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
}

fn take(keys: &mut Vec<Key>, name: &str) -> Option<Key> {
    let found = keys.iter().position(|key| key.is(name))?;
    Some(keys.swap_remove(found))
}

fn damaged_at(path: &str) -> impl Fn(Damage) -> String + '_ {
    move |damage| match path {
        "" => format!("the hive is damaged at its root key: {damage}"),
        path => format!("the hive is damaged at `{path}`: {damage}"),
    }
}

/// Formats the time of a key's last write, in UTC as RFC 3339 to the second. Returns `None` for a time that no Windows can have
/// set.
fn written(time: u64) -> Option<String> {
    // The seconds from 1601 to 1970.
    let seconds = (time / 10_000_000).checked_sub(11_644_473_600)?;
    // The last second of the year 9999.
    let seconds = Some(seconds).filter(|seconds| (1..=253_402_300_799).contains(seconds))?;
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?;
    Some(humantime::format_rfc3339_seconds(time).to_string())
}
