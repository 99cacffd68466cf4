//! Running a job: the one walk from credentials to the last event, in whatever process.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use catalog::{Catalog, CatalogWriter, Files, Limits, Memory, Recall, TableDefinition};
use egress::{Deadline, Direct, Session, Step, StepEvent, Trace};
use futures_util::FutureExt;
use tokio::sync::mpsc::{Receiver, Sender, UnboundedReceiver, channel, unbounded_channel};
use tokio::sync::{oneshot, watch};

use crate::connector::Source;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::job::{Event, Job, Scope, TablePlace, Task, TimeLimits, Want};
use crate::job_files::{Asked, JobFiles};
use crate::registry::Registry;

/// Finished tables that may wait for whoever listens. Bounds the memory between driver and sink.
const WAITING: usize = 16;

/// How often whoever ordered a job is told that its source sends.
const TOLD_EVERY: Duration = Duration::from_millis(500);

/// A source that sends less than this meanwhile makes no progress.
const WORTH_TELLING: u64 = 256;

/// Nobody listens any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

/// Whoever ordered a job.
#[async_trait]
pub trait Sink: Send + Sync {
    /// Takes an event; waits while there is no room for it.
    async fn send(&self, event: Event) -> Result<(), Closed>;

    /// Waits until the schema may be read: reads are fewer than tests. An error is why it may not.
    async fn may_read(&self) -> Result<(), ConnectError>;

    /// What the job wants: bytes of a file (fewer if it ends before), or a definition (empty if there was none). None if it cannot be had.
    async fn bytes(&self, want: Want) -> Result<Option<Bytes>, Closed>;

    /// The source has sent something worth telling since the last time.
    async fn moved(&self) -> Result<(), Closed>;
}

/// Runs a job to its last event. A driver that panics has failed, and nothing else.
pub async fn run(job: Job, sink: &dyn Sink) {
    let last = match prepare(&job) {
        Err(error) => Event::Failed(error),
        Ok(source) => match take(job, source, sink).await {
            Ok(Ok(catalog)) => Event::Done(catalog),
            Ok(Err(error)) => Event::Failed(error),
            Err(Closed) => return,
        },
    };
    // Whoever listened may have gone at the last moment.
    let _ = sink.send(last).await;
}

fn prepare(job: &Job) -> Result<Box<dyn Source>, ConnectError> {
    if matches!(job.task, Task::Ask(_)) {
        return Err(ConnectErrorKind::NotSupported.into());
    }
    let kind = Registry.find(&job.kind).ok_or(ConnectErrorKind::Internal)?;
    kind.bind(job.credentials.canonical()).map_err(|_| ConnectErrorKind::Internal.into())
}

/// Takes the job's steps, and passes on what is told meanwhile.
async fn take(job: Job, mut source: Box<dyn Source>, sink: &dyn Sink) -> Result<Result<Option<Catalog>, ConnectError>, Closed> {
    let Job { task, policy, limits, time, files, remembered, .. } = job;
    let (files, asked) = JobFiles::new(files);
    source.take_files(files);
    let (recall, recalled) = channel(1);
    let memory = if remembered { Memory::new(recall) } else { Memory::default() };
    let plan = source.plan();
    sink.send(Event::Plan(plan.clone())).await?;
    let (steps_to, steps) = unbounded_channel();
    let (tables_to, tables) = channel(WAITING);
    let (ended, end) = oneshot::channel::<()>();
    let (looked_at, files_seen) = watch::channel(None);
    let (stopped, stop) = oneshot::channel::<()>();
    let (closed, close) = oneshot::channel::<()>();
    let trace = Trace::told(plan, time.whole, steps_to);
    let dialer = Arc::new(Direct::of(Arc::new(policy)));
    let session = Session::new(dialer, time.test, trace);
    let keep = matches!(task, Task::Read(_));
    let work = async {
        let work = Box::pin(test_and_read(&*source, &session, &task, (time, limits, memory), (tables_to, looked_at), sink));
        let result = AssertUnwindSafe(work).catch_unwind().await;
        drop((ended, stopped, closed));
        Ok(result.unwrap_or_else(|_| Err(ConnectErrorKind::DriverFailed.into())))
    };
    let beside = (
        forward(steps, tables, end, keep, sink),
        tell_progress(&session, files_seen, stop, sink),
        hand_over((asked, recalled), close, sink),
    );
    let (result, (), (), ()) = tokio::try_join!(work, beside.0, beside.1, beside.2)?;
    Ok(result)
}

