//! From a PostgreSQL type to a word that is the same for all sources.

use catalog::DataType as T;

/// By the type's own name where it says enough, else by its category (`pg_type.typcategory`).
///
/// `name` is the base type of a domain; for CockroachDB and Redshift it is the printed type, parameters and all.
pub(super) fn normalize(name: &str, category: char) -> T {
    let bare = name.split(['(', '[']).next().unwrap_or_default().trim();
    if name.ends_with("[]") || name.starts_with('_') {
        return T::Array;
    }
    match bare.to_ascii_lowercase().as_str() {
        "int2" | "int4" | "int8" | "smallint" | "integer" | "int" | "bigint" | "oid" | "smallserial" | "serial" | "bigserial"
        | "tinyint" => T::Integer,
        "numeric" | "decimal" | "money" => T::Decimal,
        "float4" | "float8" | "real" | "double precision" | "float" | "double" => T::Float,
        "bool" | "boolean" => T::Boolean,
        "date" => T::Date,
        "time" | "timetz" | "time without time zone" | "time with time zone" => T::Time,
        "timestamp" | "timestamp without time zone" | "datetime" => T::Timestamp,
        "timestamptz" | "timestamp with time zone" => T::TimestampTz,
        "interval" => T::Interval,
        "uuid" => T::Uuid,
        "json" | "jsonb" | "super" => T::Json,
        "bytea" | "bytes" | "varbyte" | "binary varying" | "binary" => T::Binary,
        // What begins with `reg` is the number of an object, and is printed as its name.
        "regclass" | "regcollation" | "regconfig" | "regdictionary" | "regnamespace" | "regoper" | "regoperator" | "regproc"
        | "regprocedure" | "regrole" | "regtype" | "text" | "varchar" | "bpchar" | "char" | "character varying" | "character" | "name"
        | "citext" | "string" | "xml" => T::String,
        "geometry" | "geography" => T::Geometry,
        "array" => T::Array,
        "map" | "hstore" => T::Map,
        "struct" => T::Struct,
        // Whoever makes a type says what category it is of: `N` is no proof of a number. Enums, rows, ranges and arrays are made as such.
        "" if matches!(category, 'B' | 'D' | 'G' | 'I' | 'N' | 'T' | 'V') => T::Other,
        _ => of_category(category),
    }
}

fn of_category(category: char) -> T {
    match category {
        'A' => T::Array,
        'B' => T::Boolean,
        'C' => T::Struct,
        'D' => T::Timestamp,
        'E' => T::Enum,
        'G' => T::Geometry,
        'N' => T::Decimal,
        'R' => T::Range,
        'S' | 'I' => T::String,
        'T' => T::Interval,
        'V' => T::Binary,
        _ => T::Other,
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
            ("regclass", 'N', "string"),
            ("", 'N', "other"),
            ("", 'D', "other"),
            ("", 'S', "string"),
            ("", 'E', "enum"),
            ("", 'A', "array"),
            ("struct<a:int>", ' ', "other"),
        ] {
            assert_eq!(normalize(name, category).as_str(), word, "{name}");
        }
    }
}
