//! From names of files to names of tables.

/// How files are packed, by the ends of their names.
const PACKED: [&str; 4] = [".gz", ".gzip", ".zst", ".zstd"];

/// Formats, by the ends of the names.
const FORMATS: [&str; 10] = [".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".avro", ".orc", ".xlsx"];

/// The name of a file without the folders before it and the ends that say its format; byte for byte otherwise.
pub(super) fn stem(file: &str) -> &str {
    let name = file.rsplit('/').find(|part| !part.is_empty()).unwrap_or(file);
    let unpacked = without(name, &PACKED);
    let stem = without(unpacked, &FORMATS);
    // What is nothing but an end is a name.
    if stem.is_empty() { name } else { stem }
}

fn without<'a>(name: &'a str, ends: &[&str]) -> &'a str {
    let ending = |end: &&&str| name.len() >= end.len() && name.as_bytes()[name.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes());
    ends.iter().find(ending).map_or(name, |end| &name[..name.len() - end.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems() {
        for (file, expected) in [
            ("orders.csv", "orders"),
            ("a/b/orders.CSV.GZ", "orders"),
            ("orders", "orders"),
            ("orders.csv.csv", "orders.csv"),
            ("my orders é 日本.v2.ndjson.zst", "my orders é 日本.v2"),
            (" x .tsv", " x "),
            (".csv", ".csv"),
            ("a/.csv.gz", ".csv.gz"),
            ("a/b/", "b"),
            ("/", "/"),
            ("..", ".."),
            ("../../etc/passwd", "passwd"),
            ("a\\b.csv", "a\\b"),
            ("x.gz", "x"),
            ("é.csv", "é"),
        ] {
            assert_eq!(stem(file), expected, "{file}");
        }
    }
}
