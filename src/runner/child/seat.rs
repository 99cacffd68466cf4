//! A job's place in a process.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use connectors::{Event, Job};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::message::{JobId, Piece, ToChild};
use super::process::Process;
use crate::runner::pulse::Pulse;

/// How long a job that was cancelled may take to leave.
const LEAVING: Duration = Duration::from_secs(2);

/// A job's place in a process. Dropped before the job has ended, it ends the job.
pub(super) struct Seat {
    id: JobId,
    process: Arc<Process>,
    events: mpsc::Receiver<Event>,
    pulse: Pulse,
    state: State,
}

#[derive(PartialEq, Eq)]
enum State {
    Empty,
    Taken,
    Done,
}

impl Seat {
    /// A place for the job `id`; none in a process that has ended.
    pub(super) fn in_process(process: &Arc<Process>, id: JobId) -> Option<Self> {
        let pulse = Pulse::new();
        Some(Self { id, events: process.place(id, pulse.clone())?, process: process.clone(), pulse, state: State::Empty })
    }

    /// When something was last heard of the job.
    pub(super) fn pulse(&self) -> Pulse {
        self.pulse.clone()
    }

    /// Begins with the job.
    pub(super) fn run(&mut self, job: Job) -> io::Result<()> {
        let room = job.credentials.bytes();
        self.state = State::Taken;
        self.process.tell(&ToChild::Run(self.id, Box::new(job)), room)
    }

    /// Lets it read.
    pub(super) fn may_read(&self) {
        // Three words always fit into a frame.
        let _ = self.process.tell(&ToChild::Read(self.id), 0);
    }

    /// Gives it what it wanted.
    pub(super) fn give(&self, bytes: Option<Bytes>) -> io::Result<()> {
        let room = bytes.as_ref().map_or(0, |bytes| bytes.len() / 3 * 4 + 4);
        self.process.tell(&ToChild::Bytes(self.id, bytes.map(Piece)), room)
    }

    /// What the job tells next; none if its process is lost.
    pub(super) async fn next(&mut self) -> Option<Event> {
        let event = self.events.recv().await;
        if event.as_ref().is_some_and(Event::is_last) {
            self.state = State::Done;
        }
        event
    }

    /// Whether other jobs were lost with this one.
    pub(super) fn was_shared(&self) -> bool {
        self.process.lost().is_some_and(|jobs| jobs > 1)
    }

    /// Ends the process: it does not keep to what was agreed.
    pub(super) fn condemn(&self) {
        self.process.stop();
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        // Without a run-time the server ends, and its children with it.
        let Ok(runtime) = Handle::try_current() else { return };
        let (process, id) = (self.process.clone(), self.id);
        match self.state {
            State::Done => {}
            // Later, because whoever shares processes out may be at it.
            State::Empty => drop(runtime.spawn(async move { process.left(id) })),
            State::Taken => {
                if process.unwanted(id) {
                    let _ = process.tell(&ToChild::Cancel(id), 0);
                    runtime.spawn(see_off(process, id));
                }
            }
        }
    }
}

/// Waits for a job that was cancelled to leave. If it does not, nobody new comes into its process, which is ended once nobody
/// waits for anything in it.
async fn see_off(process: Arc<Process>, id: JobId) {
    loop {
        tokio::time::sleep(LEAVING).await;
        if !process.unwanted(id) || process.stop_if_useless() {
            return;
        }
    }
}
