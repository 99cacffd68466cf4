//! A Snowflake account, as its identifier or as the host that it is reached by.

use egress::Host;

use super::endpoint::parts;
use super::form::form;

/// The vendor's domains. Private links and the clouds of governments lie below the first.
const DOMAINS: [&str; 2] = [".snowflakecomputing.com", ".snowflakecomputing.cn"];

/// Last parts of an identifier that are no top-level domains.
const CLOUDS: [&str; 5] = ["aws", "azure", "gcp", "privatelink", "global"];

/// `myorg-myaccount`, `locator.eu-central-1`, `locator.west-europe.azure`, or the host of one of these, with or without `https://`.
#[derive(Debug, Clone)]
pub(crate) struct AccountHost {
    /// The host.
    pub(crate) host: Host,
    /// Its port.
    pub(crate) port: u16,
    /// The name of the account alone, as it was written.
    pub(crate) account: String,
    /// Whether the host is one of the vendor's.
    pub(crate) of_vendor: bool,
}

form!(AccountHost, "x-account-host", |text| {
    Self::read(text)
        .ok_or("must be an account (myorg-myaccount, or locator.region.cloud) or its host (myorg-myaccount.snowflakecomputing.com)")
});

impl AccountHost {
    fn read(text: &str) -> Option<Self> {
        let (name, port) = parts(text)?;
        let full = if port.is_none() && is_identifier(name) { qualified(name) } else { name.to_owned() };
        let host: Host = full.parse().ok()?;
        let (host, of_vendor) = match host {
            Host::Name(name) if DOMAINS.iter().any(|domain| name.len() > domain.len() && name.ends_with(domain)) => {
                // The vendor's certificates are for names without underscores.
                (name.replace('_', "-").parse().ok()?, true)
            }
            other => (other, false),
        };
        let account = match &host {
            Host::Name(_) => name.split('.').next().unwrap_or_default().to_owned(),
            Host::Address(address) => address.to_string(),
        };
        Some(Self { host, port: port.unwrap_or(443), account, of_vendor })
    }
}

/// Whether it is an account without a domain: one part, or parts that end in a region or a cloud.
fn is_identifier(name: &str) -> bool {
    let parts: Vec<_> = name.split('.').collect();
    match parts[..] {
        [one] => !one.is_empty(),
        // No top-level domain has a dash in its middle, but for those that begin with `xn--`.
        [_, region] if region.contains('-') && !region.starts_with("xn--") => true,
        [_, .., cloud] => CLOUDS.iter().any(|known| cloud.eq_ignore_ascii_case(known)),
        [] => false,
    }
}

/// The host of an account.
fn qualified(identifier: &str) -> String {
    let lower = identifier.to_ascii_lowercase();
    // The first region of all has none in its hosts.
    let lower = lower.strip_suffix(".us-west-2").unwrap_or(&lower);
    let china = lower.split('.').nth(1).is_some_and(|region| region.starts_with("cn-"));
    format!("{lower}{}", DOMAINS[usize::from(china)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_an_account() {
        for (text, host, account) in [
            ("myorg-myaccount", "myorg-myaccount.snowflakecomputing.com", "myorg-myaccount"),
            ("MyOrg-My_Account", "myorg-my-account.snowflakecomputing.com", "MyOrg-My_Account"),
            ("myorg_myaccount", "myorg-myaccount.snowflakecomputing.com", "myorg_myaccount"),
            ("xy12345", "xy12345.snowflakecomputing.com", "xy12345"),
            ("xy12345.us-west-2", "xy12345.snowflakecomputing.com", "xy12345"),
            ("xy12345.eu-central-1", "xy12345.eu-central-1.snowflakecomputing.com", "xy12345"),
            ("xy12345.west-europe.azure", "xy12345.west-europe.azure.snowflakecomputing.com", "xy12345"),
            ("xy12345.us-gov-west-1.aws", "xy12345.us-gov-west-1.aws.snowflakecomputing.com", "xy12345"),
            ("xy12345.cn-northwest-1.aws", "xy12345.cn-northwest-1.aws.snowflakecomputing.cn", "xy12345"),
            ("xy12345.eu-west-1.privatelink", "xy12345.eu-west-1.privatelink.snowflakecomputing.com", "xy12345"),
            ("https://MYORG-a.snowflakecomputing.com/", "myorg-a.snowflakecomputing.com", "MYORG-a"),
            ("http://a.privatelink.snowflakecomputing.com", "a.privatelink.snowflakecomputing.com", "a"),
            ("my_org-a_b.snowflakecomputing.com", "my-org-a-b.snowflakecomputing.com", "my_org-a_b"),
            ("a.cn-north-1.snowflakecomputing.cn:443", "a.cn-north-1.snowflakecomputing.cn", "a"),
        ] {
            let parsed = AccountHost::read(text).expect(text);
            assert_eq!((parsed.host.to_string().as_str(), parsed.account.as_str(), parsed.port), (host, account, 443), "{text}");
            assert!(parsed.of_vendor, "{text}");
        }
    }

    /// Threat S12: what only looks like the vendor's host is not.
    #[test]
    fn s12_hosts_of_others() {
        for (text, host, port) in [
            ("snow.example.com", "snow.example.com", 443),
            ("localhost:8443", "localhost", 8443),
            ("a.snowflakecomputing.com.evil.example", "a.snowflakecomputing.com.evil.example", 443),
            ("evilsnowflakecomputing.com", "evilsnowflakecomputing.com", 443),
            ("snowflakecomputing.com", "snowflakecomputing.com", 443),
            ("169.254.169.254", "169.254.169.254", 443),
            ("[::1]:8443", "::1", 8443),
            ("2130706433:80", "127.0.0.1", 80),
        ] {
            let parsed = AccountHost::read(text).expect(text);
            assert_eq!((parsed.host.to_string().as_str(), parsed.port, parsed.of_vendor), (host, port, false), "{text}");
        }
    }

    #[test]
    fn what_is_no_account() {
        for text in [
            "",
            " ",
            "a/b",
            "https://a.snowflakecomputing.com/console",
            "u@a",
            "a?b",
            "a:x",
            "a:0",
            "a:99999",
            "a,b",
            "a b",
            "..",
            "/etc",
            "a#b",
        ] {
            assert!(AccountHost::read(text).is_none(), "{text}");
        }
    }
}
