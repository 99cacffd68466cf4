//! One child process, from the server's side.

use std::collections::HashMap;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use connectors::Event;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::{Notify, mpsc};
use zeroize::Zeroizing;

use super::frame::{HEAD, decode, encode, length};
use super::message::{FromChild, JobId, ToChild};
use super::said::listen;
use crate::runner::pulse::Pulse;
use crate::telemetry;

/// Events that may wait for a job.
const WAITING: usize = 16;

/// What is neither a table nor the end of a job is small.
const SMALL: u64 = 64 << 10;

/// What changed in a process, for whoever shares processes out.
pub(super) enum Notice {
    /// A job has left.
    Left,
    /// The process has ended.
    Ended,
}

/// Told of notices.
type OnNotice = Box<dyn Fn(&Arc<Process>, Notice) + Send + Sync>;

/// A child process. It ends when told to, or with the server.
pub(super) struct Process {
    orders: mpsc::UnboundedSender<Zeroizing<Vec<u8>>>,
    places: Mutex<Places>,
    /// Set when the process has ended: how many jobs were lost with it.
    lost: OnceLock<usize>,
    stop: Notify,
    notice: OnNotice,
}

struct Places {
    jobs: HashMap<JobId, Place>,
    /// Whether the process has ended, or is about to.
    closed: bool,
    idle_since: Instant,
}

/// The place of a job in a process.
struct Place {
    events: mpsc::Sender<Event>,
    /// Whether somebody still waits for the job.
    wanted: bool,
    pulse: Pulse,
}

impl Process {
    /// Starts a child of `memory` bytes at most. `notice` is told what becomes of it.
    pub(super) fn start(program: &Path, memory: u64, notice: OnNotice) -> io::Result<Arc<Self>> {
        let mut child = Command::new(program)
            .arg0("headwater")
            .args(["work", "--memory", &memory.to_string()])
            .env_clear()
            // Each of the C library's arenas holds on to memory of its own.
            .env("MALLOC_ARENA_MAX", "2")
            .current_dir("/")
            // Ctrl-C at a terminal is for the server, which lets jobs finish.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take()) else {
            return Err(io::Error::other("a child without pipes"));
        };
        let (orders, to_write) = mpsc::unbounded_channel();
        let places = Mutex::new(Places { jobs: HashMap::new(), closed: false, idle_since: Instant::now() });
        let process = Arc::new(Self { orders, places, lost: OnceLock::new(), stop: Notify::new(), notice });
        tokio::spawn(write(to_write, stdin));
        tokio::spawn(listen(child.id().unwrap_or_default(), stderr));
        tokio::spawn(supervise(process.clone(), child, stdout));
        metrics::gauge!("headwater_children").increment(1);
        Ok(process)
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().expect("no panic under this lock")
    }

    /// Makes a place for a job, unless the process has ended. What the job tells comes through the channel, which closes when
    /// nothing more will come; `pulse` beats with it.
    pub(super) fn place(&self, id: JobId, pulse: Pulse) -> Option<mpsc::Receiver<Event>> {
        let mut places = self.places();
        if places.closed {
            return None;
        }
        let (events, told) = mpsc::channel(WAITING);
        pulse.beat();
        places.jobs.insert(id, Place { events, wanted: true, pulse });
        Some(told)
    }

    /// A job has left, or never began.
    pub(super) fn left(self: &Arc<Self>, id: JobId) {
        {
            let mut places = self.places();
            places.jobs.remove(&id);
            places.idle_since = Instant::now();
        }
        (self.notice)(self, Notice::Left);
    }

    /// Says something to the child. `room` is how long it will be, beyond the usual.
    pub(super) fn tell(&self, message: &ToChild, room: usize) -> io::Result<()> {
        // A child that is gone hears nothing; whoever waits for it learns of that by its channel.
        let _ = self.orders.send(encode(message, room)?);
        Ok(())
    }

    /// Nobody waits for a job any more; whether it is still in the process.
    pub(super) fn unwanted(&self, id: JobId) -> bool {
        let mut places = self.places();
        let place = places.jobs.get_mut(&id);
        place.map(|place| place.wanted = false).is_some()
    }

    /// How many jobs are in it.
    pub(super) fn jobs(&self) -> usize {
        self.places().jobs.len()
    }

    /// Whether a job is in it that nobody waits for: it ought to have left.
    pub(super) fn is_stuck(&self) -> bool {
        self.places().jobs.values().any(|place| !place.wanted)
    }

    /// Whether none of its jobs makes progress.
    pub(super) fn is_quiet(&self) -> bool {
        self.places().jobs.values().all(|place| place.pulse.is_quiet())
    }

    /// For how long it has had no job.
    pub(super) fn idle(&self) -> Option<Duration> {
        let places = self.places();
        places.jobs.is_empty().then(|| places.idle_since.elapsed())
    }

    /// How many jobs were lost with it, if it has ended.
    pub(super) fn lost(&self) -> Option<usize> {
        self.lost.get().copied()
    }

    /// Ends it.
    pub(super) fn stop(&self) {
        self.places().closed = true;
        self.stop.notify_one();
    }

    /// Ends it if nobody waits for anything in it; whether that was so.
    pub(super) fn stop_if_useless(&self) -> bool {
        let mut places = self.places();
        let useless = places.jobs.values().all(|place| !place.wanted);
        if useless {
            places.closed = true;
            self.stop.notify_one();
        }
        useless
    }
}

