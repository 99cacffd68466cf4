//! Workbooks. Their zip is taken apart by hand, summed and counted, before anything else looks into it; see [`package`].

mod package;
mod sheet;

use std::io::Cursor;

use calamine::{Reader, Xlsx};

use super::super::fault::FileFault;
use super::super::inferred::{FileLimits, InferredTable};

/// How a zip begins.
pub(in super::super) const MAGIC: &[u8] = b"PK\x03\x04";

/// Bytes of the names of a workbook's sheets.
const NAME: usize = 255;

/// A table for each filled sheet of a workbook; the only one has no name.
pub(in super::super) fn tables(bytes: &[u8], limits: &FileLimits) -> Result<Vec<InferredTable>, FileFault> {
    let sound = package::rebuilt(bytes, limits)?;
    let mut book = Xlsx::new(Cursor::new(sound)).map_err(|_| FileFault::Malformed)?;
    let mut tables = Vec::new();
    for name in book.sheet_names() {
        // Charts have no cells.
        let Ok(cells) = book.worksheet_cells_reader(&name) else { continue };
        if let Some(mut table) = sheet::table(cells, limits)? {
            table.name = Some(name).filter(|name| name.len() <= NAME);
            tables.push(table);
        }
    }
    match tables.as_mut_slice() {
        [] => return Err(FileFault::Empty),
        [only] => only.name = None,
        _ => {}
    }
    Ok(tables)
}
