//! The child's side: jobs in on standard input, events out on standard output, and nothing else.
//!
//! The main thread reads the pipe, so that the end of the server is noticed whatever the jobs do.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use connectors::{Closed, ConnectError, ConnectErrorKind, Event, Job, Sink, Want};
use tokio::sync::{Notify, mpsc};
use zeroize::Zeroizing;

use super::confine::confine;
use super::counts::Counts;
use super::frame::{HEAD, decode, encode, length};
use super::message::{FromChild, JobId, ToChild};

/// Frames that may wait for the pipe.
const WAITING: usize = 16;

/// What is written at once, about.
const BATCH_BYTES: usize = 64 << 10;

/// Threads that wait for names to be looked up, of all jobs.
const LOOKUPS: usize = 64;

type Frames = mpsc::Sender<Zeroizing<Vec<u8>>>;

/// What the server may say to a job that runs.
struct Control {
    read: Notify,
    cancel: Notify,
    /// Bytes that it wanted. One piece at a time is wanted.
    give: mpsc::Sender<Option<Bytes>>,
    given: tokio::sync::Mutex<mpsc::Receiver<Option<Bytes>>>,
}

impl Control {
    fn new() -> Self {
        let (give, given) = mpsc::channel(1);
        Self { read: Notify::new(), cancel: Notify::new(), give, given: given.into() }
    }
}

/// Works until the server closes the pipe. `memory` is the limit of this process in bytes.
pub(crate) fn work(memory: u64) -> io::Result<()> {
    confine(memory)?;
    say_where_only();
    let counts = Counts::default();
    metrics::set_global_recorder(counts.clone()).map_err(|_| io::Error::other("metrics are recorded already"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(LOOKUPS)
        .thread_name("job")
        .enable_all()
        .build()?;
    let (out, frames) = mpsc::channel(WAITING);
    // Past the standard library's buffer, which looks for lines.
    let pipe = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    std::thread::Builder::new().name("events".to_owned()).spawn(move || write(pipe, frames))?;
    let running = Arc::new(Mutex::new(HashMap::<JobId, Arc<Control>>::new()));
    let mut orders = io::stdin().lock();
    while let Some(order) = read(&mut orders)? {
        let mut running_now = running.lock().expect("no panic under this lock");
        match order {
            ToChild::Run(id, job) => {
                let control = Arc::new(Control::new());
                running_now.insert(id, control.clone());
                let (out, counts, running) = (out.clone(), counts.clone(), running.clone());
                runtime.spawn(async move {
                    one(id, *job, &control, &out, &counts).await;
                    running.lock().expect("no panic under this lock").remove(&id);
                });
            }
            ToChild::Read(id) => drop(running_now.get(&id).map(|control| control.read.notify_one())),
            // A piece beyond the one that is wanted is nobody's.
            ToChild::Bytes(id, piece) => {
                drop(running_now.get(&id).map(|control| control.give.try_send(piece.map(|piece| piece.0))));
            }
            ToChild::Cancel(id) => drop(running_now.get(&id).map(|control| control.cancel.notify_one())),
        }
    }
    // Nobody listens any more, and no job is worth waiting for.
    std::process::exit(0)
}

async fn one(id: JobId, job: Job, control: &Control, out: &Frames, counts: &Counts) {
    let sink = Pipe { id, control, out };
    tokio::select! {
        () = connectors::run(job, &sink) => {}
        () = control.cancel.notified() => {}
    }
    let counted = counts.take().into_iter().map(FromChild::Count);
    for message in counted.chain([FromChild::Left(id)]) {
        if let Ok(frame) = encode(&message, 0) {
            // The pipe is gone: so is this process, in a moment.
            let _ = out.send(frame).await;
        }
    }
}

/// From a job into the pipe.
struct Pipe<'a> {
    id: JobId,
    control: &'a Control,
    out: &'a Frames,
}

#[async_trait]
impl Sink for Pipe<'_> {
    async fn send(&self, event: Event) -> Result<(), Closed> {
        let room = if let Event::Table(table) = &event { table.body.len() } else { 0 };
        let frame = match encode(&FromChild::Event(self.id, event), room) {
            Ok(frame) => frame,
            // Only names by the ten thousand come to so much.
            Err(_) => encode(&FromChild::Event(self.id, Event::Failed(ConnectErrorKind::TooMuch.into())), 0).map_err(|_| Closed)?,
        };
        self.out.send(frame).await.map_err(|_| Closed)
    }

    async fn may_read(&self) -> Result<(), ConnectError> {
        // Where it may not, the job is cancelled.
        self.control.read.notified().await;
        Ok(())
    }

    async fn bytes(&self, want: Want) -> Result<Option<Bytes>, Closed> {
        self.send(Event::Want(want)).await?;
        self.control.given.lock().await.recv().await.ok_or(Closed)
    }

    async fn moved(&self) -> Result<(), Closed> {
        let frame = encode(&FromChild::Moved(self.id), 0).map_err(|_| Closed)?;
        self.out.send(frame).await.map_err(|_| Closed)
    }
}

fn read(orders: &mut impl Read) -> io::Result<Option<ToChild>> {
    let mut head = [0; HEAD];
    match orders.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = length(head)?;
    let mut body = Zeroizing::new(vec![0; usize::try_from(length).map_err(io::Error::other)?]);
    orders.read_exact(&mut body)?;
    decode(&body).map(Some)
}

/// Writes frames as they come; what waits goes together.
fn write(mut pipe: File, mut frames: mpsc::Receiver<Zeroizing<Vec<u8>>>) {
    let mut batch = Vec::new();
    while let Some(frame) = frames.blocking_recv() {
        batch.clear();
        batch.extend_from_slice(&frame);
        while batch.len() < BATCH_BYTES
            && let Ok(frame) = frames.try_recv()
        {
            batch.extend_from_slice(&frame);
        }
        if pipe.write_all(&batch).is_err() {
            std::process::exit(0);
        }
    }
}

/// What a driver panics with may be what a server sent, or a secret: only where it happened is told.
#[expect(clippy::print_stderr, reason = "the server reads it and puts it into its log")]
fn say_where_only() {
    std::panic::set_hook(Box::new(|panic| {
        if let Some(place) = panic.location() {
            eprintln!("panicked at {}:{}", place.file(), place.line());
        }
    }));
}