async fn write(mut orders: mpsc::UnboundedReceiver<Zeroizing<Vec<u8>>>, mut stdin: ChildStdin) {
    while let Some(frame) = orders.recv().await {
        // Whoever reads the other pipe notices that the child is gone.
        if stdin.write_all(&frame).await.is_err() {
            return;
        }
    }
}

/// Reads what the child says until it ends, is stopped, or talks garbage; then it is gone, and its jobs learn of it.
async fn supervise(process: Arc<Process>, mut child: Child, stdout: impl AsyncRead + Unpin) {
    let pid = child.id().unwrap_or_default();
    let end = tokio::select! {
        error = follow(&process, stdout) => if error.kind() == io::ErrorKind::InvalidData { "garbage" } else { "ended" },
        () = process.stop.notified() => "stopped",
    };
    // It may have ended by itself.
    let _ = child.start_kill();
    let status = child.wait().await;
    let jobs = {
        let mut places = process.places();
        places.closed = true;
        std::mem::take(&mut places.jobs)
    };
    let waited_for = jobs.values().filter(|place| place.wanted).count();
    let _ = process.lost.set(jobs.len());
    metrics::gauge!("headwater_children").decrement(1);
    if waited_for > 0 || end != "stopped" {
        metrics::counter!("headwater_children_lost_total", "end" => end).increment(1);
        let (code, signal) = status.map_or((None, None), |s: ExitStatus| (s.code(), s.signal()));
        tracing::warn!(child.pid = pid, end, code, signal, jobs = waited_for, "a child process is lost");
    }
    (process.notice)(&process, Notice::Ended);
    // Only now do the jobs learn of it, so that they find the process gone where processes are shared out.
    drop(jobs);
}

/// Passes on what the child says; returns why it cannot go on.
async fn follow(process: &Arc<Process>, stdout: impl AsyncRead + Unpin) -> io::Error {
    let mut stdout = BufReader::with_capacity(64 << 10, stdout);
    let mut body = Vec::new();
    loop {
        if let Err(error) = next(process, &mut stdout, &mut body).await {
            return error;
        }
    }
}

async fn next(process: &Arc<Process>, stdout: &mut (impl AsyncRead + Unpin), body: &mut Vec<u8>) -> io::Result<()> {
    let mut head = [0; HEAD];
    stdout.read_exact(&mut head).await?;
    let length = length(head)?;
    body.clear();
    // Room is made as bytes come, whatever the head says.
    if stdout.take(length).read_to_end(body).await? as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    match decode(body)? {
        FromChild::Event(id, event) => {
            if length > SMALL && !event.is_last() && !matches!(event, Event::Table(_)) {
                return Err(io::ErrorKind::InvalidData.into());
            }
            let events = process.places().jobs.get(&id).filter(|place| place.wanted).map(|place| {
                place.pulse.beat();
                place.events.clone()
            });
            if let Some(events) = events {
                // Whoever waited may have gone a moment ago.
                let _ = events.send(event).await;
            }
        }
        FromChild::Moved(id) => {
            if let Some(place) = process.places().jobs.get(&id) {
                place.pulse.beat();
            }
        }
        FromChild::Left(id) => process.left(id),
        FromChild::Count(count) => telemetry::count_of_child(&count.name, &count.labels, count.by),
    }
    Ok(())
}
