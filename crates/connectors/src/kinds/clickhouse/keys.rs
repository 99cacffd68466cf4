//! Keys as they are printed.

use super::types::split;

/// The columns of a key that is made of columns alone; a key with an expression in it has no such list.
pub(super) fn plain_columns(key: &str) -> Vec<String> {
    let name = |part: &str| -> Option<String> {
        match part.strip_prefix('`') {
            Some(quoted) => {
                let mut name = String::new();
                let mut letters = quoted.strip_suffix('`')?.chars();
                while let Some(letter) = letters.next() {
                    name.push(match letter {
                        '\\' => match letters.next()? {
                            'n' => '\n',
                            't' => '\t',
                            'r' => '\r',
                            'b' => '\u{8}',
                            'f' => '\u{c}',
                            '0' => '\0',
                            other => other,
                        },
                        letter => letter,
                    });
                }
                Some(name)
            }
            None => (!part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')).then(|| part.to_owned()),
        }
    };
    let key = key.trim();
    // Today a key is printed as it was written, in parentheses or not: `(a, b)` is one part.
    let inner = key.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).filter(|_| split(key).is_some_and(|parts| parts.len() == 1));
    split(inner.unwrap_or(key)).unwrap_or_default().into_iter().map(name).collect::<Option<_>>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_columns_alone() {
        assert_eq!(plain_columns("id, `a b`, `q\\`t`"), ["id", "a b", "q`t"]);
        assert_eq!(plain_columns("toDate(at), id"), [""; 0]);
        assert_eq!(plain_columns(""), [""; 0]);
        assert_eq!(plain_columns("(a)"), ["a"]);
        assert_eq!(plain_columns("(a, `b)c`)"), ["a", "b)c"]);
        assert_eq!(plain_columns("(a), (b)"), [""; 0]);
        assert_eq!(plain_columns("(toDate(at), id)"), [""; 0]);
        assert_eq!(plain_columns("tuple()"), [""; 0]);
    }
}
