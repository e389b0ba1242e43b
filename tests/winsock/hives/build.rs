//! Writes hives and transaction logs, byte for byte after the description of the format by Maxim Suhanov.

/// A key to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    /// Names, types and data.
    pub values: Vec<(String, u32, Vec<u8>)>,
    pub keys: Vec<Key>,
}

/// How lists of keys are written.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum List {
    Plain,
    Fast,
    Hashed,
    /// Lists of two keys each, and a list of them.
    Divided,
}

pub const LISTS: [List; 4] = [List::Plain, List::Fast, List::Hashed, List::Divided];

/// Where bins begin.
pub const BINS: usize = 4096;

/// The bytes of a value's data that are not divided into segments.
const SEGMENT: usize = 16344;

pub fn key(name: &str, values: &[(&str, u32, &[u8])], keys: Vec<Key>) -> Key {
    let values = values.iter().map(|(name, kind, data)| ((*name).to_owned(), *kind, data.to_vec())).collect();
    Key { name: name.to_owned(), values, keys }
}

/// A SYSTEM hive's root key with nothing but `Parameters`.
pub fn system(mut parameters: Key) -> Key {
    parameters.name = "Parameters".to_owned();
    let above = ["WinSock2", "Services", "ControlSet001"];
    let set = above.iter().fold(parameters, |below, name| key(name, &[], vec![below]));
    key("ROOT", &[], vec![set, key("Select", &[("Current", 4, &[1, 0, 0, 0])], Vec::new())])
}

struct Cells {
    bins: Vec<u8>,
    security: u32,
    list: List,
}

impl Cells {
    fn add(&mut self, data: &[u8]) -> u32 {
        let offset = u32::try_from(self.bins.len()).expect("test hives are small");
        let length = (data.len() + 4).next_multiple_of(8);
        self.bins.extend_from_slice(&(-i32::try_from(length).expect("test cells are small")).to_le_bytes());
        self.bins.extend_from_slice(data);
        self.bins.resize(offset as usize + length, 0);
        offset
    }

    fn key(&mut self, key: &Key) -> u32 {
        let (cell, below) = self.key_cell(key, 0);
        let offset = self.add(&cell);
        self.adopt(&below, offset);
        offset
    }

    /// Writes into keys which key they are below.
    fn adopt(&mut self, keys: &[u32], parent: u32) {
        for key in keys {
            self.bins[*key as usize + 20..][..4].copy_from_slice(&parent.to_le_bytes());
        }
    }

    /// A key's cell, and the keys below it.
    fn key_cell(&mut self, key: &Key, flags: u16) -> (Vec<u8>, Vec<u32>) {
        let keys: Vec<(u32, &Key)> = key.keys.iter().map(|below| (self.key(below), below)).collect();
        let list = self.list(&keys);
        let values: Vec<u32> = key.values.iter().map(|(name, kind, data)| self.value(name, *kind, data)).collect();
        let value_list = if values.is_empty() { u32::MAX } else { self.add(&numbers(&values)) };
        let (name, flag) = name(&key.name, 0x20);
        let mut cell = b"nk".to_vec();
        cell.extend_from_slice(&(flags | flag).to_le_bytes());
        cell.extend_from_slice(&[0; 8]);
        let (count, value_count) = (key.keys.len() as u32, values.len() as u32);
        cell.extend_from_slice(&numbers(&[0, 0, count, 0, list, u32::MAX, value_count, value_list, self.security]));
        cell.extend_from_slice(&numbers(&[u32::MAX, 510, 0, 510, 1 << 20, 0]));
        cell.extend_from_slice(&(name.len() as u16).to_le_bytes());
        cell.extend_from_slice(&[0; 2]);
        cell.extend_from_slice(&name);
        (cell, keys.iter().map(|(key, _)| *key).collect())
    }

