//! What holds of every answer, and of everything in it that has a grammar of its own.

use catalog::DataType as T;
use hostile::{changed, changed_text, changes, config, measured, pieces};
use proptest::collection::vec;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::code_in;
use super::keys::plain_columns;
use super::query::{headers, query};
use super::types::{normalize, split};
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::script::{block_on, http};

/// What a client of HTTP holds whatever comes, in bytes.
const IDLE: usize = 400_000;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Row {
    name: String,
    comment: Option<String>,
    number: u32,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let name = prop_oneof![8 => any::<String>(), 1 => (1..100_usize).prop_map(|n| "ä\"\\\n".repeat(n))];
    let row = (name, any::<Option<String>>(), any::<u32>()).prop_map(|(name, comment, number)| Row { name, comment, number });
    vec(row, 0..8)
}

/// How a profile may have the same rows printed.
#[derive(Debug, Clone, Copy)]
struct Style {
    list: bool,
    returns: bool,
    last: bool,
}

fn style() -> impl Strategy<Value = Style> {
    any::<(bool, bool, bool)>().prop_map(|(list, returns, last)| Style { list, returns, last })
}

fn printed(rows: &[Row], style: Style) -> String {
    let end = if style.returns { "\r\n" } else { "\n" };
    let lines: Vec<_> = rows.iter().map(|row| serde_json::to_string(row).expect("JSON")).collect();
    match (style.list, lines.is_empty()) {
        (true, true) => format!("[{end}]{end}"),
        (true, false) => format!("[{end}{}{end}]{end}", lines.join(&format!(",{end}"))),
        (false, true) => String::new(),
        // The last line need not end.
        (false, false) => lines.join(end) + if style.last { end } else { "" },
    }
}

/// Reads an answer as whoever reads a catalog does; the rows, if they are wanted.
fn read(status: u16, head: &str, body: Vec<u8>, pieces: &[usize], keep: bool) -> Result<Vec<Row>, ConnectError> {
    block_on(async {
        let (mut client, _) = http(&[(status, head, body)], pieces);
        let headers = headers("app", &"canary-pw".into())?;
        let mut rows = query(&mut client, &headers, Some("shop"), "select").await?;
        let mut all = Vec::new();
        while let Some(row) = rows.next::<Row>().await? {
            if keep {
                all.push(row);
            }
        }
        Ok(all)
    })
}

/// A type as it is printed, the word for it, and whether it takes null.
fn printed_type() -> impl Strategy<Value = (String, T, bool)> {
    let leaf = prop::sample::select(vec![
        ("UInt64", T::Integer),
        ("String", T::String),
        ("Decimal(10, 2)", T::Decimal),
        ("DateTime64(3, 'Europe/Berlin')", T::TimestampTz),
        (r"Enum8('a\'b' = 1, 'c\\d' = 2, '),(' = 3)", T::Enum),
        ("JSON(max_dynamic_paths=8, `a.b` UInt32)", T::Json),
    ]);
    leaf.prop_map(|(text, word)| (text.to_owned(), word, false)).prop_recursive(5, 20, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|(text, word, _)| (format!("Nullable({text})"), word, true)),
            inner.clone().prop_map(|(text, word, null)| (format!("LowCardinality( {text} )"), word, null)),
            inner.clone().prop_map(|(text, word, null)| (format!("SimpleAggregateFunction(sum, {text})"), word, null)),
            inner.clone().prop_map(|(text, ..)| (format!("Array({text})"), T::Array, false)),
            (inner.clone(), inner.clone()).prop_map(|((a, ..), (b, ..))| (format!("Map({a}, {b})"), T::Map, false)),
            (inner.clone(), inner).prop_map(|((a, ..), (b, ..))| (format!(r"Tuple(`q\`t(` {a}, b {b})"), T::Struct, false)),
        ]
    })
}

/// A name as the server quotes it.
fn quoted(name: &str) -> String {
    let mut out = String::from("`");
    for letter in name.chars() {
        match letter {
            '\\' | '`' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\0' => out.push_str("\\0"),
            other => out.push(other),
        }
    }
    out + "`"
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn rows_are_read_as_they_were_meant(rows in rows(), style in style(), pieces in pieces()) {
        let read = read(200, "", printed(&rows, style).into_bytes(), &pieces, true).expect("rows");
        prop_assert_eq!(read, rows);
    }

    /// An exception after the rows, in any of its forms, is an error with the exception's number.
    #[test]
    fn an_exception_after_the_rows(rows in rows(), style in style(), code in 1..1_000_u16, form in 0..3, pieces in pieces()) {
        let said = format!("Code: {code}. DB::Exception: canary. (WHATEVER) (version 26.9.2.1)");
        let tail = match form {
            0 => said,
            1 => format!("{{\"exception\": \"{said}\"}}"),
            _ => format!("\r\n__exception__\r\nabcdefghijklmnop\r\n{said}\r\n"),
        };
        let body = printed(&rows, Style { list: false, last: true, ..style }) + &tail;
        let error = read(200, "", body.into_bytes(), &pieces, false).expect_err("an exception");
        prop_assert_eq!(error.server_code, Some(code.to_string()));
    }

    /// Threats R4 and R5: broken answers of any status end, with a code, and cost no more than they are long.
    #[test]
    fn r4_r5_answers(
        rows in rows(), style in style(), changes in changes(), pieces in pieces(),
        status in prop::sample::select(vec![200_u16, 400, 401, 403, 404, 500, 503]), head in prop::sample::select(vec!["", "x-clickhouse-exception-code: 60\r\n", "x-clickhouse-exception-code: x\r\n"]),
    ) {
        let body = changed(printed(&rows, style).into_bytes(), &changes);
        let length = body.len();
        let (outcome, cost) = measured(|| read(status, head, body, &pieces, false));
        match outcome {
            Ok(_) => prop_assert!(status == 200 && head.is_empty()),
            Err(error) => {
                let known = matches!(error.kind, K::Protocol | K::Rejected | K::NotReady | K::TlsRequired);
                prop_assert!(known || error.server_code.is_some(), "{error:?}");
            }
        }
        prop_assert!(cost <= IDLE + 8 * length, "{cost} bytes for {length}");
    }

    #[test]
    fn a_type_is_read_as_it_was_meant((text, word, nullable) in printed_type()) {
        prop_assert_eq!(normalize(&text), (word, nullable), "{}", text);
    }

    /// Threat R4: no text breaks what reads texts with a grammar.
    #[test]
    fn r4_texts((text, ..) in printed_type(), changes in changes(), noise in any::<String>()) {
        for text in [changed_text(&text, &changes), changed_text(&quoted(&noise), &changes), format!("Code: {noise}"), noise] {
            let (_, cost) = measured(|| (normalize(&text), plain_columns(&text), code_in(&text)));
            if let Some(parts) = split(&text) {
                prop_assert!(parts.iter().map(|part| part.len()).sum::<usize>() <= text.len());
            }
            prop_assert!(cost <= 4_096 + 32 * text.len(), "{cost} bytes for {}", text.len());
        }
    }

    /// Names of any letters come back from a key that is made of them.
    #[test]
    fn a_key_is_read_as_it_was_meant(names in vec(any::<String>(), 1..5), parentheses: bool) {
        let key = names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
        prop_assert_eq!(plain_columns(&if parentheses { format!("({key})") } else { key }), names);
    }
}
