//! Catalogs of random content in random layouts: everything that TOML allows to be written in several ways.

use toml::{Table, Value};

/// Random choices. When the rolls are used up, every choice is 0, the plainest one, so that failures shrink to plain
/// texts.
pub(super) struct Dice<'d> {
    rolls: std::slice::Iter<'d, u8>,
    /// A counter that makes names and comments differ from one another.
    count: usize,
}

impl<'d> Dice<'d> {
    pub fn new(rolls: &'d [u8]) -> Self {
        Dice { rolls: rolls.iter(), count: 0 }
    }

    /// Returns a number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.rolls.next().map_or(0, |roll| usize::from(*roll)) % sides.max(1)
    }

    /// Returns `true` one time in `times`.
    pub fn is_rare(&mut self, times: usize) -> bool {
        self.roll(times) == times - 1
    }

    pub fn one_of<'c>(&mut self, choices: &[&'c str]) -> &'c str {
        choices[self.roll(choices.len())]
    }

    pub fn count(&mut self) -> usize {
        self.count += 1;
        self.count
    }
}

const NAMES: &[&str] = &["a", "b", "tls4", "x.y", "d-e", "k_1", "*"];
const SECTIONS: &[&str] = &["provider", "base", "layer", "chain", "application"];
const KEYS: &[&str] =
    &["provider", "family", "type", "needs", "services", "hidden", "version", "summary", "layers", "base", "own"];

/// Returns the tables of a catalog, realistic only in their shape.
pub(super) fn content(dice: &mut Dice) -> Table {
    let mut content = Table::new();
    content.insert("format".to_owned(), Value::Integer(1));
    for key in ["title", "order", "disable"] {
        if dice.is_rare(2) {
            content.insert(key.to_owned(), value(dice, key));
        }
    }
    for section in SECTIONS {
        let mut entries = Table::new();
        for _ in 0..dice.roll(3) {
            entries.insert(dice.one_of(NAMES).to_owned(), Value::Table(entry(dice)));
        }
        if !entries.is_empty() || dice.is_rare(6) {
            content.insert((*section).to_owned(), Value::Table(entries));
        }
    }
    if dice.is_rare(2) {
        let codes = (0..dice.roll(3)).map(|at| (format!("code-{at}"), Value::String("allow".to_owned())));
        content.insert("lint".to_owned(), Value::Table(codes.collect()));
    }
    let guarantees: Vec<Value> = (0..dice.roll(3)).map(|_| Value::Table(guarantee(dice))).collect();
    if !guarantees.is_empty() {
        content.insert("always".to_owned(), Value::Array(guarantees));
    }
    content
}

/// Returns an entry, which may be empty.
pub(super) fn entry(dice: &mut Dice) -> Table {
    let mut entry = Table::new();
    for _ in 0..dice.roll(5) {
        let key = dice.one_of(KEYS);
        entry.insert(key.to_owned(), value(dice, key));
    }
    if dice.is_rare(3) {
        let options = (0..dice.roll(3)).map(|_| (dice.one_of(NAMES).to_owned(), value(dice, "version")));
        entry.insert("options".to_owned(), Value::Table(options.collect()));
    }
    entry
}

fn guarantee(dice: &mut Dice) -> Table {
    let mut request = Table::new();
    for key in ["family", "require"] {
        if dice.is_rare(2) {
            request.insert(key.to_owned(), value(dice, key));
        }
    }
    let mut guarantee = Table::new();
    guarantee.insert("request".to_owned(), Value::Table(request));
    if dice.is_rare(2) {
        guarantee.insert("never".to_owned(), value(dice, "never"));
    }
    guarantee
}

/// Returns a value of a type that the key takes.
pub(super) fn value(dice: &mut Dice, key: &str) -> Value {
    match key {
        "order" | "disable" | "needs" | "services" | "layers" | "require" | "never" => {
            Value::Array((0..dice.roll(5)).map(|_| Value::String(name(dice))).collect())
        }
        "hidden" => Value::Boolean(dice.is_rare(2)),
        "version" => Value::Integer(dice.roll(200) as i64),
        _ => Value::String(name(dice)),
    }
}

/// Returns a name that a catalog could contain, or a text that is hard to parse.
pub(super) fn name(dice: &mut Dice) -> String {
    match dice.roll(12) {
        11 => "# no comment, ] \"or\" }".to_owned(),
        10 => "it's".to_owned(),
        _ => format!("n{}", dice.count()),
    }
}

