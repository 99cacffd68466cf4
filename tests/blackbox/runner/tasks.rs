//! Every task of a job, without a server: one function runs it, whoever listens.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use catalog::{Limits, Namespace};
use connectors::{Closed, ConnectError, Credentials, Event, Job, Scope, Sink, Statement, Task, TimeLimits, Want};
use egress::{Deadline, Policy, Profile, StepEvent};

use crate::support::Source;

#[derive(Default)]
struct Listener(Mutex<Vec<Event>>);

#[async_trait]
impl Sink for Listener {
    async fn send(&self, event: Event) -> Result<(), Closed> {
        self.0.lock().expect("lock").push(event);
        Ok(())
    }

    async fn may_read(&self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn bytes(&self, _: Want) -> Result<Option<Bytes>, Closed> {
        Ok(None)
    }

    async fn moved(&self) -> Result<(), Closed> {
        Ok(())
    }
}

async fn run(source: &Source, task: Task) -> Vec<Event> {
    let second = Duration::from_secs(10);
    let job = Job {
        kind: "postgres".to_owned(),
        credentials: Credentials::new(&source.credentials("x")),
        task,
        policy: Policy { profile: Profile::Dev, ..Policy::default() },
        limits: Limits::default(),
        files: Vec::new(),
        remembered: false,
        time: TimeLimits { whole: second, test: Deadline::after(second), read: second },
    };
    // The way through a pipe changes nothing.
    let job = serde_json::from_str(&serde_json::to_string(&job).expect("json")).expect("a job");
    let listener = Listener::default();
    connectors::run(job, &listener).await;
    listener.0.into_inner().expect("lock")
}

fn tables(events: &[Event]) -> Vec<String> {
    let name = |event: &Event| if let Event::Table(table) = event { Some(format!("{}.{}", table.schema, table.name)) } else { None };
    let mut names: Vec<_> = events.iter().filter_map(name).collect();
    names.sort();
    names
}

#[tokio::test]
async fn every_task() {
    let source = Source::new().await;
    source.sql("create table public.a (id int); create schema two; create table two.b (id int, n int)").await;
    let steps = |events: &[Event]| {
        let name =
            |event: &Event| if let Event::Step(StepEvent::Ended(taken)) = event { Some(taken.step.as_str().to_owned()) } else { None };
        events.iter().filter_map(name).collect::<Vec<_>>()
    };

    let test = run(&source, Task::Test).await;
    assert_eq!(steps(&test), ["policy", "connect", "authenticate", "database", "list"]);
    assert!(matches!(test.first(), Some(Event::Plan(_))) && test.iter().any(|e| matches!(e, Event::Server(_))));
    assert_eq!(test.last(), Some(&Event::Done(None)));

    let survey = run(&source, Task::Survey).await;
    assert_eq!((steps(&survey).last().map(String::as_str), tables(&survey)), (Some("read"), Vec::new()));
    let Some(Event::Done(Some(catalog))) = survey.last() else { panic!("{survey:?}") };
    assert_eq!(
        (catalog.tables, catalog.columns, catalog.schemas.clone()),
        (2, 3, [Namespace::schema("public"), Namespace::schema("two")].to_vec())
    );

    let all = run(&source, Task::Read(Scope::All)).await;
    assert_eq!((all.last(), tables(&all)), (survey.last(), vec!["public.a".to_owned(), "two.b".to_owned()]));

    let some = run(&source, Task::Read(Scope::Schemas(["two".to_owned()].into()))).await;
    let Some(Event::Done(Some(catalog))) = some.last() else { panic!("{some:?}") };
    assert_eq!((tables(&some), catalog.tables, catalog.schemas.clone()), (vec!["two.b".to_owned()], 1, vec![Namespace::schema("two")]));
    assert_eq!(catalog.partial, [], "what was not asked for is not left out");

    let ask = run(&source, Task::Ask(Statement { text: "select 1".to_owned(), rows: 1 })).await;
    let [Event::Failed(error)] = ask.as_slice() else { panic!("{ask:?}") };
    assert_eq!(error.kind.code(), "NOT_SUPPORTED");
}

/// Who listens no more ends the job.
#[tokio::test]
async fn nobody_listens() {
    struct Deaf;
    #[async_trait]
    impl Sink for Deaf {
        async fn send(&self, _: Event) -> Result<(), Closed> {
            Err(Closed)
        }

        async fn may_read(&self) -> Result<(), ConnectError> {
            std::future::pending().await
        }

        async fn bytes(&self, _: Want) -> Result<Option<Bytes>, Closed> {
            Ok(None)
        }

        async fn moved(&self) -> Result<(), Closed> {
            Err(Closed)
        }
    }
    let gate = super::gate::Gate::closed().await;
    let second = Duration::from_secs(30);
    let job = Job {
        kind: "postgres".to_owned(),
        credentials: Credentials::new(&super::body("x", gate.port)["credentials"]),
        task: Task::Test,
        policy: Policy { profile: Profile::Dev, ..Policy::default() },
        limits: Limits::default(),
        files: Vec::new(),
        remembered: false,
        time: TimeLimits { whole: second, test: Deadline::after(second), read: second },
    };
    tokio::time::timeout(Duration::from_secs(5), connectors::run(job, &Deaf)).await.expect("ended at once");
}
