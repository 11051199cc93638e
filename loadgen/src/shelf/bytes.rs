//! How fields lie in the bytes of a record, one after the other.
//!
//! Integers are little-endian. A short text lies in its field; of a longer one the field holds the place in a file of
//! its own, to which texts are only ever added.

use std::{io, path::Path};

use super::file::Nameless;

/// A text of at most so many bytes lies in its record: a wallet's order number has 32.
const SHORT: usize = 48;

/// The length byte of a text that lies elsewhere.
const ELSEWHERE: u8 = u8::MAX;

/// Bytes that a text takes in its record.
pub(crate) const TEXT_BYTES: usize = 1 + SHORT;

/// Writes fields.
pub(crate) struct Out<'a> {
    rest: &'a mut [u8],
    texts: &'a mut Texts,
}

impl<'a> Out<'a> {
    pub(super) fn new(rest: &'a mut [u8], texts: &'a mut Texts) -> Self {
        Self { rest, texts }
    }

    /// One byte.
    pub(crate) fn u8(&mut self, value: u8) {
        self.bytes(&[value]);
    }

    /// Yes or no.
    pub(crate) fn flag(&mut self, value: bool) {
        self.u8(u8::from(value));
    }

    /// Two bytes.
    pub(crate) fn u16(&mut self, value: u16) {
        self.bytes(&value.to_le_bytes());
    }

    /// Four bytes.
    pub(crate) fn u32(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }

    /// Eight bytes.
    pub(crate) fn u64(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    /// Nine bytes: whether there is one, and which.
    pub(crate) fn maybe(&mut self, value: Option<u64>) {
        self.flag(value.is_some());
        self.u64(value.unwrap_or_default());
    }

    /// [`TEXT_BYTES`] bytes, whatever its length.
    pub(crate) fn text(&mut self, text: &str) {
        let (field, rest) = std::mem::take(&mut self.rest).split_at_mut(TEXT_BYTES);
        self.rest = rest;
        match u8::try_from(text.len()) {
            Ok(len) if text.len() <= SHORT => {
                field[0] = len;
                field[1..=text.len()].copy_from_slice(text.as_bytes());
            }
            Ok(_) | Err(_) => {
                field[0] = ELSEWHERE;
                field[1..9].copy_from_slice(&self.texts.add(text).to_le_bytes());
                field[9..17].copy_from_slice(&(text.len() as u64).to_le_bytes());
            }
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let (field, rest) = std::mem::take(&mut self.rest).split_at_mut(bytes.len());
        field.copy_from_slice(bytes);
        self.rest = rest;
    }
}

/// Reads fields in the order they were written in.
pub(crate) struct In<'a> {
    rest: &'a [u8],
    texts: &'a Texts,
}

impl<'a> In<'a> {
    pub(super) fn new(rest: &'a [u8], texts: &'a Texts) -> Self {
        Self { rest, texts }
    }

    /// One byte.
    pub(crate) fn u8(&mut self) -> u8 {
        u8::from_le_bytes(self.bytes())
    }

    /// Yes or no.
    pub(crate) fn flag(&mut self) -> bool {
        self.u8() != 0
    }

    /// Two bytes.
    pub(crate) fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.bytes())
    }

    /// Four bytes.
    pub(crate) fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.bytes())
    }

    /// Eight bytes.
    pub(crate) fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }

    /// Whether there is one, and which.
    pub(crate) fn maybe(&mut self) -> Option<u64> {
        let some = self.flag();
        let value = self.u64();
        some.then_some(value)
    }

    /// A text; empty where the file of long ones fails.
    pub(crate) fn text(&mut self) -> Box<str> {
        let field: [u8; TEXT_BYTES] = self.bytes();
        let word = |at: usize| {
            let bytes = field[at..at + 8].try_into();
            u64::from_le_bytes(bytes.expect("eight bytes are eight bytes"))
        };
        let bytes = match field[0] {
            ELSEWHERE => self.texts.at(word(1), word(9)),
            len => field[1..=usize::from(len)].to_vec(),
        };
        String::from_utf8(bytes).unwrap_or_default().into_boxed_str()
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let (field, rest) = self.rest.split_at(N);
        self.rest = rest;
        field.try_into().expect("it was split after N")
    }
}

/// Long texts, one after the other.
#[derive(Debug)]
pub(super) struct Texts {
    file: Nameless,
    end: u64,
}

impl Texts {
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        Ok(Self {
            file: Nameless::new(folder)?,
            end: 0,
        })
    }

    pub(super) fn failure(&self) -> Option<io::Error> {
        self.file.failure()
    }

    /// Adds a text; its place. A record that is changed adds its long text again: that costs room in the file for as
    /// long as the run lasts, and a record is changed a few times.
    fn add(&mut self, text: &str) -> u64 {
        let at = self.end;
        self.file.write(at, text.as_bytes());
        self.end += text.len() as u64;
        at
    }

    fn at(&self, place: u64, len: u64) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(len).unwrap_or_default()];
        match self.file.read(place, &mut bytes) {
            Some(()) => bytes,
            None => Vec::new(),
        }
    }
}
