//! A shelf beside a plain row, with so little memory that nearly everything lies in the file.

use std::env::temp_dir;

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Note {
    number: Option<u64>,
    small: (u8, u16, u32),
    text: String,
}

impl Fixed for Note {
    const BYTES: usize = 9 + 1 + 2 + 4 + TEXT_BYTES;

    fn write(&self, out: &mut Out<'_>) {
        out.maybe(self.number);
        out.u8(self.small.0);
        out.u16(self.small.1);
        out.u32(self.small.2);
        out.text(&self.text);
    }

    fn read(from: &mut In<'_>) -> Self {
        Self {
            number: from.maybe(),
            small: (from.u8(), from.u16(), from.u32()),
            text: from.text().into(),
        }
    }
}

fn notes() -> impl Strategy<Value = Note> {
    let text = prop_oneof!["[a-f0-9]{32}", "[a-z余额 ]{0,60}", "x{48,49}", "y{250,600}"];
    (any::<Option<u64>>(), any::<(u8, u16, u32)>(), text).prop_map(|(number, small, text)| Note { number, small, text })
}

#[derive(Clone, Debug)]
enum Act {
    Push(Note),
    /// Of the record at this share of all.
    Change(prop::sample::Index, Note),
    Get(prop::sample::Index),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        3 => notes().prop_map(Act::Push),
        1 => (any::<prop::sample::Index>(), notes()).prop_map(|(at, note)| Act::Change(at, note)),
        1 => any::<prop::sample::Index>().prop_map(Act::Get),
    ];
    prop::collection::vec(act, 0..400)
}

proptest! {
    #[test]
    fn it_is_a_row(keep in prop_oneof![Just(1_usize), 1..10_usize, Just(BLOCK), Just(2 * BLOCK - 1)], acts in acts()) {
        let mut shelf = Shelf::new(&temp_dir(), keep).unwrap();
        let mut row: Vec<Note> = Vec::new();
        for act in acts {
            match act {
                Act::Push(note) => {
                    shelf.push(&note);
                    row.push(note);
                }
                Act::Change(at, note) if !row.is_empty() => {
                    let at = at.index(row.len());
                    let before = shelf.change(at, |kept| std::mem::replace(kept, note.clone()));
                    prop_assert_eq!(before, Some(std::mem::replace(&mut row[at], note)));
                }
                Act::Get(at) if !row.is_empty() => {
                    let at = at.index(row.len());
                    prop_assert_eq!(shelf.get(at), row.get(at).cloned());
                }
                Act::Change(..) | Act::Get(_) => prop_assert_eq!(shelf.get(0), None),
            }
        }
        prop_assert_eq!((shelf.len(), shelf.get(row.len())), (row.len(), None));
        prop_assert_eq!(shelf.iter().collect::<Vec<_>>(), row);
        prop_assert!(shelf.failure().is_none());
    }
}

#[test]
fn a_file_that_fails_is_told() {
    assert!(Shelf::<Note>::new(Path::new("/nowhere/at/all"), 1).is_err());
    let mut shelf = Shelf::new(&temp_dir(), 1).unwrap();
    for _ in 0..3 {
        shelf.push(&Note::default());
    }
    shelf.file = Nameless::new(&temp_dir()).unwrap();
    assert_eq!(shelf.get(2), Some(Note::default()), "the newest lies in memory");
    assert!(shelf.failure().is_none());
    assert_eq!((shelf.get(0), shelf.iter().count()), (None, 0));
    assert_eq!(shelf.failure().unwrap().kind(), io::ErrorKind::UnexpectedEof);
}
