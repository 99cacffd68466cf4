//! The part of a `mongodb+srv` connection string that is asked of DNS.

/// Which records are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Srv {
    /// The service, as in `_mongodb._tcp`.
    pub(crate) service: String,
    /// How many of the hosts are tried; all if 0.
    pub(crate) most: usize,
}

impl Default for Srv {
    fn default() -> Self {
        Self { service: "mongodb".to_owned(), most: 0 }
    }
}

impl Srv {
    /// Takes one of the options that only such a string may have.
    pub(super) fn option(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        if name == "srvmaxhosts" {
            self.most = value.parse().map_err(|_| "must have a number as srvMaxHosts")?;
            return Ok(());
        }
        // RFC 6335, with as many characters as a label of DNS has room for.
        let sound = (1..=62).contains(&value.len())
            && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && value.bytes().any(|b| b.is_ascii_alphabetic())
            && !value.starts_with('-')
            && !value.ends_with('-')
            && !value.contains("--");
        if !sound {
            return Err("must have a service name (letters, digits and single hyphens between them) as srvServiceName");
        }
        value.clone_into(&mut self.service);
        Ok(())
    }
}
