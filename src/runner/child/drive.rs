//! One job from its order to its last event, over as many processes as it takes.

use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use connectors::{ConnectError, ConnectErrorKind, Event, Task, TimeLimits};
use egress::Deadline;
use store::Tenant;
use tokio::sync::mpsc;

use super::bounds::Bounds;
use super::pool::Pool;
use super::seat::Seat;
use crate::runner::permits::{Permit, Permits};
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

/// How an attempt ended.
enum End {
    /// With the job's last event, or because nobody waits for it any more.
    Whole,
    /// The process was lost; whether the job is to be tried again.
    Lost { again: bool },
    /// The process talked garbage or kept no time: the job's failure.
    Failed(ConnectErrorKind),
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
        let mut time = settings.time();
        let mut permit = Some(time.test.run(tests.acquire(self.tenant)).await?);
        let mut alone = false;
        loop {
            let seat = time.test.run(pool.seat(self.tenant, alone)).await?;
            let mut seat = seat.map_err(|error| of_ours(&error))?;
            let job = settings.job(&self.order, self.task.clone(), time).await;
            seat.run(job).map_err(|error| of_ours(&error))?;
            match self.follow(&mut seat, &mut time, &mut permit).await {
                End::Whole => return Ok(()),
                // What broke down alone is to blame. Among others it may have been any of them: each is tried alone.
                End::Lost { again: true } if !alone => {
                    alone = true;
                    if self.out.send(News::Again).await.is_err() {
                        return Ok(());
                    }
                }
                End::Lost { .. } => return Err(ConnectErrorKind::DriverFailed.into()),
                End::Failed(kind) => return Err(kind.into()),
            }
            // The first deadline holds for what is left of the job.
            if let Some(end) = time.end {
                time.test = end.step(settings.test_timeout);
            }
        }
    }

    async fn follow(&self, seat: &mut Seat, time: &mut TimeLimits, permit: &mut Option<Permit>) -> End {
        let mut bounds = Bounds::new(self.shared.settings.limits);
        let mut heard = false;
        let late = |until: Deadline| tokio::time::Instant::now() + until.remaining() + LATE;
        let mut until = late(time.test);
        let mut wait: Pin<Box<dyn Future<Output = Permit> + Send + '_>> = Box::pin(pending());
        loop {
            let event = tokio::select! {
                biased;
                () = tokio::time::sleep_until(until) => return End::Failed(ConnectErrorKind::TimedOut),
                event = seat.next() => event,
                granted = &mut wait => {
                    *permit = Some(granted);
                    wait = Box::pin(pending());
                    seat.may_read();
                    continue;
                }
            };
            let Some(event) = event else { return End::Lost { again: seat.was_shared() || !heard } };
            heard = true;
            if !bounds.hold(&event) {
                seat.condemn();
                return End::Failed(ConnectErrorKind::DriverFailed);
            }
            let last = event.is_last();
            if matches!(event, Event::Server(_)) && matches!(self.task, Task::Survey | Task::Read(_)) {
                // The read has its own limit, and keeps to the first one if the job is run again.
                until = late(*time.end.get_or_insert_with(|| Deadline::after(time.read)));
                *permit = None;
                wait = Box::pin(self.shared.reads.acquire(self.tenant));
            }
            if self.out.send(News::Event(event)).await.is_err() || last {
                return End::Whole;
            }
        }
    }
}

fn of_ours(error: &std::io::Error) -> ConnectError {
    tracing::error!(%error, "a job cannot be given to a child process");
    ConnectErrorKind::Internal.into()
}
