//! What was left out or replaced, and why: one record for each corner.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::limits::NAME_BYTES;
use crate::words::words;

/// How many notes are kept; the others are counted.
const KEPT: usize = 100;

words! {
    /// What happened to a corner of a source.
    NoteCode {
        /// A text is not in the encoding that it should have: what could not be read of it stands as U+FFFD.
        TextReplaced = "TEXT_REPLACED",
        /// Its columns could not be read.
        ColumnsUnreadable = "COLUMNS_UNREADABLE",
        /// Its defaults could not be read.
        DefaultsUnreadable = "DEFAULTS_UNREADABLE",
        /// Its keys could not be read.
        KeysUnreadable = "KEYS_UNREADABLE",
        /// Its comments could not be read.
        CommentsUnreadable = "COMMENTS_UNREADABLE",
        /// Nothing of the table could be read.
        TableUnreadable = "TABLE_UNREADABLE",
        /// Nothing of the database could be read.
        DatabaseUnreadable = "DATABASE_UNREADABLE",
        /// Its name is longer than any name is: it was left out, and what is told of it is the beginning of its name.
        NameTooLong = "NAME_TOO_LONG",
        /// Tables of one day each stand as one table.
        DaysCollapsed = "DAYS_COLLAPSED",
        /// The source sent fewer rows than it has.
        CutOff = "CUT_OFF",
        /// A file is of no known format.
        FileUnknown = "FILE_UNKNOWN",
        /// A file is empty.
        FileEmpty = "FILE_EMPTY",
        /// A file lies in an archive.
        FileArchived = "FILE_ARCHIVED",
        /// A file may not be read.
        FileForbidden = "FILE_FORBIDDEN",
        /// A file went away while it was read.
        FileMissing = "FILE_MISSING",
        /// A file, or a part of it, is larger than what is read.
        FileTooLarge = "FILE_TOO_LARGE",
        /// Values of a file lie in each other too deeply.
        FileTooDeep = "FILE_TOO_DEEP",
        /// A file does not keep to its format, or ends too early.
        FileMalformed = "FILE_MALFORMED",
        /// A file is encrypted.
        FileEncrypted = "FILE_ENCRYPTED",
        /// A file unpacks to more than it says.
        FileHostile = "FILE_HOSTILE",
        /// Something of a file was passed over, or guessed; the rest was read.
        FileRead = "FILE_READ",
        /// A file has a name that is none, or that another one has.
        FileName = "FILE_NAME",
        /// Files of a folder differ in the type of a column.
        TypesMerged = "TYPES_MERGED",
        /// The parts that it is made of have different types for it: it stands as text.
        TypesDiffer = "TYPES_DIFFER",
    }
}

/// One corner of a source that was left out or replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What happened.
    pub code: NoteCode,
    /// The name of what it happened to.
    pub object: String,
    /// What that means, in our own words: never a text of the source's.
    pub text: Cow<'static, str>,
}

impl Note {
    /// A note on an object.
    pub fn new(code: NoteCode, object: impl Into<String>, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code, object: object.into(), text: text.into() }
    }
}

/// A note on something that is left out for its name, which is cut.
pub(crate) fn too_long<'a>(names: impl IntoIterator<Item = &'a str>) -> Note {
    let longest = names.into_iter().max_by_key(|name| name.len()).unwrap_or_default();
    let begun = &longest[..longest.floor_char_boundary(NAME_BYTES)];
    Note::new(NoteCode::NameTooLong, begun, format!("a name has {NAME_BYTES} bytes at most: what has a longer one is left out"))
}

/// The first notes, and how many there were.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    first: Vec<Note>,
    total: u64,
}

impl Notes {
    pub(crate) fn add(&mut self, mut note: Note) {
        self.total += 1;
        if self.first.len() < KEPT {
            note.object.truncate(note.object.floor_char_boundary(NAME_BYTES));
            self.first.push(note);
        }
    }

    /// Adds those of a part.
    pub(crate) fn extend(&mut self, part: Self) {
        self.total += part.total;
        let room = KEPT - self.first.len();
        self.first.extend(part.first.into_iter().take(room));
    }

    /// The first ones, and the number of all.
    pub(crate) fn told(self) -> (Vec<Note>, u64) {
        (self.first, self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_hundred_and_a_count() {
        let mut notes = Notes::default();
        for n in 0..250 {
            let object = if n == 0 { "é".repeat(NAME_BYTES) } else { n.to_string() };
            notes.add(Note { code: NoteCode::TableUnreadable, object, text: "it cannot be read".into() });
        }
        let (first, total) = notes.told();
        assert_eq!((first.len(), total), (100, 250));
        assert_eq!((first[0].object.len(), first[99].object.as_str()), (NAME_BYTES, "99"));
    }
}
