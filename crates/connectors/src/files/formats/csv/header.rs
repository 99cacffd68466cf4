//! Whether the first row is the names of the columns.

use catalog::DataType;

use super::super::super::lattice::Profile;

/// Words that name columns. In a file of strings alone, they are what tells names from values.
const WORDS: &[&str] = &[
    "address",
    "age",
    "amount",
    "category",
    "city",
    "code",
    "comment",
    "company",
    "count",
    "country",
    "created",
    "currency",
    "customer",
    "date",
    "description",
    "email",
    "first",
    "gender",
    "id",
    "key",
    "label",
    "lang",
    "language",
    "last",
    "mail",
    "message",
    "name",
    "note",
    "notes",
    "number",
    "owner",
    "phone",
    "price",
    "product",
    "region",
    "role",
    "sku",
    "state",
    "status",
    "street",
    "surname",
    "tag",
    "text",
    "time",
    "timestamp",
    "title",
    "type",
    "unit",
    "updated",
    "url",
    "user",
    "username",
    "uuid",
    "value",
    "zip",
];

/// Judges the first row by what the rows after it hold, in whatever order they come.
pub(in super::super) fn is_header(head: &[String], rest: &[Profile], seen_again: &[bool], rows: u64) -> bool {
    let kinds: Vec<Option<DataType>> = head
        .iter()
        .map(|value| {
            let mut profile = Profile::default();
            profile.text(value);
            profile.data_type().0
        })
        .collect();
    // Names are no numbers and no dates, and not all of them are missing.
    if kinds.iter().any(|kind| kind.is_some_and(|kind| kind != DataType::String)) || kinds.iter().all(Option::is_none) {
        return false;
    }
    let of_rest = |n: usize| rest[n].data_type().0;
    if (0..head.len()).any(|n| kinds[n].is_some() && of_rest(n).is_some_and(|kind| kind != DataType::String)) {
        return true;
    }
    // Nothing but strings. A name does not come back as a value of its own column.
    if head.iter().zip(seen_again).any(|(value, again)| *again && !value.is_empty()) {
        return false;
    }
    let words = |name: &str| -> Vec<String> {
        let mut spread = String::new();
        for c in name.chars() {
            if c.is_uppercase() && spread.ends_with(char::is_lowercase) {
                spread.push(' ');
            }
            spread.extend(c.to_lowercase());
        }
        spread.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
    };
    let known = head.iter().any(|name| words(name).iter().any(|word| WORDS.contains(&word.as_str())));
    let identifiers = head.iter().all(|name| {
        let name = name.trim();
        name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    });
    known || (identifiers && (rows == 0 || head.iter().any(|name| name.contains('_'))))
}
