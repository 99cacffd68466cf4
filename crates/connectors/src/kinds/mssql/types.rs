//! Types as SQL Server's own tools print them, and the word that is the same for all sources.

use catalog::DataType as T;

/// What `sys.columns` and `sys.types` say of a column's type.
pub(super) struct ColumnType<'a> {
    /// The type's name.
    pub(super) name: &'a str,
    /// The system type below it, if it is an alias of a user's.
    pub(super) base: Option<&'a str>,
    /// Whether a user made it.
    pub(super) user_defined: bool,
    /// Bytes; -1 for `max`.
    pub(super) length: i64,
    pub(super) precision: i64,
    pub(super) scale: i64,
}

impl ColumnType<'_> {
    /// `nvarchar(50)`, `decimal(12,2)`, `datetime2(7)`; an alias by its name.
    pub(super) fn native(&self) -> String {
        let Self { name, length, precision, scale, .. } = self;
        if self.user_defined {
            return (*name).to_owned();
        }
        match *name {
            "char" | "varchar" | "binary" | "varbinary" | "nchar" | "nvarchar" if *length == -1 => format!("{name}(max)"),
            "char" | "varchar" | "binary" | "varbinary" => format!("{name}({length})"),
            "nchar" | "nvarchar" => format!("{name}({})", length / 2),
            "decimal" | "numeric" => format!("{name}({precision},{scale})"),
            "time" | "datetime2" | "datetimeoffset" => format!("{name}({scale})"),
            _ => (*name).to_owned(),
        }
    }

    /// The word for it.
    pub(super) fn word(&self) -> T {
        let name = if self.user_defined { self.base.unwrap_or_default() } else { self.name };
        match name {
            "bit" => T::Boolean,
            "tinyint" | "smallint" | "int" | "bigint" => T::Integer,
            "decimal" | "numeric" | "money" | "smallmoney" => T::Decimal,
            "float" | "real" => T::Float,
            "date" => T::Date,
            "time" => T::Time,
            "datetime" | "datetime2" | "smalldatetime" => T::Timestamp,
            "datetimeoffset" => T::TimestampTz,
            "char" | "varchar" | "text" | "nchar" | "nvarchar" | "ntext" | "xml" | "sysname" => T::String,
            "binary" | "varbinary" | "image" | "timestamp" | "rowversion" => T::Binary,
            "uniqueidentifier" => T::Uuid,
            "json" => T::Json,
            "vector" => T::Array,
            "geometry" | "geography" => T::Geometry,
            _ => T::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_and_normalised() {
        let system = ColumnType { name: "", base: None, user_defined: false, length: 8, precision: 12, scale: 2 };
        for (name, length, native, word) in [
            ("int", 4, "int", "integer"),
            ("nvarchar", 100, "nvarchar(50)", "string"),
            ("nvarchar", -1, "nvarchar(max)", "string"),
            ("varbinary", -1, "varbinary(max)", "binary"),
            ("char", 3, "char(3)", "string"),
            ("decimal", 9, "decimal(12,2)", "decimal"),
            ("datetimeoffset", 10, "datetimeoffset(2)", "timestamp_tz"),
            ("datetime2", 8, "datetime2(2)", "timestamp"),
            ("xml", -1, "xml", "string"),
            ("timestamp", 8, "timestamp", "binary"),
            ("geography", -1, "geography", "geometry"),
            ("hierarchyid", 892, "hierarchyid", "other"),
            ("sql_variant", 8016, "sql_variant", "other"),
        ] {
            let found = ColumnType { name, length, ..system };
            assert_eq!((found.native().as_str(), found.word().as_str()), (native, word), "{name}");
        }
        let alias = ColumnType { name: "Email", base: Some("nvarchar"), user_defined: true, length: 640, ..system };
        assert_eq!((alias.native().as_str(), alias.word().as_str()), ("Email", "string"));
    }
}