/// Returns a catalog of this content in a random layout.
pub(super) fn text(content: &Table, dice: &mut Dice) -> String {
    let mut top = String::new();
    let mut chunks: Vec<String> = Vec::new();
    for (key, value) in content {
        match value {
            Value::Table(section) => self::section(key, section, &mut top, &mut chunks, dice),
            Value::Array(items) if items.iter().any(Value::is_table) && !dice.is_rare(4) => {
                elements(key, items, &mut chunks, dice);
            }
            _ => {
                let pair = pair(&[key], value, dice);
                top.push_str(&line(&pair, dice));
            }
        }
    }
    let mut text = top;
    for chunk in chunks {
        // Most catalogs separate their tables by blank lines.
        text.push_str(["\n", "\n", "", "\n\n", "\n# free\n\n"][dice.roll(5)]);
        text.push_str(&chunk);
    }
    text.push_str(["", "", "\n", "# the end\n", "\n\n# the end\n", " \n"][dice.roll(6)]);
    if dice.is_rare(5) {
        text.pop();
    }
    if dice.is_rare(4) {
        text = text.replace('\n', "\r\n");
    }
    if dice.is_rare(5) { format!("\u{feff}{text}") } else { text }
}

fn section(name: &str, entries: &Table, top: &mut String, chunks: &mut Vec<String>, dice: &mut Dice) {
    match dice.roll(8) {
        // `chain = { ... }` and `chain.x = ...`, above all tables.
        7 => {
            let pair = pair(&[name], &Value::Table(entries.clone()), dice);
            top.push_str(&line(&pair, dice));
        }
        6 if !entries.is_empty() => top.push_str(&dotted(&[name], entries, dice)),
        // `[chain]` with its content below.
        form => {
            let is_flat = form == 5 || entries.is_empty() || entries.values().any(|entry| !entry.is_table());
            if is_flat {
                let mut chunk = line(&header(&[name], "[", dice), dice);
                let mut further = Vec::new();
                for (key, value) in entries {
                    match value {
                        Value::Table(table) if !table.is_empty() && dice.is_rare(2) => {
                            let lines = dotted(&[key], table, dice);
                            chunk.push_str(&lines);
                        }
                        Value::Table(table) if dice.is_rare(3) => sections(&[name, key], table, &mut further, dice),
                        _ => {
                            let pair = pair(&[key], value, dice);
                            chunk.push_str(&line(&pair, dice));
                        }
                    }
                }
                place(chunk, chunks, dice);
                further.into_iter().for_each(|chunk| place(chunk, chunks, dice));
                return;
            }
            for (key, value) in entries {
                let mut further = Vec::new();
                if let Value::Table(table) = value {
                    sections(&[name, key], table, &mut further, dice);
                }
                further.into_iter().for_each(|chunk| place(chunk, chunks, dice));
            }
        }
    }
}

/// Writes a table with a header, and its subtables in a random way.
pub(super) fn sections(path: &[&str], table: &Table, chunks: &mut Vec<String>, dice: &mut Dice) {
    let mut lines = String::new();
    let mut further = Vec::new();
    for (key, value) in table {
        match value {
            Value::Table(inner) if dice.is_rare(3) => {
                let path: Vec<&str> = path.iter().copied().chain([key.as_str()]).collect();
                sections(&path, inner, &mut further, dice);
            }
            Value::Table(inner) if !inner.is_empty() && dice.is_rare(3) => lines.push_str(&dotted(&[key], inner, dice)),
            _ => {
                let pair = pair(&[key], value, dice);
                lines.push_str(&line(&pair, dice));
            }
        }
    }
    // The header of an empty table can be omitted if there is one below it.
    if !lines.is_empty() || further.is_empty() || !dice.is_rare(2) {
        let header = header(path, "[", dice);
        chunks.push(format!("{}{lines}", line(&header, dice)));
    }
    chunks.append(&mut further);
}

fn elements(key: &str, items: &[Value], chunks: &mut Vec<String>, dice: &mut Dice) {
    for item in items {
        let Value::Table(table) = item else { continue };
        let header_line = header(&[key], "[[", dice);
        let mut chunk = line(&header_line, dice);
        let mut below = String::new();
        for (inner, value) in table {
            match value {
                Value::Table(table) if dice.is_rare(3) => {
                    let header = header(&[key, inner], "[", dice);
                    below.push_str(&line(&header, dice));
                    for (key, value) in table {
                        let pair = pair(&[key], value, dice);
                        below.push_str(&line(&pair, dice));
                    }
                }
                _ => {
                    let pair = pair(&[inner], value, dice);
                    chunk.push_str(&line(&pair, dice));
                }
            }
        }
        chunks.push(chunk + &below);
    }
}

/// Inserts a chunk at a random place. Elements of arrays keep their order, because only other chunks are inserted
/// between them.
fn place(chunk: String, chunks: &mut Vec<String>, dice: &mut Dice) {
    let at = chunks.len() - dice.roll(chunks.len() + 1).min(chunks.len());
    chunks.insert(at, chunk);
}

/// Returns the keys of a table, each with the table's path before it.
fn dotted(path: &[&str], table: &Table, dice: &mut Dice) -> String {
    let mut lines = String::new();
    for (key, value) in table {
        let path: Vec<&str> = path.iter().copied().chain([key.as_str()]).collect();
        match value {
            Value::Table(inner) if !inner.is_empty() && dice.is_rare(2) => lines.push_str(&dotted(&path, inner, dice)),
            _ => {
                let pair = pair(&path, value, dice);
                lines.push_str(&line(&pair, dice));
            }
        }
    }
    lines
}