async fn test_and_read(
    source: &dyn Source,
    session: &Session,
    task: &Task,
    (time, limits, memory): (TimeLimits, Limits, Memory),
    (tables, files): (Sender<TableDefinition>, watch::Sender<Option<Files>>),
    sink: &dyn Sink,
) -> Result<Option<Catalog>, ConnectError> {
    let mut opened = source.open(session).await?;
    // Whoever listened may have gone: then this work is dropped.
    let _ = sink.send(Event::Server(opened.server().clone())).await;
    let only = match task {
        Task::Test | Task::Ask(_) => return Ok(None),
        Task::Survey | Task::Read(Scope::All) => None,
        Task::Read(Scope::Schemas(names)) => Some(names.clone()),
    };
    // Waiting is on our account: the time of the read begins after it.
    sink.may_read().await.map_err(|error| error.at(Step::READ))?;
    let deadline = Deadline::after(time.read);
    let read = async {
        let mut writer = CatalogWriter::new(tables, deadline.into(), limits).telling(files).remembering(memory);
        if let Some(only) = only {
            writer = writer.only(only);
        }
        opened.introspect(&mut writer).await?;
        Ok(writer.finish())
    };
    session.trace().step(Step::READ, read).await.map(Some)
}

/// Tells whoever ordered the job now and then that bytes come, and how many files were looked at, until it has ended.
async fn tell_progress(
    session: &Session,
    mut files: watch::Receiver<Option<Files>>,
    mut stop: oneshot::Receiver<()>,
    sink: &dyn Sink,
) -> Result<(), Closed> {
    let mut told = 0;
    loop {
        tokio::select! {
            _ = &mut stop => return Ok(()),
            () = tokio::time::sleep(TOLD_EVERY) => {}
        }
        let received = session.trace().received();
        if received - told >= WORTH_TELLING {
            told = received;
            sink.moved().await?;
        }
        // It fails as soon as nobody counts any more.
        let counted = files.has_changed().unwrap_or(false).then(|| *files.borrow_and_update()).flatten();
        if let Some(files) = counted {
            sink.send(Event::Files(files)).await?;
        }
    }
}

/// Hands over what is asked for, one after the other, until the work has ended.
async fn hand_over(
    (mut asked, mut recalled): (Receiver<Asked>, Receiver<Recall>),
    mut end: oneshot::Receiver<()>,
    sink: &dyn Sink,
) -> Result<(), Closed> {
    let all = async {
        loop {
            // A read at its deadline waits no more for its answer.
            tokio::select! {
                Some(Asked { want, answer }) = asked.recv() => drop(answer.send(sink.bytes(Want::File(want)).await?)),
                Some(Recall { schema, table, answer }) = recalled.recv() => {
                    let body = sink.bytes(Want::Known(TablePlace { schema, table })).await?;
                    drop(answer.send(body.and_then(|body| String::from_utf8(body.into()).ok())));
                }
                else => return Ok(()),
            }
        }
    };
    tokio::select! {
        handed = all => handed,
        _ = &mut end => Ok(()),
    }
}

/// Passes steps and tables on until the work has ended and nothing is left of them.
async fn forward(
    mut steps: UnboundedReceiver<StepEvent>,
    mut tables: Receiver<TableDefinition>,
    mut end: oneshot::Receiver<()>,
    keep: bool,
    sink: &dyn Sink,
) -> Result<(), Closed> {
    loop {
        tokio::select! {
            biased;
            Some(step) = steps.recv() => sink.send(Event::Step(step)).await?,
            Some(table) = tables.recv() => if keep { sink.send(Event::Table(table)).await? },
            // What was told before the end is there by now.
            _ = &mut end => return Ok(()),
        }
    }
}
