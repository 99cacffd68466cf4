//! Text in columns: delimiter by consistency, quotes with newlines inside, preamble, header or none.

mod header;
mod records;

use std::collections::HashMap;

use super::super::fault::FileFault;
use super::super::inferred::{Field, FileLimits};
use super::super::lattice::Profile;
pub(super) use header::is_header;
use records::{Records, fields_of};

/// Delimiters, the likelier one first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The columns of a text, given as its beginning and further pieces, each of which begins anywhere; and how many rows were read.
pub(in super::super) fn columns(pieces: &[String], whole: bool, limits: &FileLimits) -> Result<(Vec<Field>, u64), FileFault> {
    let first = pieces.first().map_or("", String::as_str);
    if first.trim().is_empty() && whole {
        return Err(FileFault::Empty);
    }
    if !whole && !first.contains(['\n', '\r']) {
        return Err(FileFault::RecordTooLong);
    }
    let (delimiter, width) = delimiter(first, whole, limits)?;
    let mut records = Records::new(first, delimiter, !whole);
    // What stands before the table has one field, where rows have several. Lines like these are never rows.
    let is_row = |record: &str| width == 1 || fields_of(record, delimiter).nth(1).is_some();
    let Some(head) = records.by_ref().find(|record| is_row(record)) else { return Err(FileFault::Empty) };
    let head: Vec<String> = fields_of(head, delimiter).map(std::borrow::Cow::into_owned).collect();
    let columns = head.len().max(width);
    let mut profiles = vec![Profile::default(); columns];
    let mut seen_again = vec![false; columns];
    let mut rows = 0_u64;
    let mut take = |record: &str| {
        let mut length = 0;
        for (n, value) in fields_of(record, delimiter).take(columns).enumerate() {
            profiles[n].text(&value);
            seen_again[n] |= head.get(n).is_some_and(|name| *name == value);
            length = n + 1;
        }
        profiles[length..].iter_mut().for_each(Profile::null);
        rows += 1;
    };
    records.filter(|record| is_row(record)).for_each(&mut take);
    for piece in &pieces[1.min(pieces.len())..] {
        // It begins somewhere, perhaps between quotes: rows of the usual width are rows.
        let Some(start) = piece.find('\n') else { continue };
        let last = std::ptr::eq(piece, &raw const pieces[pieces.len() - 1]);
        let all = Records::new(&piece[start + 1..], delimiter, !last);
        all.filter(|record| fields_of(record, delimiter).count() == width).for_each(&mut take);
    }
    let named = is_header(&head, &profiles, &seen_again, rows);
    if !named {
        for (n, profile) in profiles.iter_mut().enumerate() {
            match head.get(n) {
                Some(value) => profile.text(value),
                None => profile.null(),
            }
        }
    }
    let names = names(if named { &head } else { &[] }, columns);
    let field = |(name, profile): (String, Profile)| {
        let (found, nullable) = profile.data_type();
        Field::found(name, found, nullable || !whole)
    };
    let fields = names.into_iter().zip(profiles).map(field).collect();
    Ok((fields, rows + u64::from(!named)))
}

/// The delimiter under which most lines have the same number of fields, and that number.
fn delimiter(text: &str, whole: bool, limits: &FileLimits) -> Result<(u8, usize), FileFault> {
    let mut best = (0_u64, b',', 1);
    for delimiter in DELIMITERS {
        if !text.as_bytes().contains(&delimiter) {
            continue;
        }
        let mut widths: HashMap<usize, u64> = HashMap::new();
        let mut total = 0_u64;
        for record in Records::new(text, delimiter, !whole) {
            let width = fields_of(record, delimiter).take(limits.columns + 1).count();
            if width > limits.columns {
                return Err(FileFault::TooWide);
            }
            *widths.entry(width).or_default() += 1;
            total += 1;
        }
        let most = widths.into_iter().filter(|(width, _)| *width > 1).max_by_key(|(width, rows)| (*rows, *width));
        if let Some((width, rows)) = most {
            // In thousandths: consistency, and a little for each column.
            let score = rows * 1_000 / total.max(1) + width.min(20) as u64 * 2;
            if score > best.0 {
                best = (score, delimiter, width);
            }
        }
    }
    Ok((best.1, best.2))
}

/// Names as written; empty ones are `columnN`, and of two equal ones the second is `name_2`.
pub(super) fn names(head: &[String], columns: usize) -> Vec<String> {
    let mut taken: HashMap<String, usize> = HashMap::new();
    let written: std::collections::HashSet<&str> = head.iter().map(String::as_str).collect();
    (0..columns)
        .map(|n| {
            let base = head.get(n).filter(|name| !name.trim().is_empty()).cloned().unwrap_or_else(|| format!("column{}", n + 1));
            let mut name = base.clone();
            let count = taken.entry(base.clone()).or_default();
            *count += 1;
            if *count > 1 {
                name = format!("{base}_{count}");
                while written.contains(name.as_str()) {
                    *count += 1;
                    name = format!("{base}_{count}");
                }
            }
            name
        })
        .collect()
}
