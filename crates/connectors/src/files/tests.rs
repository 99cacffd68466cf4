//! Files by independent writers, and hostile ones. The writers' files are made by the script beside them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;

use super::fault::FileFault;
use super::infer::infer;
use super::inferred::{Field, FileLimits, FileNote, Inferred};
use super::source::{FileError, FileSource, Object};

/// Bytes in memory.
struct Memory(Bytes);

#[async_trait]
impl FileSource for Memory {
    async fn read(&self, _: &Object, range: Range<u64>) -> Result<Bytes, FileError> {
        let at = |n: u64| usize::try_from(n).expect("small").min(self.0.len());
        Ok(self.0.slice(at(range.start)..at(range.end)))
    }
}

async fn of(bytes: impl Into<Bytes>) -> Result<Inferred, FileFault> {
    let bytes = bytes.into();
    let object = Object { key: "x".to_owned(), size: bytes.len() as u64 };
    infer(&Memory(bytes), &object, FileLimits::default()).await
}

fn made(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/files").join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A line a field: `name: native → type?`, fields inside of others indented.
fn lines(fields: &[Field]) -> String {
    fn walk(fields: &[Field], depth: usize, out: &mut String) {
        for field in fields {
            let null = if field.nullable { "?" } else { "" };
            let _ = writeln!(out, "{}{}: {} → {}{null}", "  ".repeat(depth), field.name, field.native, field.data_type.as_str());
            walk(&field.fields, depth + 1, out);
        }
    }
    let mut out = String::new();
    walk(fields, 0, &mut out);
    out
}

#[tokio::test]
async fn files_by_independent_writers() {
    let mut all = String::new();
    for name in [
        "types.parquet",
        "empty.parquet",
        "types.avro",
        "deflated.avro",
        "types.orc",
        "zlib.orc",
        "snappy.orc",
        "zstd.orc",
        "book.xlsx",
        "books.xlsx",
    ] {
        let found = of(made(name)).await.unwrap_or_else(|e| panic!("{name}: {e:?}"));
        let _ = writeln!(all, "== {name} {:?} {:?}", found.format, found.notes);
        for table in found.tables {
            let _ = writeln!(all, "-- {} rows {:?}\n{}", table.name.unwrap_or_default(), table.rows, lines(&table.fields));
        }
    }
    insta::assert_snapshot!(all);
    assert_eq!(of(made("wide.parquet")).await.expect("a file").tables[0].fields.len(), 60);
    // Two cells at the ends of a sheet are no rectangle of 17 thousand million.
    assert_eq!(of(made("far.xlsx")).await.expect("a file").tables[0].fields.len(), 1);
}

/// A file that is cut anywhere, or has a byte changed anywhere, is a table or a note; nothing breaks down.
#[tokio::test]
async fn cut_and_changed_files() {
    for name in ["types.parquet", "types.avro", "types.orc", "snappy.orc", "book.xlsx"] {
        let sound = made(name);
        for n in (0..sound.len()).step_by(7) {
            let _ = of(sound[..n].to_vec()).await;
            let mut changed = sound.clone();
            changed[n] ^= 0xff;
            let _ = of(changed).await;
            let mut long = sound.clone();
            long.splice(n..n, [0xff, 0xff, 0xff, 0x7f]);
            let _ = of(long).await;
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).expect("memory");
    packer.finish().expect("memory")
}

fn columns(found: &Inferred) -> Vec<String> {
    lines(&found.tables[0].fields).lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn packed_files() {
    let text = "id,name\n1,Ada\n2,Bob\n".as_bytes();
    let packed = gzip(text);
    let expected = ["id: integer → integer", "name: string → string"];
    assert_eq!(columns(&of(packed.clone()).await.expect("a file")), expected);
    assert_eq!(columns(&of(zstd::encode_all(text, 3).expect("memory")).await.expect("a file")), expected);
    // Several members are one file.
    let two = [gzip(b"id,name\n1,Ada\n"), gzip(b"2.5,Bob\n")].concat();
    assert_eq!(columns(&of(two).await.expect("a file")), ["id: float → float", "name: string → string"]);
    let cut = of(packed[..packed.len() - 6].to_vec()).await.expect("what came before the end");
    assert!(cut.notes.contains(&FileNote::CutOff) || !cut.sampled, "{cut:?}");
    assert_eq!(of(vec![0x1f, 0x8b]).await, Err(FileFault::Truncated));
    assert_eq!(of(gzip(&packed)).await, Err(FileFault::Unknown), "packed twice");
    // A megabyte that unpacks to a gigabyte: eight of it are looked at.
    let bomb = gzip(&b"1,2\n".repeat(64 << 20 >> 2));
    let found = of(bomb).await.expect("its beginning");
    assert!(found.sampled && found.tables[0].looked_at < 3 << 20, "{}", found.tables[0].looked_at);
}

#[tokio::test]
async fn hostile_files() {
    let parquet = made("types.parquet");
    let mut footer = parquet.clone();
    let at = footer.len() - 8;
    footer[at..at + 4].copy_from_slice(&0x8000_0000_u32.to_le_bytes());
    assert_eq!(of(footer).await, Err(FileFault::Malformed));
    assert_eq!(of(b"PAR1PAR1".to_vec()).await, Err(FileFault::Truncated));
    assert_eq!(of("[".repeat(100_000)).await, Err(FileFault::TooDeep));
    assert_eq!(of("{\"a\":".repeat(100_000)).await, Err(FileFault::TooDeep));
    assert_eq!(of("x".repeat(9 << 20)).await, Err(FileFault::RecordTooLong));
    assert_eq!(of("a,".repeat(1_000_000)).await, Err(FileFault::TooWide));
    let wide = (0..20_000).map(|n| format!("\"k{n}\":1,")).collect::<Vec<_>>().concat();
    assert_eq!(of(format!("{{{wide}\"z\":1}}")).await, Err(FileFault::TooWide));
    // Many keys below a row are a map.
    let keys = (0..300).map(|n| format!("\"k{n}\":{n},")).collect::<Vec<_>>().concat();
    let found = of(format!("{{\"id\":1,\"m\":{{{keys}\"z\":1}}}}\n")).await.expect("a file");
    assert_eq!(columns(&found), ["id: integer → integer", "m: map of integer → map"]);
    assert_eq!(of(vec![0, 1, 2, 3, 0, 0, 9, 0, 0]).await, Err(FileFault::Unknown));
    assert_eq!(of(Vec::new()).await, Err(FileFault::Empty));
    assert_eq!(of("   \n").await, Err(FileFault::Empty));
}

fn avro(schema: &str) -> Vec<u8> {
    let mut out = b"Obj\x01".to_vec();
    let long = |mut n: usize, out: &mut Vec<u8>| {
        n <<= 1;
        while n > 0x7f {
            out.push(u8::try_from(n & 0x7f).expect("seven bits") | 0x80);
            n >>= 7;
        }
        out.push(u8::try_from(n).expect("seven bits"));
    };
    long(1, &mut out);
    for text in ["avro.schema", schema] {
        long(text.len(), &mut out);
        out.extend(text.as_bytes());
    }
    out.push(0);
    out
}

/// Types that refer to themselves, lie deep, or double at each step.
#[tokio::test]
async fn hostile_avro() {
    let deep = format!("{}\"int\"{}", "{\"type\":\"array\",\"items\":".repeat(50_000), "}".repeat(50_000));
    assert_eq!(of(avro(&deep)).await, Err(FileFault::TooDeep));
    let record = |name: &str, fields: &str| format!("{{\"type\":\"record\",\"name\":\"{name}\",\"fields\":[{fields}]}}");
    let field = |name: &str, kind: &str| format!("{{\"name\":\"{name}\",\"type\":{kind}}}");
    let mut doubling = vec![field("f0", &record("R0", &field("x", "\"int\"")))];
    for n in 1..40 {
        let before = format!("\"R{}\"", n - 1);
        doubling.push(field(&format!("f{n}"), &record(&format!("R{n}"), &format!("{},{}", field("a", &before), field("b", &before)))));
    }
    assert_eq!(of(avro(&record("All", &doubling.join(",")))).await, Err(FileFault::TooWide));
    let mut chain = vec![field("f0", &record("R0", &field("x", "\"int\"")))];
    for n in 1..200 {
        chain.push(field(&format!("f{n}"), &record(&format!("R{n}"), &field("a", &format!("\"R{}\"", n - 1)))));
    }
    let found = of(avro(&record("All", &chain.join(",")))).await;
    assert!(matches!(found, Err(FileFault::TooDeep | FileFault::TooWide)), "{found:?}");
    let this = record("Node", &format!("{},{}", field("value", "\"long\""), field("next", "[\"null\",\"Node\"]")));
    let found = of(avro(&this)).await.expect("a file");
    assert_eq!(
        (columns(&found), found.notes),
        (vec!["value: long → integer".into(), "next: record → struct?".into()], vec![FileNote::Recursive])
    );
    assert_eq!(of(avro("\"Nowhere\"")).await, Err(FileFault::Malformed));
    assert_eq!(of(avro("{")).await, Err(FileFault::Malformed));
}

/// A zip of one deflated file that says it has `size` bytes.
fn zip(name: &str, content: &[u8], size: usize) -> Vec<u8> {
    let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(content).expect("memory");
    let packed = packer.finish().expect("memory");
    let four = |n: usize| u32::try_from(n).expect("small").to_le_bytes();
    let two = |n: usize| u16::try_from(n).expect("small").to_le_bytes();
    let common = [&[20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &four(packed.len()), &four(size), &two(name.len()), &[0, 0]].concat();
    let local = [b"PK\x03\x04", &common[..], name.as_bytes(), &packed].concat();
    let directory = [b"PK\x01\x02\x14\x00", &common[..], &[0; 10], &four(0), name.as_bytes()].concat();
    let end = [b"PK\x05\x06\0\0\0\0\x01\0\x01\0", &four(directory.len())[..], &four(local.len()), &[0, 0]].concat();
    [local, directory, end].concat()
}

#[tokio::test]
async fn hostile_workbooks() {
    let content = vec![b' '; 1 << 20];
    let workbook = "xl/workbook.xml";
    assert_eq!(of(zip(workbook, &content, 1_000)).await, Err(FileFault::Bomb), "it unpacks to more than it says");
    assert_eq!(of(zip(workbook, &content, 200 << 20)).await, Err(FileFault::Bomb), "it says too much");
    assert_eq!(of(zip(workbook, &content, 2 << 20)).await, Err(FileFault::Truncated));
    assert_eq!(of(zip("word/document.xml", &content, 1 << 20)).await, Err(FileFault::Unknown));
    assert_eq!(of(zip(workbook, &content, 1 << 20)).await, Err(FileFault::Malformed));
}

/// Neither the order of rows nor the end of lines matters.
#[tokio::test]
async fn text_in_all_its_ways() {
    let expected = ["id: integer → integer", "name: string → string", "born: date → date?"];
    let rows = ["1,Ada,1815-12-10", "2,\"B, \"\"ob\"\"\nx\",", "3,C,2000-01-01"];
    for ends in ["\n", "\r\n", "\r"] {
        for delimiter in [",", ";", "\t", "|"] {
            for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
                let all: Vec<_> = order.iter().map(|n| rows[*n].replacen(',', delimiter, 1)).collect();
                let all: Vec<_> = all
                    .iter()
                    .map(|row| row.rfind(',').map_or(row.clone(), |at| format!("{}{delimiter}{}", &row[..at], &row[at + 1..])))
                    .collect();
                let text = format!("id{delimiter}name{delimiter}born{ends}{}{ends}", all.join(ends));
                assert_eq!(columns(&of(text.clone()).await.expect("a file")), expected, "{text:?}");
            }
        }
    }
    let utf16: Vec<u8> = "\u{feff}id,naïve\n1,ü\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(columns(&of(utf16).await.expect("a file")), ["id: integer → integer", "naïve: string → string"]);
    let latin = of(b"id,na\xefve\n1,\xfc\n".to_vec()).await.expect("a file");
    assert_eq!((latin.encoding, latin.notes), (Some("windows-1252"), vec![FileNote::Windows1252]));
    let document = of("{\"a\": \"\", \"b\": \"\"}\n{\"a\": \"2024-01-01\"}\n").await.expect("a file");
    assert_eq!(columns(&document), ["a: string → string", "b: string → string?"]);
}