    fn list(&mut self, keys: &[(u32, &Key)]) -> u32 {
        let write = |cells: &mut Cells, keys: &[(u32, &Key)]| {
            let mut cell = match cells.list {
                List::Plain | List::Divided => b"li".to_vec(),
                List::Fast => b"lf".to_vec(),
                List::Hashed => b"lh".to_vec(),
            };
            cell.extend_from_slice(&(keys.len() as u16).to_le_bytes());
            for (offset, key) in keys {
                cell.extend_from_slice(&offset.to_le_bytes());
                let hint = match cells.list {
                    List::Plain | List::Divided => continue,
                    List::Fast => key.name.bytes().chain([0; 4]).take(4).collect(),
                    List::Hashed => {
                        let units = key.name.to_uppercase();
                        let hash = |hash: u32, unit| hash.wrapping_mul(37).wrapping_add(u32::from(unit));
                        units.encode_utf16().fold(0, hash).to_le_bytes().to_vec()
                    }
                };
                cell.extend_from_slice(&hint);
            }
            cells.add(&cell)
        };
        if keys.is_empty() {
            return u32::MAX;
        }
        if self.list != List::Divided {
            return write(self, keys);
        }
        let lists: Vec<u32> = keys.chunks(2).map(|keys| write(self, keys)).collect();
        let mut cell = b"ri".to_vec();
        cell.extend_from_slice(&(lists.len() as u16).to_le_bytes());
        cell.extend_from_slice(&numbers(&lists));
        self.add(&cell)
    }

