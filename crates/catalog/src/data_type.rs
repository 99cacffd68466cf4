//! Types of columns in words that are the same for all sources.

use crate::words::words;

words! {
    /// What a column holds, whatever the source calls it.
    DataType {
        /// A whole number.
        Integer = "integer",
        /// A number of so many digits.
        Decimal = "decimal",
        /// A binary floating-point number.
        Float = "float",
        /// True or false.
        Boolean = "boolean",
        /// Text.
        String = "string",
        /// Bytes.
        Binary = "binary",
        /// A day.
        Date = "date",
        /// A time of day.
        Time = "time",
        /// A day and a time of day, of no zone.
        Timestamp = "timestamp",
        /// A point in time.
        TimestampTz = "timestamp_tz",
        /// A length of time.
        Interval = "interval",
        /// A UUID.
        Uuid = "uuid",
        /// A document.
        Json = "json",
        /// One of a list of words.
        Enum = "enum",
        /// A range of another type.
        Range = "range",
        /// Many of another type.
        Array = "array",
        /// Values by key.
        Map = "map",
        /// Named fields.
        Struct = "struct",
        /// A shape, or a place on Earth.
        Geometry = "geometry",
        /// What has no word here.
        Other = "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_travel_both_ways() {
        for one in DataType::ALL {
            let json = serde_json::to_string(one).expect("a word");
            assert_eq!(json, format!("\"{one}\""));
            assert_eq!(serde_json::from_str::<DataType>(&json).expect("the word"), *one);
        }
        assert_eq!(DataType::TimestampTz.as_str(), "timestamp_tz");
        assert!(serde_json::from_str::<DataType>("\"text\"").is_err());
    }
}
