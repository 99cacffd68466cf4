//! Types of fields (<https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/field-data-types>,
//! <https://docs.opensearch.org/latest/field-types/>).

use catalog::DataType as T;

/// The word for a type.
pub(super) fn normalize(native: &str) -> T {
    match native {
        "long" | "integer" | "short" | "byte" | "unsigned_long" | "token_count" | "murmur3" => T::Integer,
        "double" | "float" | "half_float" | "scaled_float" | "rank_feature" => T::Float,
        "boolean" => T::Boolean,
        "keyword"
        | "constant_keyword"
        | "counted_keyword"
        | "wildcard"
        | "icu_collation_keyword"
        | "text"
        | "match_only_text"
        | "annotated_text"
        | "pattern_text"
        | "semantic_text"
        | "semantic"
        | "search_as_you_type"
        | "completion"
        | "ip"
        | "version" => T::String,
        "binary" => T::Binary,
        // Kept as moments, in whatever form they came.
        "date" | "date_nanos" => T::TimestampTz,
        "integer_range" | "long_range" | "float_range" | "double_range" | "date_range" | "ip_range" => T::Range,
        "geo_point" | "geo_shape" | "point" | "shape" | "xy_point" | "xy_shape" => T::Geometry,
        // A list of objects, each for itself.
        "nested" | "dense_vector" | "knn_vector" | "rank_vectors" => T::Array,
        "object" | "passthrough" | "composite" | "aggregate_metric_double" | "histogram" | "exponential_histogram" => T::Struct,
        "flattened" | "flat_object" | "percolator" => T::Json,
        "sparse_vector" | "rank_features" => T::Map,
        _ => T::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for (native, wanted) in [
            ("unsigned_long", T::Integer),
            ("scaled_float", T::Float),
            ("match_only_text", T::String),
            ("ip", T::String),
            ("date_nanos", T::TimestampTz),
            ("ip_range", T::Range),
            ("geo_point", T::Geometry),
            ("nested", T::Array),
            ("dense_vector", T::Array),
            ("object", T::Struct),
            ("flattened", T::Json),
            ("join", T::Other),
            ("", T::Other),
        ] {
            assert_eq!(normalize(native), wanted, "{native}");
        }
    }
}
