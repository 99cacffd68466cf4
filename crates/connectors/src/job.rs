//! A job and what is told of it, as data: both travel into a process of their own and back.

use std::collections::BTreeSet;
use std::time::Duration;

use catalog::{Catalog, Files, Limits, TableDefinition};
use egress::{Deadline, Plan, Policy, StepEvent};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::ConnectError;
use crate::server::ServerInfo;

/// Everything that whoever runs a job has to know.
#[derive(Clone, Serialize, Deserialize)]
pub struct Job {
    /// `datasourceType`
    pub kind: String,
    /// Who and where.
    pub credentials: Credentials,
    /// What to do.
    pub task: Task,
    /// What may be dialed.
    pub policy: Policy,
    /// Caps on what is read.
    pub limits: Limits,
    /// The files that it may ask for bytes of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<JobFile>,
    /// Whether it may ask what the tables were the last time.
    #[serde(default)]
    pub remembered: bool,
    /// How long it may take.
    pub time: TimeLimits,
}

/// A file that whoever ordered a job has the bytes of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobFile {
    /// Its name: never a path of anything.
    pub name: String,
    /// Its bytes.
    pub size: u64,
}

/// What a job asks for while it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Want {
    /// Bytes of one of its files.
    File(FileRange),
    /// The definition that a table had the last time; an empty answer if there was none.
    Known(TablePlace),
}

/// Where a table is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TablePlace {
    /// Its schema's name.
    pub schema: String,
    /// Its name.
    pub table: String,
}

/// Bytes of a job's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRange {
    /// Which file, in the job's list.
    pub file: usize,
    /// From where on.
    pub from: u64,
    /// How many bytes: [`FileRange::MOST`] at most.
    pub bytes: usize,
}

impl FileRange {
    /// The most bytes that are asked for at once.
    pub const MOST: usize = 1 << 20;
}

/// What to do with a datasource. Each begins with the connection test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// Nothing more.
    Test,
    /// Read the schema and tell what it comes to; the tables are thrown away.
    Survey,
    /// Read the schema.
    Read(Scope),
    /// Run one statement.
    Ask(Statement),
}

/// How much of a schema to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// All that the user may see.
    All,
    /// The schemas of these names.
    Schemas(BTreeSet<String>),
}

/// One statement in the language of the datasource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// What to run.
    pub text: String,
    /// The most rows to answer.
    pub rows: u32,
}

/// The time limits of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeLimits {
    /// The limit of the connection test, of which every step has its share.
    pub whole: Duration,
    /// By when the connection test must have ended. Waiting for a place does not count.
    pub test: Deadline,
    /// The limit of the read, from when it may begin.
    pub read: Duration,
}

/// Credentials in canonical form. They are written as they are into the pipe that a job goes through, and shown nowhere else.
#[derive(Clone)]
pub struct Credentials(SecretString);

impl Credentials {
    /// Credentials as [`crate::Parsed::canonical`] has them.
    pub fn new(canonical: &Value) -> Self {
        Self(canonical.to_string().into())
    }

    /// For binding them to a connector.
    pub(crate) fn canonical(&self) -> Value {
        // Made of a value, or read as one.
        serde_json::from_str(self.0.expose_secret()).unwrap_or_default()
    }

    /// How long they are, for whoever makes room for them.
    pub fn bytes(&self) -> usize {
        self.0.expose_secret().len()
    }
}

impl Serialize for Credentials {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(self.0.expose_secret()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Credentials {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(Box::<str>::from(raw).into()))
    }
}

/// What is told of a job while it runs. The last one is [`Event::Done`] or [`Event::Failed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The steps that are going to be taken.
    Plan(Plan),
    /// A step began, ended, or was refused.
    Step(StepEvent),
    /// The connection test succeeded, and who answered.
    Server(ServerInfo),
    /// A table of the schema, finished.
    Table(TableDefinition),
    /// How many files of the source were looked at until now.
    Files(Files),
    /// Something is wanted. Only between processes: whoever runs the job there answers it.
    Want(Want),
    /// All was done; what the schema came to, if it was read.
    Done(Option<Catalog>),
    /// The job failed.
    Failed(ConnectError),
}

impl Event {
    /// Whether nothing comes after it.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Failed(_))
    }
}

#[cfg(test)]
mod tests {
    use egress::{Step, Taken};
    use serde_json::json;

    use super::*;
    use crate::error::ConnectErrorKind;

    #[test]
    fn jobs_travel() {
        let canonical = json!({"host": "h", "password": "p\"é\n", "port": 1});
        let job = Job {
            kind: "postgres".to_owned(),
            credentials: Credentials::new(&canonical),
            task: Task::Read(Scope::Schemas(["a".to_owned()].into())),
            policy: Policy::default(),
            limits: Limits::default(),
            files: vec![JobFile { name: "a \"b\"".to_owned(), size: 7 }],
            remembered: true,
            time: TimeLimits {
                whole: Duration::from_secs(10),
                test: Deadline::after(Duration::from_secs(9)),
                read: Duration::from_mins(5),
            },
        };
        let text = serde_json::to_string(&job).expect("json");
        let again: Job = serde_json::from_str(&text).expect("a job");
        assert_eq!((again.kind, again.credentials.canonical(), again.task), (job.kind, canonical, job.task));
        assert!(again.time.test.remaining() <= Duration::from_secs(9));
        assert!(serde_json::from_str::<Job>(&text.replace("Schemas", "Others")).is_err());
    }

    #[test]
    fn events_travel() {
        let error = ConnectError::with_code(ConnectErrorKind::NoPrivilege, "42501").with_remedy("run GRANT".to_owned()).at(Step::LIST);
        for event in [
            Event::Plan(Plan::new().then(Step::CONNECT)),
            Event::Step(StepEvent::Ended(Taken { step: Step::TLS, took: Duration::from_micros(7), ok: false })),
            Event::Server(ServerInfo::new("PostgreSQL", "15.20".to_owned())),
            Event::Files(Files { done: 1, total: 2 }),
            Event::Want(Want::File(FileRange { file: 1, from: 2, bytes: 3 })),
            Event::Want(Want::Known(TablePlace { schema: "s".to_owned(), table: "t".to_owned() })),
            Event::Done(None),
            Event::Done(Some(Catalog { tables: 3, ..Catalog::default() })),
            Event::Failed(error),
        ] {
            let text = serde_json::to_string(&event).expect("json");
            assert_eq!(serde_json::from_str::<Event>(&text).expect("an event"), event);
        }
    }
}
