//! Which member of the family answers: told by `version()`, not by what the user chose.

use crate::server::ServerInfo;

/// Whose catalogs to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Product {
    /// PostgreSQL and all that keep its catalogs; with the major version.
    Postgres(u32),
    /// Amazon Redshift.
    Redshift,
    /// CockroachDB.
    CockroachDb,
}

/// Reads the text of `version()`: `PostgreSQL 15.20 (Debian …) on …`,
/// `PostgreSQL 8.0.2 on i686-pc-linux-gnu, …, Redshift 1.0.77467`, `CockroachDB CCL v23.2.1 (x86_64-pc-linux-gnu, …)`.
pub(super) fn detect(version: &str) -> (Product, ServerInfo) {
    let after = |word: &str| version.split_once(word).and_then(|(_, rest)| rest.split_whitespace().next()).unwrap_or_default();
    let clean =
        |text: &str| text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+')).take(40).collect::<String>();
    let info = |product: &str, version: &str| ServerInfo::new(product, clean(version));
    if version.contains("Redshift ") {
        return (Product::Redshift, info("Amazon Redshift", after("Redshift ")));
    }
    if version.starts_with("CockroachDB") {
        let number = version.split_whitespace().find_map(|w| w.strip_prefix('v').filter(|v| v.starts_with(|c: char| c.is_ascii_digit())));
        return (Product::CockroachDb, info("CockroachDB", number.unwrap_or_default()));
    }
    let number = after("PostgreSQL ");
    let major = number.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok()).unwrap_or(0);
    (Product::Postgres(major), info("PostgreSQL", number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for (text, product, name, version) in [
            (
                "PostgreSQL 15.20 (Debian 15.20-0+deb12u1) on x86_64-pc-linux-gnu, compiled by gcc",
                Product::Postgres(15),
                "PostgreSQL",
                "15.20",
            ),
            ("PostgreSQL 18beta1 on x86_64", Product::Postgres(18), "PostgreSQL", "18beta1"),
            (
                "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2, Redshift 1.0.77467",
                Product::Redshift,
                "Amazon Redshift",
                "1.0.77467",
            ),
            ("CockroachDB CCL v23.2.1 (x86_64-pc-linux-gnu, built 2024/02/01, go1.21)", Product::CockroachDb, "CockroachDB", "23.2.1"),
            ("", Product::Postgres(0), "PostgreSQL", ""),
            ("PostgreSQL <script>\u{1b}[31m", Product::Postgres(0), "PostgreSQL", "script31m"),
        ] {
            assert_eq!(detect(text), (product, ServerInfo::new(name, version.into())), "{text}");
        }
    }
}
