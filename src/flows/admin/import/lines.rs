//! The physical lines of a file, one at a time, none longer than is bearable.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

use zeroize::Zeroizing;

/// Nothing that is said of one citizen is longer.
pub(super) const MOST_BYTES: usize = 64 * 1024;

pub(super) struct Line {
    /// From 1.
    pub number: u64,
    pub text: Text,
}

pub(super) enum Text {
    /// Without what ended the line.
    Whole(Zeroizing<Vec<u8>>),
    TooLong,
}

pub(super) struct Lines<R> {
    reader: R,
    number: u64,
    /// Lines that were read and given back.
    returned: VecDeque<Line>,
}

impl<R: BufRead> Lines<R> {
    pub fn new(reader: R) -> Self {
        Self { reader, number: 0, returned: VecDeque::new() }
    }

    pub fn next(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.returned.pop_front() {
            return Ok(Some(line));
        }
        let mut bytes = Zeroizing::new(Vec::new());
        let read = self.reader.by_ref().take(MOST_BYTES as u64 + 2).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let ended = bytes.last() == Some(&b'\n');
        if ended {
            bytes.pop();
        }
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        let text = if bytes.len() <= MOST_BYTES {
            Text::Whole(bytes)
        } else {
            if !ended {
                self.skip_rest()?;
            }
            Text::TooLong
        };
        Ok(Some(Line { number: self.number, text }))
    }

    /// Gives lines back, to be read again in the same order.
    pub fn give_back(&mut self, lines: impl DoubleEndedIterator<Item = Line>) {
        for line in lines.rev() {
            self.returned.push_front(line);
        }
    }

    fn skip_rest(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(());
            }
            match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => {
                    self.reader.consume(at + 1);
                    return Ok(());
                }
                None => {
                    let length = buffer.len();
                    self.reader.consume(length);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &[u8]) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut lines = Lines::new(io::BufReader::with_capacity(16, file));
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            let text = match line.text {
                Text::Whole(bytes) => Some(bytes.to_vec()),
                Text::TooLong => None,
            };
            all.push((line.number, text));
        }
        all
    }

    #[test]
    fn a_line_ends_as_any_system_ends_it() {
        let expected = [(1, Some(b"a".to_vec())), (2, Some(Vec::new())), (3, Some(b"b\rc".to_vec()))];
        assert_eq!(read(b"a\r\n\nb\rc"), expected);
    }

    #[test]
    fn a_line_without_end_takes_no_memory_and_the_next_one_is_read() {
        let mut file = vec![b'x'; MOST_BYTES + 1];
        file.extend_from_slice(b"\nb\n");
        assert_eq!(read(&file), [(1, None), (2, Some(b"b".to_vec()))]);
        let mut file = vec![b'x'; MOST_BYTES];
        file.extend_from_slice(b"\r\nb");
        assert_eq!(read(&file)[0].1.as_ref().unwrap().len(), MOST_BYTES);
        assert_eq!(read(&vec![b'x'; 5 * MOST_BYTES]), [(1, None)]);
    }
}
