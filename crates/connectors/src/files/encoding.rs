//! Bytes to text: BOM, UTF-16 by its NULs, UTF-8, else Windows-1252.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::fault::FileFault;
use super::inferred::FileNote;

/// The encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    /// UTF-8 with bytes in it that are none.
    Utf8Mostly,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

/// Words that are longer than any that a bad byte may cut a sequence into.
const NUL_SHARE: usize = 4;

impl Encoding {
    /// The encoding of pieces of a file, the first one its beginning. A character may be cut in two where a piece ends or begins.
    pub(super) fn of(pieces: &[&[u8]]) -> Result<Self, FileFault> {
        let first = pieces.first().copied().unwrap_or_default();
        match first {
            [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Err(FileFault::Unknown),
            [0xff, 0xfe, ..] => return Ok(Self::Utf16Le),
            [0xfe, 0xff, ..] => return Ok(Self::Utf16Be),
            _ => {}
        }
        // Western text in UTF-16 has a NUL in nearly every pair, always on the same side.
        let sample = &first[..first.len().min(64 << 10)];
        let (mut even, mut odd) = (0, 0);
        for pair in sample.chunks_exact(2) {
            even += usize::from(pair[0] == 0);
            odd += usize::from(pair[1] == 0);
        }
        let pairs = sample.len() / 2;
        if even + odd > 0 {
            return match (even, odd) {
                (0, odd) if odd * NUL_SHARE >= pairs => Ok(Self::Utf16Le),
                (even, 0) if even * NUL_SHARE >= pairs => Ok(Self::Utf16Be),
                _ => Err(FileFault::Unknown),
            };
        }
        let (mut good, mut bad) = (0, 0);
        for (n, piece) in pieces.iter().enumerate() {
            let piece = if n == 0 { piece } else { &piece[piece.iter().take(3).take_while(|b| (0x80..0xc0).contains(*b)).count()..] };
            for chunk in piece.utf8_chunks() {
                good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
                bad += usize::from(!chunk.invalid().is_empty());
            }
            // Cut in two by the end of the piece.
            if let Err(error) = std::str::from_utf8(&piece[piece.len().saturating_sub(8)..])
                && error.error_len().is_none()
            {
                bad = bad.saturating_sub(1);
            }
        }
        let controls = sample.iter().filter(|b| **b < 0x20 && !b"\t\n\r\x0c\x1b\x1a".contains(b)).count();
        if controls * 20 > sample.len() {
            return Err(FileFault::Unknown);
        }
        Ok(match (good, bad) {
            (_, 0) => Self::Utf8,
            (good, bad) if good > bad => Self::Utf8Mostly,
            _ => Self::Windows1252,
        })
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 | Self::Utf8Mostly => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
        }
    }

    /// What is to be told of it.
    pub(super) fn note(self) -> Option<FileNote> {
        match self {
            Self::Utf8Mostly => Some(FileNote::BadBytes),
            Self::Windows1252 => Some(FileNote::Windows1252),
            _ => None,
        }
    }

    /// The text of a piece, without a BOM. What is none in it becomes U+FFFD.
    pub(super) fn text(self, piece: &[u8]) -> String {
        let text = match self {
            Self::Utf8 | Self::Utf8Mostly => String::from_utf8_lossy(piece),
            Self::Utf16Le => UTF_16LE.decode_without_bom_handling(piece).0,
            Self::Utf16Be => UTF_16BE.decode_without_bom_handling(piece).0,
            Self::Windows1252 => WINDOWS_1252.decode_without_bom_handling(piece).0,
        };
        text.strip_prefix('\u{feff}').map_or_else(|| text.to_string(), str::to_owned)
    }
}
