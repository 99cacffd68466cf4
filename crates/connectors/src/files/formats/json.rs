//! JSON: an array of rows, rows one after the other (a line each, mostly), or one document.

use super::super::fault::FileFault;
use super::super::inferred::{Field, FileLimits, FileNote};
use super::scan::{Broken, Scan};
use super::shape::Shape;
use catalog::DataType;

/// What was found.
pub(in super::super) struct Rows {
    pub(in super::super) fields: Vec<Field>,
    pub(in super::super) notes: Vec<FileNote>,
    /// How many there were.
    pub(in super::super) read: u64,
}

/// Whether a text may be JSON at all.
pub(in super::super) fn looks_like_it(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// Whether it begins an array: then its pieces elsewhere tell nothing.
pub(in super::super) fn is_array(text: &str) -> bool {
    text.trim_start().starts_with('[')
}

/// The columns of a text; none if it is no JSON from its very beginning.
pub(in super::super) fn columns(pieces: &[String], whole: bool, limits: &FileLimits) -> Result<Option<Rows>, FileFault> {
    let Some(first) = pieces.first() else { return Err(FileFault::Empty) };
    let mut found = Found { rows: Shape::default(), other: Shape::default(), read: 0, others: 0, bad: 0, limits };
    let cut = found.piece(first, whole)?;
    if found.read == 0 {
        // A bracket may begin a text as well.
        return if found.bad == 0 && cut { Err(FileFault::RecordTooLong) } else { Ok(None) };
    }
    for (n, piece) in pieces.iter().enumerate().skip(1) {
        let Some(start) = piece.find('\n') else { continue };
        found.piece(&piece[start + 1..], n + 1 == pieces.len())?;
    }
    let mut notes = Vec::new();
    if found.bad > 0 {
        notes.push(FileNote::BadRecords);
    }
    if cut && whole {
        notes.push(FileNote::CutOff);
    }
    let mut fields = found.rows.fields();
    if found.others > 0 || fields.is_empty() {
        // Rows that are no objects have no names: one column holds them.
        let other = if fields.is_empty() { found.other.field("json", false) } else { Field::new("json", "json", DataType::Json, false) };
        fields = vec![other];
    }
    if fields.iter().map(Field::count).sum::<usize>() > limits.columns {
        return Err(FileFault::TooWide);
    }
    Ok(Some(Rows { fields, notes, read: found.read }))
}

struct Found<'a> {
    rows: Shape,
    other: Shape,
    read: u64,
    others: u64,
    bad: u64,
    limits: &'a FileLimits,
}

impl Found<'_> {
    /// Reads the rows of a piece; whether it ends within one. Rows that go beyond the end of an open piece are no matter.
    fn piece(&mut self, text: &str, last: bool) -> Result<bool, FileFault> {
        let mut scan = Scan::new(text, self.limits);
        let in_array = is_array(text);
        if in_array {
            scan.takes(b'[');
            if scan.takes(b']') {
                self.read += 1;
                return Ok(false);
            }
        }
        while let Some(byte) = scan.peek() {
            let start = scan.at;
            // A row that breaks off must not leave half of itself behind.
            let mut row = Shape::default();
            let result = scan.value(&mut row, 0);
            match result {
                Ok(()) => {
                    scan.at = start;
                    let into = if byte == b'{' { &mut self.rows } else { &mut self.other };
                    scan.value(into, 0).map_err(|broken| if broken == Broken::Wide { FileFault::TooWide } else { FileFault::Malformed })?;
                    self.others += u64::from(byte != b'{');
                    self.read += 1;
                }
                Err(Broken::Deep) => return Err(FileFault::TooDeep),
                Err(Broken::Wide) => return Err(FileFault::TooWide),
                Err(Broken::Ends) => return Ok(true),
                Err(Broken::Wrong) => {
                    self.bad += 1;
                    if in_array || (self.read == 0 && self.bad > 1) || !scan.next_line() {
                        return Ok(in_array);
                    }
                    continue;
                }
            }
            if in_array {
                if scan.takes(b']') {
                    return Ok(false);
                }
                if !scan.takes(b',') {
                    self.bad += u64::from(scan.peek().is_some());
                    return Ok(true);
                }
            }
        }
        Ok(in_array && last)
    }
}
