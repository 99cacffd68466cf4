//! The cells of a sheet, one after the other: never as the rectangle that holds them, which two cells can make as large as they like.

use std::collections::HashMap;
use std::io::{Read, Seek};

use calamine::{DataRef, XlsxCellReader};

use super::super::super::fault::FileFault;
use super::super::super::inferred::{Field, FileLimits, InferredTable};
use super::super::super::lattice::Profile;
use super::super::csv::{is_header, names};

/// Rows by which the table is found: what stands above it has fewer cells.
const FIRST: usize = 50;

/// A value of a cell.
enum Value {
    Text(String),
    Number(f64),
    Boolean,
    /// A date, or a point in time if it has a time of day.
    Moment(bool),
}

/// The filled cells of a row, by their columns.
type Row = Vec<(usize, Value)>;

/// The table of a sheet; none if nothing is in it.
pub(super) fn table<R: Read + Seek>(mut cells: XlsxCellReader<'_, R>, limits: &FileLimits) -> Result<Option<InferredTable>, FileFault> {
    let mut first: Vec<Row> = Vec::new();
    let mut found: Option<Found> = None;
    let (mut row, mut number) = (Row::new(), None);
    loop {
        let cell = cells.next_cell().map_err(|_| FileFault::Malformed)?;
        let position = cell.as_ref().map(calamine::Cell::get_position);
        if number.is_some() && position.map(|(row, _)| row) != number {
            take(std::mem::take(&mut row), &mut first, &mut found, limits)?;
        }
        let (Some(cell), Some((line, column))) = (cell, position) else { break };
        number = Some(line);
        if let Some(value) = value(cell.get_value()) {
            row.push((column as usize, value));
            if row.len() > limits.columns {
                return Err(FileFault::TooWide);
            }
        }
    }
    if found.is_none() {
        found = Found::begin(&mut first, limits)?;
    }
    Ok(found.map(Found::table))
}

/// Takes a row: the first ones are kept until it is clear where the table begins.
fn take(row: Row, first: &mut Vec<Row>, found: &mut Option<Found>, limits: &FileLimits) -> Result<(), FileFault> {
    if row.is_empty() {
        return Ok(());
    }
    if let Some(found) = found {
        found.add(&row);
        return Ok(());
    }
    first.push(row);
    if first.len() == FIRST {
        *found = Found::begin(first, limits)?;
    }
    Ok(())
}

fn value(cell: &DataRef<'_>) -> Option<Value> {
    Some(match cell {
        #[expect(clippy::cast_precision_loss, reason = "a spreadsheet's numbers are floats")]
        DataRef::Int(n) => Value::Number(*n as f64),
        DataRef::Float(n) => Value::Number(*n),
        DataRef::String(text) | DataRef::DurationIso(text) => Value::Text(text.clone()),
        DataRef::SharedString(text) => Value::Text((*text).to_owned()),
        DataRef::Bool(_) => Value::Boolean,
        DataRef::DateTime(moment) => Value::Moment(moment.as_f64().fract() != 0.0 || moment.is_duration()),
        DataRef::DateTimeIso(text) => Value::Moment(text.contains('T')),
        // #N/A, #REF! and the like are no values.
        DataRef::Error(_) | DataRef::Empty => return None,
    })
    .filter(|value| !matches!(value, Value::Text(text) if text.is_empty()))
}

impl Value {
    fn seen_by(&self, profile: &mut Profile) {
        match self {
            Self::Text(text) => profile.quoted(text),
            Self::Number(n) => profile.number(&n.to_string()),
            Self::Boolean => profile.boolean(),
            Self::Moment(time) => profile.moment(*time),
        }
    }
}

/// A table whose place is known.
struct Found {
    head: Vec<String>,
    /// The values of the first row, in case it is one of values.
    values: Row,
    start: usize,
    profiles: Vec<Profile>,
    seen_again: Vec<bool>,
    rows: u64,
}

impl Found {
    /// Finds the table in the first rows: it begins with the first one that has at least half as many cells as most have.
    fn begin(first: &mut Vec<Row>, limits: &FileLimits) -> Result<Option<Self>, FileFault> {
        let widest = first.iter().map(Vec::len).max().unwrap_or(0);
        let Some(at) = first.iter().position(|row| row.len() * 2 > widest) else { return Ok(None) };
        let mut rows = first.drain(at..);
        let Some(values) = rows.next() else { return Ok(None) };
        let rest: Vec<Row> = rows.collect();
        first.clear();
        let end = |row: &Row| row.iter().map(|(column, _)| column + 1).max().unwrap_or(0);
        let start = values.iter().map(|(column, _)| *column).min().unwrap_or(0);
        // Where most rows end; of two that are as many, the nearer.
        let mut ends: HashMap<usize, usize> = HashMap::new();
        for row in &rest {
            *ends.entry(end(row)).or_default() += 1;
        }
        let usual = ends
            .into_iter()
            .max_by_key(|(end, rows)| (*rows, std::cmp::Reverse(*end)))
            .filter(|(_, rows)| *rows > 1)
            .map_or(0, |(end, _)| end);
        let width = end(&values).max(usual) - start;
        if width > limits.columns {
            return Err(FileFault::TooWide);
        }
        let mut head = vec![String::new(); end(&values) - start];
        for (column, value) in &values {
            head[column - start] = match value {
                Value::Text(text) => text.clone(),
                Value::Number(n) => n.to_string(),
                Value::Boolean => "true".to_owned(),
                Value::Moment(_) => "2000-01-01".to_owned(),
            };
        }
        let mut found = Self { head, values, start, profiles: vec![Profile::default(); width], seen_again: vec![false; width], rows: 0 };
        for row in &rest {
            found.add(row);
        }
        Ok(Some(found))
    }

    fn add(&mut self, row: &Row) {
        let mut filled = 0;
        for (column, value) in row {
            let Some(n) = column.checked_sub(self.start).filter(|n| *n < self.profiles.len()) else { continue };
            // Cells are in order: what lies between is empty.
            for profile in self.profiles.get_mut(filled..n).unwrap_or_default() {
                profile.null();
            }
            filled = n + 1;
            value.seen_by(&mut self.profiles[n]);
            self.seen_again[n] |= matches!(value, Value::Text(text) if self.head.get(n) == Some(text));
        }
        for profile in self.profiles.get_mut(filled..).unwrap_or_default() {
            profile.null();
        }
        self.rows += 1;
    }

    fn table(mut self) -> InferredTable {
        let named = is_header(&self.head, &self.profiles, &self.seen_again, self.rows);
        if !named {
            let values = std::mem::take(&mut self.values);
            self.add(&values);
        }
        let names = names(if named { &self.head } else { &[] }, self.profiles.len());
        let field = |(name, profile): (String, Profile)| {
            let (found, nullable) = profile.data_type();
            Field::found(name, found, nullable)
        };
        let fields = names.into_iter().zip(self.profiles).map(field).collect();
        InferredTable { name: None, fields, rows: Some(self.rows), looked_at: self.rows }
    }
}