/// Returns a line, with random text above it and after it.
fn line(body: &str, dice: &mut Dice) -> String {
    let above = match dice.roll(12) {
        11 => format!("\n# above {}\n", dice.count()),
        10 => format!("  # above {} \"\n", dice.count()),
        9 => " \t\n".to_owned(),
        8 => "\n".to_owned(),
        _ => String::new(),
    };
    let indent = ["", "", "", "", "  ", "\t"][dice.roll(6)];
    let behind = comment(dice, 5);
    format!("{above}{indent}{body}{behind}\n")
}

/// Returns a trailing comment one time in `times`.
fn comment(dice: &mut Dice, times: usize) -> String {
    match (dice.is_rare(times), dice.roll(3)) {
        (true, 0) => format!(" # {}", dice.count()),
        (true, 1) => format!("\t#{} ] = ' ", dice.count()),
        (true, _) => "#".to_owned(),
        (false, 2) => " ".to_owned(),
        (false, _) => String::new(),
    }
}

fn header(path: &[&str], open: &str, dice: &mut Dice) -> String {
    let close = "]".repeat(open.len());
    let space = if dice.is_rare(6) { " " } else { "" };
    format!("{open}{space}{}{space}{close}", keys(path, dice))
}

fn keys(path: &[&str], dice: &mut Dice) -> String {
    let dot = if dice.is_rare(8) { " . " } else { "." };
    path.iter().map(|part| key(part, dice)).collect::<Vec<_>>().join(dot)
}

fn key(name: &str, dice: &mut Dice) -> String {
    let is_bare = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    match dice.roll(8) {
        7 => format!("'{name}'"),
        6 => format!("\"{name}\""),
        _ if is_bare => name.to_owned(),
        _ => format!("\"{name}\""),
    }
}

fn pair(path: &[&str], value: &Value, dice: &mut Dice) -> String {
    let between = ["=", " = ", " = ", " = ", "\t=  ", "    = "][(dice.roll(6) + 1) % 6];
    format!("{}{between}{}", keys(path, dice), written(value, dice))
}

/// Returns a value, written in a random way.
pub(super) fn written(value: &Value, dice: &mut Dice) -> String {
    match value {
        Value::String(text) => string(text, dice),
        Value::Integer(number) => {
            [format!("{number}"), format!("0x{number:x}"), format!("+{number}")][dice.roll(3)].clone()
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| written(item, dice)).collect();
            block("[", &items, "]", dice)
        }
        Value::Table(table) => {
            let items: Vec<String> = table.iter().map(|(key, value)| pair(&[key], value, dice)).collect();
            block("{", &items, "}", dice)
        }
        Value::Boolean(value) => value.to_string(),
        other => panic!("catalogs of these tests hold no {}", other.type_str()),
    }
}

fn string(text: &str, dice: &mut Dice) -> String {
    let is_plain = !text.contains(['"', '\'', '\\']);
    match dice.roll(6) {
        5 if is_plain => format!("'''{text}'''"),
        4 if is_plain => format!("\"\"\"{text}\"\"\""),
        3 | 4 if is_plain => format!("'{text}'"),
        _ => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

fn block(open: &str, items: &[String], close: &str, dice: &mut Dice) -> String {
    let ends_with_comma = !items.is_empty() && dice.is_rare(3);
    if !dice.is_rare(3) {
        let pad = ["", " ", "  "][dice.roll(3)];
        let gap = [", ", ",", " , ", ",\t"][dice.roll(4)];
        let end = if ends_with_comma { "," } else { "" };
        return format!("{open}{pad}{}{end}{pad}{close}", items.join(gap));
    }
    let indent = ["    ", "  ", "\t", ""][dice.roll(4)];
    let mut text = format!("{open}{}\n", comment(dice, 5));
    let leads_with_comma = dice.is_rare(6);
    for (at, item) in items.iter().enumerate() {
        let is_last = at + 1 == items.len();
        if dice.is_rare(6) {
            text.push_str(&format!("{indent}# above {}\n", dice.count()));
        }
        let before = if leads_with_comma && at > 0 { ", " } else { "" };
        let comma = if !leads_with_comma && (!is_last || ends_with_comma) { "," } else { "" };
        text.push_str(&format!("{indent}{before}{item}{comma}"));
        if is_last && dice.is_rare(6) {
            return format!("{text} {close}");
        }
        // Sometimes several items share a line.
        let end = if dice.is_rare(4) && !is_last { " ".to_owned() } else { format!("{}\n", comment(dice, 4)) };
        text.push_str(&end);
    }
    if dice.is_rare(6) {
        text.push_str(&format!("{indent}# below {}\n\n", dice.count()));
    }
    format!("{text}{close}")
}
