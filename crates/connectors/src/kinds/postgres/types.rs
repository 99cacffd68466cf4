//! From a PostgreSQL type to a word that is the same for all sources.

/// By the type's own name where it says enough, else by its category (`pg_type.typcategory`).
///
/// `name` is the base type of a domain; for CockroachDB and Redshift it is the printed type, parameters and all.
pub(super) fn normalize(name: &str, category: char) -> &'static str {
    let bare = name.split(['(', '[']).next().unwrap_or_default().trim();
    if name.ends_with("[]") || name.starts_with('_') {
        return "array";
    }
    match bare.to_ascii_lowercase().as_str() {
        "int2" | "int4" | "int8" | "smallint" | "integer" | "int" | "bigint" | "oid" | "smallserial" | "serial" | "bigserial"
        | "tinyint" => "integer",
        "numeric" | "decimal" | "money" => "decimal",
        "float4" | "float8" | "real" | "double precision" | "float" | "double" => "float",
        "bool" | "boolean" => "boolean",
        "date" => "date",
        "time" | "timetz" | "time without time zone" | "time with time zone" => "time",
        "timestamp" | "timestamp without time zone" | "datetime" => "timestamp",
        "timestamptz" | "timestamp with time zone" => "timestamp_tz",
        "interval" => "interval",
        "uuid" => "uuid",
        "json" | "jsonb" | "super" => "json",
        "bytea" | "bytes" | "varbyte" | "binary varying" | "binary" => "binary",
        "text" | "varchar" | "bpchar" | "char" | "character varying" | "character" | "name" | "citext" | "string" | "xml" => "string",
        "geometry" | "geography" => "geometry",
        "array" => "array",
        "map" | "hstore" => "map",
        "struct" => "struct",
        _ => of_category(category),
    }
}

fn of_category(category: char) -> &'static str {
    match category {
        'A' => "array",
        'B' => "boolean",
        'C' => "struct",
        'D' => "timestamp",
        'E' => "enum",
        'G' => "geometry",
        'N' => "decimal",
        'R' => "range",
        'S' | 'I' => "string",
        'T' => "interval",
        'V' => "binary",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for (name, category, word) in [
            ("int8", 'N', "integer"),
            ("_int8", 'A', "array"),
            ("numeric", 'N', "decimal"),
            ("VARCHAR(20)", ' ', "string"),
            ("character varying(20)", ' ', "string"),
            ("DECIMAL(12,2)", ' ', "decimal"),
            ("INT8[]", ' ', "array"),
            ("timestamp with time zone", ' ', "timestamp_tz"),
            ("mood", 'E', "enum"),
            ("point", 'G', "geometry"),
            ("inet", 'I', "string"),
            ("bit", 'V', "binary"),
            ("int4range", 'R', "range"),
            ("addr", 'C', "struct"),
            ("tsvector", 'U', "other"),
            ("struct<a:int>", ' ', "other"),
        ] {
            assert_eq!(normalize(name, category), word, "{name}");
        }
    }
}
