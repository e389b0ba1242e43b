//! The hash Marvin32 of the entries of transaction logs. Microsoft published it with .NET (`marvin.h` of the CoreCLR).

/// Returns the hash of bytes with a seed.
pub(super) fn marvin32(seed: u64, bytes: &[u8]) -> u64 {
    let (low, high) = (seed & u64::from(u32::MAX), seed >> 32);
    let mut state = [low, high].map(|half| u32::try_from(half).unwrap_or_default());
    let (numbers, rest) = bytes.as_chunks();
    for number in numbers {
        mix(&mut state, u32::from_le_bytes(*number));
    }
    // The remaining bytes, followed by the byte that marks the end.
    let end = rest.iter().rfold(0x80, |end, &byte| end << 8 | u32::from(byte));
    mix(&mut state, end);
    mix(&mut state, 0);
    u64::from(state[0]) | u64::from(state[1]) << 32
}

fn mix([a, b]: &mut [u32; 2], number: u32) {
    *a = a.wrapping_add(number);
    *b ^= *a;
    *a = a.rotate_left(20).wrapping_add(*b);
    *b = b.rotate_left(9) ^ *a;
    *a = a.rotate_left(27).wrapping_add(*b);
    *b = b.rotate_left(19);
}
