//! A queue of bytes in one piece of memory.

/// A queue of bytes: they are added at the back and removed at the front.
///
/// The bytes are contiguous, and can be changed in place: TLS decrypts them where they were received. Room at the back is kept
/// initialised, so that it is cleared once and not for each read.
#[derive(Default)]
pub struct Buffer {
    memory: Vec<u8>,
    start: usize,
    end: usize,
}

impl Buffer {
    /// Creates a buffer without memory.
    pub const fn new() -> Self {
        Buffer { memory: Vec::new(), start: 0, end: 0 }
    }

    /// Returns the waiting bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.memory[self.start..self.end]
    }

    /// Returns the waiting bytes, to be changed in place.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.memory[self.start..self.end]
    }

    /// Returns the number of waiting bytes.
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Returns whether no bytes wait.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Removes bytes from the front; a count that is too large removes all.
    pub fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
        if self.is_empty() {
            (self.start, self.end) = (0, 0);
        }
    }

    /// Adds bytes at the back.
    pub fn push(&mut self, bytes: &[u8]) {
        self.room(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        self.end += bytes.len();
    }

    /// Returns room for at least `least` bytes at the back. Bytes that are written there count once they are
    /// [`filled`](Buffer::filled).
    pub fn room(&mut self, least: usize) -> &mut [u8] {
        if self.memory.len() - self.end < least {
            // Moving the bytes to the front is cheaper than growing, because few bytes wait as a rule.
            if self.start > 0 {
                self.memory.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, self.len());
            }
            let size = (self.end + least).next_multiple_of(GROWTH);
            if self.memory.len() < size {
                self.memory.resize(size, 0);
            }
        }
        &mut self.memory[self.end..]
    }

    /// Adds the first `count` bytes that were written to [`room`](Buffer::room); at most as many as it had.
    pub fn filled(&mut self, count: usize) {
        self.end = (self.end + count).min(self.memory.len());
    }

    /// Moves bytes from the front to the beginning of `target`; returns the number of bytes moved.
    pub fn read(&mut self, target: &mut [u8]) -> usize {
        let count = self.len().min(target.len());
        target[..count].copy_from_slice(&self.bytes()[..count]);
        self.consume(count);
        count
    }

    /// Removes and returns all bytes.
    pub fn take(&mut self) -> Vec<u8> {
        let bytes = self.bytes().to_vec();
        *self = Buffer::new();
        bytes
    }

    /// Frees the memory if no bytes wait.
    pub fn release(&mut self) {
        self.release_beyond(0);
    }

    /// Frees the memory if no bytes wait, and if it is more than `kept` bytes.
    pub(super) fn release_beyond(&mut self, kept: usize) {
        if self.is_empty() && self.memory.len() > kept {
            *self = Buffer::new();
        }
    }
}

/// The step in bytes by which the memory grows.
pub(super) const GROWTH: usize = 4096;

impl std::fmt::Debug for Buffer {
    /// Writes the number of waiting bytes; the bytes themselves may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Buffer({} bytes)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_in_the_order_they_went_in() {
        let mut buffer = Buffer::new();
        let (mut fed, mut got) = (Vec::new(), Vec::new());
        for step in 1..200_usize {
            let bytes: Vec<u8> = (0..step * 37 % 5000).map(|at| (at + step) as u8).collect();
            buffer.push(&bytes);
            fed.extend(bytes);
            let mut some = vec![0; step * 91 % 6000];
            let count = buffer.read(&mut some);
            got.extend(&some[..count]);
        }
        got.extend(buffer.take());
        assert!(fed == got && buffer.is_empty());
    }

    #[test]
    fn memory_does_not_grow_while_few_bytes_wait() {
        let mut buffer = Buffer::new();
        for _ in 0..1000 {
            buffer.push(&[7; 3000]);
            buffer.consume(2999);
            buffer.consume(1);
        }
        assert_eq!(buffer.memory.len(), GROWTH);
    }
}
