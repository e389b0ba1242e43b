//! SYSTEM hives. See `winsock` for what is asserted.
//!
//! An input is the first sector of a hive, followed by the hive's bins. The rest of the base block, which is not read, is added, and so
//! is the checksum of the sector, which no fuzzer would guess.

use sockatlas::winsock::SourceForm;

/// The bytes of the base block that the checksum covers, with the checksum.
const SECTOR: usize = 512;

/// The offset at which bins begin.
const BINS: usize = 4096;

pub fn run(input: &[u8]) {
    let Some((sector, bins)) = input.split_at_checked(SECTOR) else { return };
    let mut hive = sector.to_vec();
    let numbers = sector[..SECTOR - 4].as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes));
    // 0 and -1 stand for other checksums.
    let checksum = match numbers.fold(0, |sum, number| sum ^ number) {
        0 => 1,
        u32::MAX => u32::MAX - 1,
        sum => sum,
    };
    hive[SECTOR - 4..].copy_from_slice(&checksum.to_le_bytes());
    hive.resize(BINS, 0);
    hive.extend_from_slice(bins);
    super::winsock::run(SourceForm::Hive, &hive);
}
