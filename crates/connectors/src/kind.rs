//! A kind of datasource: data about a product, and the code of its family behind plain function pointers.

use std::sync::LazyLock;

use egress::TlsOptions;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::connector::{Bound, Connector, Source};
use crate::credentials::{CredentialsSchema, Parsed, Rule, Violation, judge, place, split, unused};
use crate::error::{ConnectError, Renamed};
use crate::exposure::Exposure;

/// What is said of a kind by its folder.
#[derive(Clone, Copy)]
pub(crate) struct About {
    /// `datasourceType`
    pub(crate) name: &'static str,
    /// The name of the product, for people.
    pub(crate) title: &'static str,
    /// Credentials (JSON) as a user would send them, without `name`.
    pub(crate) example: &'static str,
    /// The kind's own words for the usual credentials, as error messages use them: `("host", "server")`.
    pub(crate) renamed: Renamed,
    /// The page about the family: what it reads, by which statements, what it was tested against.
    pub(crate) page: &'static str,
}

/// From credentials in canonical form to what they lead to.
type Bind = fn(Value, Renamed) -> Result<Box<dyn Source>, Violation>;

/// One kind: plain function pointers, so that all kinds are one constant table.
pub struct Kind {
    /// `datasourceType`
    pub name: &'static str,
    /// The name of the product, for people.
    pub title: &'static str,
    /// Credentials as a user would send them, without `name`.
    pub example: &'static str,
    /// Whether its data is files that are uploaded here.
    pub takes_files: bool,
    page: &'static str,
    renamed: Renamed,
    schema: LazyLock<CredentialsSchema>,
    bind: Bind,
    tls: fn(&Value) -> Option<TlsOptions>,
    exposure: fn(&Value) -> Option<Exposure>,
}

impl Kind {
    pub(crate) const fn new<C: Connector>(about: About) -> Self {
        let About { name, title, example, renamed, page } = about;
        Self {
            name,
            title,
            example,
            takes_files: false,
            page,
            renamed,
            schema: LazyLock::new(CredentialsSchema::of::<C::Credentials>),
            bind: bind::<C>,
            tls: tls::<C>,
            exposure: exposure::<C>,
        }
    }

    /// A kind whose data is files that are uploaded here: it leads nowhere.
    pub(crate) const fn of_files(about: About, schema: fn() -> CredentialsSchema, bind: Bind) -> Self {
        let About { name, title, example, renamed, page } = about;
        Self {
            name,
            title,
            example,
            takes_files: true,
            page,
            renamed,
            schema: LazyLock::new(schema),
            bind,
            tls: |_| None,
            exposure: |_| None,
        }
    }

    /// The JSON Schema of the credentials, without `name`.
    pub fn schema(&self) -> &Value {
        self.schema.json()
    }

    /// Brings credentials to canonical form and checks them; the first failure is the one reported.
    pub fn parse(&self, credentials: &Map<String, Value>) -> Result<Parsed, Violation> {
        let Parsed { mut canonical, mut ignored } = self.schema.parse(credentials)?;
        if let Some(violation) = self.warnings(&canonical).into_iter().next() {
            return Err(Violation { ignored, ..violation });
        }
        ignored.extend(unused(&mut canonical));
        Ok(Parsed { canonical, ignored })
    }

    /// What is wrong with stored credentials in canonical form by rules that request bodies are judged by today.
    pub fn warnings(&self, canonical: &Value) -> Vec<Violation> {
        judge(canonical, (self.tls)(canonical).as_ref(), self.own_word("sslMode"))
    }

    /// Who else may have the login of credentials in canonical form, where it is sent without protection.
    pub fn exposure(&self, canonical: &Value) -> Option<Exposure> {
        (self.exposure)(canonical)
    }

    /// Parts credentials in canonical form into what is no secret and what is.
    pub fn split(&self, canonical: Map<String, Value>) -> (Map<String, Value>, Map<String, Value>) {
        split(self.schema(), canonical)
    }

    /// A hash of where credentials in canonical form lead and as whom; their secrets are bound to it.
    pub fn place(&self, canonical: &Map<String, Value>) -> [u8; 32] {
        place(self.name, self.schema(), canonical)
    }

    /// Binds credentials in canonical form ([`Parsed::canonical`]) to their connector.
    pub fn bind(&self, canonical: Value) -> Result<Box<dyn Source>, Violation> {
        (self.bind)(canonical, self.renamed)
    }

    /// A failure that came from elsewhere, in the kind's own words: they do not travel.
    pub fn worded(&self, error: ConnectError) -> ConnectError {
        error.renamed(self.renamed)
    }

    /// The kind's own word for one of the usual credentials.
    fn own_word(&self, usual: &'static str) -> &'static str {
        self.renamed.iter().find(|(word, _)| *word == usual).map_or(usual, |(_, own)| own)
    }

    /// What its folder's page says under a heading, as lists in tables want it: one line.
    pub fn said(&self, heading: &str) -> String {
        let line = format!("## {heading}");
        let section = self.page.lines().skip_while(|l| *l != line).skip(1).take_while(|l| !l.starts_with("## "));
        section.map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// How TLS would be made with the credentials.
fn tls<C: Connector>(canonical: &Value) -> Option<TlsOptions> {
    C::Credentials::deserialize(canonical).ok().and_then(|credentials| C::route(&credentials).tls)
}

fn exposure<C: Connector>(canonical: &Value) -> Option<Exposure> {
    C::Credentials::deserialize(canonical).ok().and_then(|credentials| C::exposure(&credentials))
}

fn bind<C: Connector>(canonical: Value, renamed: Renamed) -> Result<Box<dyn Source>, Violation> {
    // serde's own text may hold the value at fault: it is never passed on.
    let credentials = serde_json::from_value(canonical).map_err(|_| Violation::whole(Rule::Unreadable))?;
    Ok(Box::new(Bound::<C> { credentials, renamed }))
}
