//! One job from its order to its last event, over as many processes as it takes.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use connectors::{ConnectError, ConnectErrorKind, Event, Task, TimeLimits};
use egress::{Deadline, Step, is_exhausted};
use store::Tenant;
use tokio::sync::mpsc;

use super::bounds::Bounds;
use super::pool::Pool;
use super::seat::Seat;
use crate::runner::patience::{Full, Patience};
use crate::runner::permits::{Permit, Permits};
use crate::runner::pulse::Pulse;
use crate::runner::running::News;
use crate::runner::{Order, RunnerSettings};

/// A child keeps its own time. One that is later than this does not keep it any more.
const LATE: Duration = Duration::from_secs(2);

/// What all jobs share.
pub(super) struct Shared {
    pub(super) settings: RunnerSettings,
    pub(super) tests: Permits,
    pub(super) reads: Permits,
    pub(super) pool: Arc<Pool>,
}

/// A place that is waited for.
type Place<'a> = Pin<Box<dyn Future<Output = Result<Permit, ConnectError>> + Send + 'a>>;

/// How an attempt ended.
enum End {
    /// With the job's last event, or because nobody waits for it any more.
    Whole,
    /// The process was lost; whether the job is to be tried again.
    Lost { again: bool },
    /// The process talked garbage or kept no time, or there was no place: the job's failure.
    Failed(ConnectError),
}

/// Runs a job. Whoever ordered it hears of it through `out`; to drop this is to cancel the job.
pub(super) async fn drive(shared: Arc<Shared>, tenant: Tenant, order: Order, task: Task, out: mpsc::Sender<News>) {
    let job = Driven { shared: &shared, tenant, order, task, out: &out };
    if let Err(error) = job.run().await {
        // Whoever ordered it may have gone.
        let _ = out.send(News::Event(Event::Failed(error))).await;
    }
}

struct Driven<'a> {
    shared: &'a Shared,
    tenant: Tenant,
    order: Order,
    task: Task,
    out: &'a mpsc::Sender<News>,
}

impl Driven<'_> {
    async fn run(&self) -> Result<(), ConnectError> {
        let Shared { settings, tests, pool, .. } = self.shared;
        let mut patience = Patience::new(settings.queue_timeout);
        let mut permit = Some(patience.wait(tests.acquire(self.tenant, Pulse::new())).await?);
        let mut time = settings.time();
        let mut alone = false;
        loop {
            // Waiting is on our account: the time that the test has left is left after it.
            let left = if alone { time.test.remaining() } else { settings.test_timeout };
            let seat = patience.wait(async { Ok::<_, Full>(pool.seat(self.tenant, alone).await) }).await?;
            let mut seat = seat.map_err(|error| of_ours(&error))?;
            time.test = Deadline::after(left);
            let job = settings.job(&self.order, self.task.clone(), time).await;
            seat.run(job).map_err(|error| of_ours(&error))?;
            match self.follow(&mut seat, &mut time, &mut permit, &mut patience).await {
                End::Whole => return Ok(()),
                // What broke down alone is to blame. Among others it may have been any of them: each is tried alone.
                End::Lost { again: true } if !alone => {
                    alone = true;
                    if self.out.send(News::Again).await.is_err() {
                        return Ok(());
                    }
                }
                End::Lost { .. } => return Err(ConnectErrorKind::DriverFailed.into()),
                End::Failed(error) => return Err(error),
            }
        }
    }

    async fn follow(&self, seat: &mut Seat, time: &mut TimeLimits, permit: &mut Option<Permit>, patience: &mut Patience) -> End {
        let mut bounds = Bounds::new(self.shared.settings.limits);
        let mut heard = false;
        let late = |until: Deadline| tokio::time::Instant::now() + until.remaining() + LATE;
        let mut until = late(time.test);
        let mut began = None;
        let mut patience = Some(patience);
        let mut wait: Option<Place<'_>> = None;
        loop {
            let event = tokio::select! {
                biased;
                () = tokio::time::sleep_until(until), if wait.is_none() => return End::Failed(ConnectErrorKind::TimedOut.into()),
                event = seat.next() => event,
                Some(granted) = async { Some(wait.as_mut()?.await) } => {
                    wait = None;
                    match granted {
                        Ok(granted) => *permit = Some(granted),
                        Err(busy) => return End::Failed(busy.at(Step::READ)),
                    }
                    // The time of the read begins here.
                    began = Some(Instant::now());
                    until = late(Deadline::after(time.read));
                    seat.may_read();
                    continue;
                }
            };
            let Some(event) = event else {
                if let Some(began) = began {
                    // What was read is lost, and its time with it; the way there is to be gone again.
                    time.read = time.read.saturating_sub(began.elapsed());
                    time.test = Deadline::after(self.shared.settings.test_timeout);
                }
                return End::Lost { again: seat.was_shared() || !heard };
            };
            heard = true;
            if !bounds.hold(&event) {
                seat.condemn();
                return End::Failed(ConnectErrorKind::DriverFailed.into());
            }
            if let Event::Want(want) = event {
                let given = self.order.give(want).await;
                if given.map_or(true, |bytes| seat.give(bytes).is_err()) {
                    // It wants what it was not given.
                    seat.condemn();
                    return End::Failed(ConnectErrorKind::DriverFailed.into());
                }
                continue;
            }
            let last = event.is_last();
            if matches!(event, Event::Server(_)) && matches!(self.task, Task::Survey | Task::Read(_)) {
                *permit = None;
                let place = self.shared.reads.acquire(self.tenant, seat.pulse());
                // A child that says so twice waits for nothing.
                wait = patience.take().map(|patience| Box::pin(patience.wait(place)) as Place<'_>);
            }
            if self.out.send(News::Event(event)).await.is_err() || last {
                return End::Whole;
            }
        }
    }
}

fn of_ours(error: &std::io::Error) -> ConnectError {
    tracing::error!(%error, "a job cannot be given to a child process");
    if is_exhausted(error) { ConnectErrorKind::OwnExhausted.into() } else { ConnectErrorKind::Internal.into() }
}
