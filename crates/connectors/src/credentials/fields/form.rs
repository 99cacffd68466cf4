//! Fields that are strings of a form of their own, with one check for the schema, the message and the value.

/// The name of the form in the schema (`format`), and its check: what is said of a text that is not of it.
pub(crate) type Form = (&'static str, fn(&str) -> Result<(), &'static str>);

/// Makes a type the value of such a field: `form!(Type, "x-format", parse)`, where `parse` makes the value of a text, or says in
/// Joi's manner what the text must be.
macro_rules! form {
    ($name:ident, $form:literal, $parse:expr) => {
        impl $name {
            /// For the schema and the messages.
            pub(super) const FORM: $crate::credentials::fields::form::Form = ($form, |text| Self::of_form(text).map(drop));

            fn of_form(text: &str) -> Result<Self, &'static str> {
                let parse: fn(&str) -> Result<Self, &'static str> = $parse;
                parse(text)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::of_form(&<String as serde::Deserialize>::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "minLength": 1, "format": $form})
            }
        }
    };
}

pub(super) use form;
