//! What a test has seen of a server and later ones hold it to: today the key of an SSH server.
//!
//! Everything is compared as parsed values: `127.1` is `127.0.0.1`, and a key that is null or blank is none.

use egress::Host;
use serde::Deserialize;
use serde_json::Value;

use super::fields::HostName;

/// Where an SSH server's key is kept: among the credentials, so that it is bound to them.
const HOST_KEY: &str = "sshHostKey";

/// The part of canonical credentials that a pin is about; whether the tunnel is switched on does not matter.
#[derive(Deserialize)]
struct Pinned {
    #[serde(rename = "sshHost")]
    host: Option<HostName>,
    #[serde(rename = "sshPort")]
    port: Option<u16>,
    #[serde(rename = "sshHostKey")]
    host_key: Option<String>,
}

impl Pinned {
    fn of(credentials: &Value) -> Option<Self> {
        Self::deserialize(credentials).ok()
    }

    fn server(&self) -> Option<(&Host, u16)> {
        Some((&self.host.as_ref()?.0, self.port?))
    }

    fn key(&self) -> Option<&str> {
        self.host_key.as_deref().filter(|key| !key.trim().is_empty())
    }
}

/// Whether the credentials speak of a server without its pin, so that an older one has to be looked for.
pub fn lacks_pin(credentials: &Value) -> bool {
    Pinned::of(credentials).is_some_and(|asked| asked.server().is_some() && asked.key().is_none())
}

/// New credentials for the same SSH server that do not speak of its key leave the known key in force:
/// an update must not be the moment at which another server slips in.
pub fn keep_pins(stored: &Value, new: &mut Value) {
    let (Some(old), Some(asked)) = (Pinned::of(stored), Pinned::of(new)) else { return };
    if lacks_pin(new) && asked.server() == old.server() {
        pin(new, old.key().map(str::to_owned));
    }
}

/// Keeps the SSH server's key that a test saw: it was the known one, or the first.
pub fn pin(credentials: &mut Value, seen: Option<String>) {
    if let (Some(seen), Some(fields)) = (seen, credentials.as_object_mut()) {
        fields.insert(HOST_KEY.to_owned(), Value::String(seen));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kept(stored: &Value, mut new: Value) -> Value {
        keep_pins(stored, &mut new);
        new.get(HOST_KEY).cloned().unwrap_or_default()
    }

    #[test]
    fn a_key_that_is_not_spoken_of_stays() {
        let stored = json!({"sshHost": "bastion.example.com", "sshPort": 22, "sshHostKey": "KEY"});
        for unsaid in [json!({}), json!({"sshHostKey": null}), json!({"sshHostKey": ""}), json!({"sshHostKey": " "})] {
            for host in ["bastion.example.com", "BASTION.example.com", "bastion.example.com.", " bastion.example.com "] {
                let mut new = unsaid.clone();
                (new["sshHost"], new["sshPort"]) = (json!(host), json!(22));
                assert_eq!(kept(&stored, new.clone()), "KEY", "{new}");
            }
        }
        let address = json!({"sshHost": "127.0.0.1", "sshPort": 22, "sshHostKey": "KEY"});
        for host in ["127.1", "2130706433", "0x7f.1", "::ffff:127.0.0.1"] {
            assert_eq!(kept(&address, json!({"sshHost": host, "sshPort": 22})), "KEY", "{host}");
        }
    }

    #[test]
    fn another_server_or_another_key_is_taken_at_its_word() {
        let stored = json!({"sshHost": "a", "sshPort": 22, "sshHostKey": "KEY"});
        assert_eq!(kept(&stored, json!({"sshHost": "b", "sshPort": 22})), Value::Null);
        assert_eq!(kept(&stored, json!({"sshHost": "a", "sshPort": 23})), Value::Null);
        assert_eq!(kept(&stored, json!({"sshHost": "a", "sshPort": 22, "sshHostKey": "OTHER"})), "OTHER");
        assert_eq!(kept(&stored, json!({})), Value::Null);
        assert_eq!(kept(&json!({"sshHost": "a", "sshPort": 22}), json!({"sshHost": "a", "sshPort": 22})), Value::Null);
        assert_eq!(kept(&json!({"sshHost": "a", "sshPort": 22, "sshHostKey": ""}), json!({"sshHost": "a", "sshPort": 22})), Value::Null);
    }
}
