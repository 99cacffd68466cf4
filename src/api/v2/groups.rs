//! Groups of fields that the credentials of several kinds share, as components of the document.
//!
//! The schemas that requests are checked by are whole; only in the document a kind refers to what it shares with others,
//! so that a generated client has one class for it.

use connectors::Registry;
use serde_json::{Map, Value, json};

use crate::api::openapi;

/// A group: its component, its fields, and the rule that speaks of no others.
struct Group {
    component: &'static str,
    fields: &'static [&'static str],
    rules: &'static [&'static str],
    description: &'static str,
}

const GROUPS: [Group; 3] = [
    Group {
        component: "Ssh",
        fields: &["sshTunnel", "sshHost", "sshPort", "sshUsername", "sshPrivateKey", "sshPassphrase", "sshHostKey"],
        rules: &["if", "then"],
        description: "An SSH tunnel to the datasource.",
    },
    Group { component: "Tls", fields: &["sslVerify", "sslCa"], rules: &[], description: "Whom to trust under TLS." },
    Group {
        component: "ClientCertificate",
        fields: &["sslCert", "sslKey"],
        rules: &["dependentRequired"],
        description: "How to prove who we are under TLS.",
    },
];

impl Group {
    /// The part of a kind's schema that is this group, if the kind has all of it.
    fn of(&self, schema: &Value) -> Option<Value> {
        let fields = self.fields.iter().map(|field| Some(((*field).to_owned(), schema["properties"].get(field)?.clone())));
        let mut part = json!({"type": "object", "description": self.description, "properties": fields.collect::<Option<Map<_, _>>>()?});
        for rule in self.rules {
            part[*rule] = schema.get(rule)?.clone();
        }
        Some(part)
    }
}

/// The groups, each as the first kind has it that has it at all.
pub(super) fn all(registry: Registry) -> Vec<(&'static str, Value)> {
    let of = |group: &Group| Some((group.component, registry.kinds().iter().find_map(|kind| group.of(kind.schema()))?));
    GROUPS.iter().filter_map(of).map(|(component, part)| (component, plain(part))).collect()
}

/// A group whose words stand apart from null: generators make several classes of a list of words with null among them.
fn plain(mut part: Value) -> Value {
    for (_, property) in part["properties"].as_object_mut().into_iter().flatten() {
        let Some(options) = property["enum"].as_array().filter(|options| options.contains(&Value::Null)) else { continue };
        let words: Vec<_> = options.iter().filter(|word| !word.is_null()).collect();
        let mut apart = openapi::or_null(&json!({"type": "string", "enum": words}));
        apart["description"] = property["description"].clone();
        *property = apart;
    }
    part
}

/// A kind's schema with references in place of its groups.
pub(super) fn referred_to(mut schema: Value) -> Value {
    let mut parts = Vec::new();
    let here: Vec<_> = GROUPS.iter().filter(|group| group.of(&schema).is_some()).collect();
    for group in here {
        parts.push(openapi::schema(group.component));
        if let Some(schema) = schema.as_object_mut() {
            schema.retain(|key, _| !group.rules.contains(&key.as_str()));
        }
        if let Some(properties) = schema["properties"].as_object_mut() {
            properties.retain(|key, _| !group.fields.contains(&key.as_str()));
        }
    }
    let own = json!({"type": "object", "required": schema["required"], "properties": schema["properties"]});
    parts.push(own);
    let Some(rest) = schema.as_object_mut() else { return schema };
    rest.retain(|key, _| !["type", "required", "properties", "$schema"].contains(&key.as_str()));
    rest.insert("allOf".to_owned(), Value::Array(parts));
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A kind that has a group has it as all others do, so that the component holds for each of them.
    #[test]
    fn a_group_is_the_same_for_every_kind() {
        assert_eq!(all(Registry).len(), GROUPS.len());
        for group in &GROUPS {
            let first = Registry.kinds().iter().find_map(|kind| group.of(kind.schema())).expect("a kind that has it");
            for kind in Registry.kinds() {
                let any = group.fields.iter().any(|field| kind.schema()["properties"].get(field).is_some());
                assert_eq!(group.of(kind.schema()).as_ref(), any.then_some(&first), "{} {}", kind.name, group.component);
            }
        }
    }
}
