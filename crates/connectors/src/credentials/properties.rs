//! What holds of every object that somebody may send as credentials, of every kind.

use hostile::config;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use super::fold;
use crate::kind::Kind;
use crate::registry::Registry;

/// Stands in values of keys that no kind knows, and nowhere else.
const CANARY: &str = "canary-value";

/// What fields expect, and what looks like it.
const TEXTS: [&str; 15] =
    ["", " ", "true", "disable", "enable", "full", "none", "5432", "1e400", "-1", "db.test", "https://db.test/x", "{}", "\0", "\u{202e}"];

/// How a key may be spelt otherwise and mean the same.
fn spelling() -> impl Strategy<Value = fn(&str) -> String> {
    let loud = |key: &str| key.to_uppercase();
    let cut = |key: &str| key.chars().flat_map(|c| if c.is_uppercase() { vec!['_', c] } else { vec![c] }).collect::<String>();
    let led = |key: &str| format!("-{key}");
    select(vec![str::to_owned as fn(&str) -> String, loud, cut, led])
}

/// Values that may stand anywhere: what fields expect, what looks like it, and what does not.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..70_000_u32).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(&TEXTS[..]).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-z0-9.-]{0,30}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let fields = vec(("[a-z_]{0,12}", inner.clone()), 0..5);
        prop_oneof![vec(inner, 0..5).prop_map(Value::from), fields.prop_map(|fields| Value::Object(fields.into_iter().collect()))]
    })
}

/// The names and the aliases of all fields of a kind.
fn keys(kind: &'static Kind) -> Vec<&'static str> {
    let properties = kind.schema()["properties"].as_object().expect("properties");
    let aliases = |property: &'static Value| property["x-aliases"].as_array().into_iter().flatten().filter_map(Value::as_str);
    properties.iter().flat_map(|(name, property)| std::iter::once(name.as_str()).chain(aliases(property))).collect()
}

fn object(text: &str) -> Map<String, Value> {
    let Ok(Value::Object(object)) = serde_json::from_str(text) else { panic!("no object: {text}") };
    object
}

proptest! {
    #![proptest_config(config())]

    /// Threat R4: what is taken has the fields of the kind and no others, whatever was sent; and is taken again as it is.
    #[test]
    fn r4_what_is_taken_fits_its_kind(
        kind: Index,
        example: bool,
        fields in vec((any::<Index>(), spelling(), value()), 0..6),
        strangers in vec("[a-zA-Z_-]{0,12}", 0..4),
    ) {
        let kind = kind.get::<&Kind>(Registry.kinds());
        let mut sent = if example { object(kind.example) } else { Map::new() };
        for (key, spelt, value) in fields {
            let keys = keys(kind);
            // One kind asks for nothing.
            if !keys.is_empty() {
                sent.insert(spelt(keys[key.index(keys.len())]), value);
            }
        }
        let strangers: Vec<_> = strangers.into_iter().map(|key| format!("qx{key}")).collect();
        sent.extend(strangers.iter().map(|key| (key.clone(), json!(CANARY))));
        match kind.parse(&sent) {
            Err(violation) => {
                let known = violation.field.first().is_none_or(|field| kind.schema()["properties"].get(field).is_some());
                prop_assert!(known, "{:?}", violation);
                prop_assert!(violation.ignored.iter().all(|key| sent.contains_key(key)), "{:?}", violation);
            }
            Ok(parsed) => {
                prop_assert!(strangers.iter().all(|key| parsed.ignored.contains(key)), "{:?}", parsed.ignored);
                let taken = parsed.canonical.as_object().expect("an object");
                prop_assert!(taken.keys().all(|key| kind.schema()["properties"].get(key).is_some()), "{:?}", taken);
                prop_assert!(!parsed.canonical.to_string().contains(CANARY));
                let again = kind.parse(taken).map_err(|violation| TestCaseError::fail(format!("{violation:?}")))?;
                prop_assert_eq!(&again.canonical, &parsed.canonical);
                prop_assert!(again.ignored.is_empty(), "{:?}", again.ignored);
                prop_assert!(kind.bind(parsed.canonical.clone()).is_ok(), "{}", parsed.canonical);
            }
        }
    }

    /// A field's spellings are one field.
    #[test]
    fn spellings_fold_alike(kind: Index, key: Index, spelt in spelling()) {
        let all: Vec<_> = Registry.kinds().iter().map(|kind| keys(kind)).filter(|keys| !keys.is_empty()).collect();
        let keys = kind.get(&all);
        let key = keys[key.index(keys.len())];
        prop_assert_eq!(fold(&spelt(key)), fold(key));
    }
}