    fn value(&mut self, called: &str, kind: u32, data: &[u8]) -> u32 {
        let length = data.len() as u32;
        let (length, at) = match data.len() {
            0..=4 => {
                let mut resident = [0; 4];
                resident[..data.len()].copy_from_slice(data);
                (length | 1 << 31, u32::from_le_bytes(resident))
            }
            5..=SEGMENT => (length, self.add(data)),
            _ => {
                let segments: Vec<u32> = data.chunks(SEGMENT).map(|segment| self.add(segment)).collect();
                let list = self.add(&numbers(&segments));
                let mut cell = b"db".to_vec();
                cell.extend_from_slice(&(segments.len() as u16).to_le_bytes());
                cell.extend_from_slice(&list.to_le_bytes());
                (length, self.add(&cell))
            }
        };
        let (name, flag) = name(called, 1);
        let mut cell = b"vk".to_vec();
        cell.extend_from_slice(&(name.len() as u16).to_le_bytes());
        cell.extend_from_slice(&numbers(&[length, at, kind]));
        cell.extend_from_slice(&flag.to_le_bytes());
        cell.extend_from_slice(&[0; 2]);
        cell.extend_from_slice(&name);
        self.add(&cell)
    }
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// A name's bytes, and the flag where they are ISO 8859-1.
fn name(name: &str, flag: u16) -> (Vec<u8>, u16) {
    match name.chars().map(u8::try_from).collect() {
        Ok(bytes) => (bytes, flag),
        Err(_) => (name.encode_utf16().flat_map(u16::to_le_bytes).collect(), 0),
    }
}

/// A sound hive with a root key and all below it.
pub fn hive(root: &Key, list: List) -> Vec<u8> {
    let mut cells = Cells { bins: vec![0; 32], security: 0, list };
    // Its cell is the first, so that changes of the hive do not move it.
    let root_at = cells.add(&vec![0; 76 + root.name.len()]);
    let mut security = b"sk\0\0".to_vec();
    let security_at = cells.bins.len() as u32;
    security.extend_from_slice(&numbers(&[security_at, security_at, 1, 20, 0x8000_0001, 0, 0, 0, 0]));
    cells.security = cells.add(&security);
    let (root, below) = cells.key_cell(root, 0x0c);
    cells.adopt(&below, root_at);
    cells.bins[root_at as usize + 4..][..root.len()].copy_from_slice(&root);
    let mut bins = cells.bins;
    let end = (bins.len() + 8).next_multiple_of(4096);
    bins.extend_from_slice(&((end - bins.len()) as u32).to_le_bytes());
    bins.resize(end, 0);
    bins[..12].copy_from_slice(b"hbin\0\0\0\0\0\0\0\0");
    bins[8..12].copy_from_slice(&(end as u32).to_le_bytes());
    let mut hive = b"regf".to_vec();
    hive.extend_from_slice(&numbers(&[7, 7, 0x1234, 0, 1, 5, 0, 1, root_at, end as u32, 1]));
    hive.resize(BINS, 0);
    hive.extend_from_slice(&bins);
    seal(&mut hive);
    hive
}

/// Writes the checksum of a base block.
pub fn seal(base: &mut [u8]) {
    let sum = base[..508].as_chunks::<4>().0.iter().fold(0, |sum, bytes| sum ^ u32::from_le_bytes(*bytes));
    base[508..512].copy_from_slice(&sum.to_le_bytes());
}

/// Sets numbers of a base block, and its checksum.
pub fn set(base: &mut [u8], numbers: &[(usize, u32)]) {
    for (at, number) in numbers {
        base[*at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
    seal(base);
}

/// A hive in use: its last change, of this number, was begun and not completed.
pub fn begun(mut hive: Vec<u8>, number: u32) -> Vec<u8> {
    set(&mut hive, &[(4, number), (8, number - 1)]);
    hive
}

/// The first sector of a log.
fn log_base(hive: &[u8], number: u32, kind: u32) -> Vec<u8> {
    let mut base = hive[..512].to_vec();
    set(&mut base, &[(4, number), (8, number), (28, kind)]);
    base
}

/// The pages of 4096 bytes in which the bins of two hives differ, as the later one has them, and how many bytes its bins have.
fn pages(before: &[u8], after: &[u8]) -> (u32, Vec<(usize, Vec<u8>)>) {
    let pages = after[BINS..].chunks(4096).enumerate().map(|(page, bytes)| (page * 4096, bytes.to_vec()));
    let pages = pages.filter(|(at, bytes)| before.get(BINS + at..BINS + at + bytes.len()) != Some(bytes)).collect();
    ((after.len() - BINS) as u32, pages)
}

/// An entry of a log since Windows 8.1: the change from one hive to another.
pub fn entry(number: u32, before: &[u8], after: &[u8]) -> Vec<u8> {
    let (bins, pages) = pages(before, after);
    let mut entry = b"HvLE".to_vec();
    entry.extend_from_slice(&numbers(&[0, 0, number, bins, pages.len() as u32, 0, 0, 0, 0]));
    for (at, bytes) in &pages {
        entry.extend_from_slice(&numbers(&[*at as u32, bytes.len() as u32]));
    }
    entry.extend(pages.into_iter().flat_map(|(_, bytes)| bytes));
    entry.resize(entry.len().next_multiple_of(512), 0);
    let length = entry.len() as u32;
    entry[4..8].copy_from_slice(&length.to_le_bytes());
    hash(&mut entry);
    entry
}

/// Writes the hashes of an entry.
pub fn hash(entry: &mut [u8]) {
    let body = marvin(&entry[40..]);
    entry[24..32].copy_from_slice(&body);
    let head = marvin(&entry[..32]);
    entry[32..40].copy_from_slice(&head);
}

/// A log since Windows 8.1 whose first entry has this number.
pub fn log(hive: &[u8], number: u32, entries: &[Vec<u8>]) -> Vec<u8> {
    let mut log = log_base(hive, number, 6);
    log.extend(entries.iter().flatten());
    log
}

/// A log before Windows 8.1: the change from one hive to another.
pub fn old_log(number: u32, before: &[u8], after: &[u8]) -> Vec<u8> {
    let mut log = log_base(after, number, 1);
    let (bins, pages) = pages(before, after);
    let mut map = vec![0_u8; (bins as usize).div_ceil(4096)];
    for (at, _) in &pages {
        map[at / 4096] = 0xff;
    }
    log.extend_from_slice(b"DIRT");
    log.extend_from_slice(&map);
    log.resize(log.len().next_multiple_of(512), 0);
    log.extend(pages.into_iter().flat_map(|(_, bytes)| bytes));
    log
}

/// Marvin32 with the seed of transaction logs.
fn marvin(bytes: &[u8]) -> [u8; 8] {
    let (mut low, mut high) = (0x7a4e_55c5_u32, 0x82ef_4d88_u32);
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(4) + 4, 0);
    for number in padded.as_chunks::<4>().0 {
        low = low.wrapping_add(u32::from_le_bytes(*number));
        high ^= low;
        low = low.rotate_left(20).wrapping_add(high);
        high = high.rotate_left(9) ^ low;
        low = low.rotate_left(27).wrapping_add(high);
        high = high.rotate_left(19);
    }
    (u64::from(high) << 32 | u64::from(low)).to_le_bytes()
}
