//! The zip of a workbook: read by its directory, unpacked by us under a cap, and packed anew (stored) with what is needed alone. So the
//! reader of workbooks sees no size that is not true, no second directory, and nothing that it would multiply.

use std::io::Read;

use flate2::read::DeflateDecoder;

use super::super::super::fault::FileFault;
use super::super::super::inferred::FileLimits;

/// Files in a zip.
const ENTRIES: usize = 10_000;
/// Bytes of a part that is no sheet and no table of strings.
const SMALL: usize = 1 << 20;
/// Strings that cells refer to.
const STRINGS: usize = 2_000_000;
/// What formats come to, copied to each style of cells.
const FORMATS: usize = 32 << 20;

struct Entry<'a> {
    name: &'a str,
    packed: &'a [u8],
    stored: bool,
    size: usize,
}

/// The package with the parts that tell of cells, as a zip of our own.
pub(super) fn rebuilt(bytes: &[u8], limits: &FileLimits) -> Result<Vec<u8>, FileFault> {
    let entries = directory(bytes)?;
    let total: u64 = entries.iter().map(|entry| entry.size as u64).sum();
    if total > limits.workbook {
        return Err(FileFault::Bomb);
    }
    if !entries.iter().any(|entry| entry.name.eq_ignore_ascii_case("xl/workbook.xml")) {
        return Err(FileFault::Unknown);
    }
    let mut out = Zip::default();
    for entry in &entries {
        let name = entry.name.to_ascii_lowercase();
        let relations = matches!(name.as_str(), "_rels/.rels" | "[content_types].xml" | "xl/_rels/workbook.xml.rels" | "xl/workbook.xml");
        let sheet = name.strip_prefix("xl/worksheets/").is_some_and(|rest| !rest.contains('/'));
        match name.as_str() {
            "xl/sharedstrings.xml" => {
                let content = unpacked(entry)?;
                if content.windows(3).filter(|tag| *tag == b"<si").count() > STRINGS {
                    return Err(FileFault::TooLarge);
                }
                out.add(entry.name, &content);
            }
            "xl/styles.xml" => out.add(entry.name, &formats(&unpacked(entry)?)?),
            _ if relations => {
                let content = unpacked(entry)?;
                if content.len() > SMALL {
                    return Err(FileFault::TooLarge);
                }
                out.add(entry.name, &content);
            }
            _ if sheet => out.add(entry.name, &unpacked(entry)?),
            _ => {}
        }
    }
    Ok(out.finish())
}

/// Unpacks an entry; it must come to what it says.
fn unpacked(entry: &Entry<'_>) -> Result<Vec<u8>, FileFault> {
    let mut out = Vec::new();
    if entry.stored {
        out.extend_from_slice(entry.packed);
    } else {
        let read = DeflateDecoder::new(entry.packed).take(entry.size as u64 + 1).read_to_end(&mut out);
        read.map_err(|_| FileFault::Malformed)?;
    }
    match out.len().cmp(&entry.size) {
        std::cmp::Ordering::Greater => Err(FileFault::Bomb),
        std::cmp::Ordering::Less => Err(FileFault::Truncated),
        std::cmp::Ordering::Equal => Ok(out),
    }
}

/// Of the styles what tells dates from numbers: formats, and which style has which. Fonts and fills would be copied to each style.
fn formats(styles: &[u8]) -> Result<Vec<u8>, FileFault> {
    let text = String::from_utf8_lossy(styles);
    let part = |name: &str| {
        let (start, end) = (text.find(&format!("<{name}"))?, text.find(&format!("</{name}>"))?);
        text.get(start..end + name.len() + 3)
    };
    let (formats, cells) = (part("numFmts").unwrap_or_default(), part("cellXfs").unwrap_or_default());
    let longest = formats.split("<numFmt ").map(str::len).max().unwrap_or(0);
    if formats.len() + cells.len() > 8 * SMALL || longest.saturating_mul(cells.matches("<xf").count()) > FORMATS {
        return Err(FileFault::TooLarge);
    }
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">";
    Ok(format!("{head}{formats}{cells}</styleSheet>").into_bytes())
}

/// The entries that the directory at the end names.
fn directory(bytes: &[u8]) -> Result<Vec<Entry<'_>>, FileFault> {
    // The end of the directory is 22 bytes, and a comment.
    let from = bytes.len().saturating_sub(22 + usize::from(u16::MAX));
    let last = (from..bytes.len().saturating_sub(21)).rev().find(|at| bytes[*at..].starts_with(b"PK\x05\x06"));
    let end = &bytes[last.ok_or(FileFault::Truncated)?..];
    let count = usize::from(u16_at(end, 10)?);
    let start = u32_at(end, 16)?;
    if count == usize::from(u16::MAX) || start == u32::MAX as usize {
        // What is longer than that is not read.
        return Err(FileFault::TooLarge);
    }
    if count > ENTRIES {
        return Err(FileFault::Bomb);
    }
    let mut entries = Vec::new();
    let mut rest = bytes.get(start..).ok_or(FileFault::Malformed)?;
    for _ in 0..count {
        if !rest.starts_with(b"PK\x01\x02") {
            return Err(FileFault::Malformed);
        }
        let (flags, method) = (u16_at(rest, 8)?, u16_at(rest, 10)?);
        let (packed, size) = (u32_at(rest, 20)?, u32_at(rest, 24)?);
        let lengths = [28, 30, 32].map(|at| u16_at(rest, at).map(usize::from));
        let [name, extra, comment] = lengths;
        let (name, beside) = (name?, extra? + comment?);
        let local = u32_at(rest, 42)?;
        let name_bytes = rest.get(46..46 + name).ok_or(FileFault::Malformed)?;
        rest = rest.get(46 + name + beside..).ok_or(FileFault::Malformed)?;
        if flags & 1 != 0 {
            return Err(FileFault::Encrypted);
        }
        let head = bytes.get(local..).filter(|head| head.starts_with(b"PK\x03\x04")).ok_or(FileFault::Malformed)?;
        let data = 30 + usize::from(u16_at(head, 26)?) + usize::from(u16_at(head, 28)?);
        let packed = head.get(data..).and_then(|data| data.get(..packed)).ok_or(FileFault::Truncated)?;
        let stored = match method {
            0 => true,
            8 => false,
            _ => return Err(FileFault::Malformed),
        };
        if let Ok(name) = std::str::from_utf8(name_bytes) {
            entries.push(Entry { name, packed, stored, size });
        }
    }
    Ok(entries)
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, FileFault> {
    let two = bytes.get(at..at + 2).and_then(|two| two.try_into().ok()).ok_or(FileFault::Truncated)?;
    Ok(u16::from_le_bytes(two))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<usize, FileFault> {
    let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).ok_or(FileFault::Truncated)?;
    usize::try_from(u32::from_le_bytes(four)).map_err(|_| FileFault::TooLarge)
}

/// A zip that stores.
#[derive(Default)]
struct Zip {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

impl Zip {
    fn add(&mut self, name: &str, content: &[u8]) {
        let mut sum = flate2::Crc::new();
        sum.update(content);
        // Sizes are below the cap of a workbook, names below 64 KiB.
        let four = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
        let name_length = u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes();
        let mut common = vec![20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0];
        common.extend(sum.sum().to_le_bytes());
        common.extend(four(content.len()));
        common.extend(four(content.len()));
        common.extend(name_length);
        common.extend([0, 0]);
        let offset = four(self.bytes.len());
        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(&common);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(content);
        self.directory.extend(b"PK\x01\x02\x14\x00");
        self.directory.extend(&common);
        self.directory.extend([0; 10]);
        self.directory.extend(offset);
        self.directory.extend(name.as_bytes());
        self.count += 1;
    }

    fn finish(mut self) -> Vec<u8> {
        let four = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
        let (start, length) = (four(self.bytes.len()), four(self.directory.len()));
        self.bytes.append(&mut self.directory);
        self.bytes.extend(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend(self.count.to_le_bytes());
        self.bytes.extend(self.count.to_le_bytes());
        self.bytes.extend(length);
        self.bytes.extend(start);
        self.bytes.extend([0, 0]);
        self.bytes
    }
}
