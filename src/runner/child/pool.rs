//! Who gets which process.
//!
//! Every job has a process to itself as long as there are fewer busy processes than the pool's size. Beyond it an organisation's
//! jobs share its own processes; one that has none gets one all the same, up to twice the size, for which processes whose jobs make
//! no progress do not count. Nobody gets a process that another organisation has used.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

use store::Tenant;
use tokio::sync::oneshot;

use super::message::JobId;
use super::process::{Notice, Process};
use super::seat::Seat;

/// Processes kept for jobs to come, which have had none.
const WARM: usize = 2;

/// How many times the size there are processes at most, those without progress among them.
const SILENT: usize = 4;

/// For how long a process without a job is kept for the organisation that used it.
const IDLE: Duration = Duration::from_secs(10);

/// How children are started.
#[derive(Debug, Clone)]
pub(crate) struct ChildSettings {
    /// The program: this one.
    pub(crate) program: PathBuf,
    /// How many children before jobs share them.
    pub(crate) size: usize,
    /// The memory of each, in bytes.
    pub(crate) memory: u64,
}

/// The children of this server.
pub(super) struct Pool {
    settings: ChildSettings,
    state: Mutex<State>,
    me: Weak<Self>,
}

#[derive(Default)]
struct State {
    members: Vec<Member>,
    queue: Vec<Waiting>,
    last_id: JobId,
}

struct Member {
    process: Arc<Process>,
    /// Who has used it; nobody else ever will.
    tenant: Option<Tenant>,
    /// Whether its job is to stay alone in it.
    alone: bool,
}

struct Waiting {
    tenant: Tenant,
    alone: bool,
    seat: oneshot::Sender<io::Result<Seat>>,
}

impl Pool {
    pub(super) fn new(settings: ChildSettings) -> Arc<Self> {
        let pool = Arc::new_cyclic(|me| Self { settings, state: Mutex::default(), me: me.clone() });
        pool.warm_up();
        tokio::spawn(reap(pool.me.clone()));
        pool
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic under this lock")
    }

    /// A seat for a job of `tenant`; `alone` for one that was lost among others. Waits until there is one.
    pub(super) async fn seat(&self, tenant: Tenant, alone: bool) -> io::Result<Seat> {
        let waiting = {
            let mut state = self.state();
            if let Some(seat) = self.grant(&mut state, tenant, alone) {
                return seat;
            }
            let (seat, waiting) = oneshot::channel();
            // Those who have lost their seat come before those who never had one.
            let at = if alone { state.queue.iter().position(|w| !w.alone) } else { None }.unwrap_or(state.queue.len());
            state.queue.insert(at, Waiting { tenant, alone, seat });
            waiting
        };
        waiting.await.unwrap_or_else(|_| Err(io::Error::other("the pool is gone")))
    }

    fn grant(&self, state: &mut State, tenant: Tenant, alone: bool) -> Option<io::Result<Seat>> {
        state.last_id += 1;
        let id = state.last_id;
        let (mut own, mut busy, mut silent) = (Vec::new(), 0, 0);
        for member in &state.members {
            let jobs = member.process.jobs();
            busy += usize::from(jobs > 0);
            silent += usize::from(jobs > 0 && member.process.is_quiet());
            if member.tenant == Some(tenant) {
                own.push((jobs, member));
            }
        }
        let mut shared: Vec<_> = own.iter().filter(|(jobs, m)| *jobs > 0 && !m.alone && !m.process.is_stuck()).collect();
        let lacks = if alone { !own.iter().any(|(jobs, m)| *jobs > 0 && m.alone) } else { shared.is_empty() };
        if busy < self.settings.size || (lacks && busy - silent < 2 * self.settings.size && busy < SILENT * self.settings.size) {
            // Its own, if one has nothing to do; what is to be alone comes into a process without a past.
            let idle = own.iter().filter(|(jobs, _)| !alone && *jobs == 0).find_map(|(_, m)| Seat::in_process(&m.process, id));
            return Some(idle.map_or_else(|| self.fresh(state, tenant, alone), Ok));
        }
        shared.sort_by_key(|(jobs, _)| *jobs);
        shared.iter().filter(|_| !alone).find_map(|(_, m)| Seat::in_process(&m.process, id)).map(Ok)
    }

    /// A process that had no job yet.
    fn fresh(&self, state: &mut State, tenant: Tenant, alone: bool) -> io::Result<Seat> {
        if !state.members.iter().any(|m| m.tenant.is_none()) {
            // One that waits for work of its organisation makes room.
            let idle = state.members.iter().position(|m| m.tenant.is_some() && m.process.jobs() == 0);
            if let Some(idle) = idle.filter(|_| state.members.len() >= self.settings.size) {
                state.members.swap_remove(idle).process.stop();
            }
            self.start(state)?;
        }
        if let Some(pool) = self.me.upgrade() {
            tokio::spawn(async move { pool.warm_up() });
        }
        let id = state.last_id;
        for member in state.members.iter_mut().filter(|m| m.tenant.is_none()) {
            // One that has ended is taken away in a moment.
            (member.tenant, member.alone) = (Some(tenant), alone);
            if let Some(seat) = Seat::in_process(&member.process, id) {
                return Ok(seat);
            }
        }
        Err(io::Error::other("children end as soon as they are started"))
    }

    fn start(&self, state: &mut State) -> io::Result<()> {
        let me = self.me.clone();
        let notice = move |process: &Arc<Process>, notice| {
            if let Some(pool) = me.upgrade() {
                pool.noticed(process, notice);
            }
        };
        let process = Process::start(&self.settings.program, self.settings.memory, Box::new(notice))?;
        state.members.push(Member { process, tenant: None, alone: false });
        Ok(())
    }

    /// Starts processes for jobs to come. Not when one of them ends: a program that cannot run would be started for ever.
    fn warm_up(&self) {
        let mut state = self.state();
        while state.members.iter().filter(|m| m.tenant.is_none()).count() < WARM.min(self.settings.size)
            && state.members.len() < 2 * self.settings.size
        {
            if let Err(error) = self.start(&mut state) {
                tracing::warn!(%error, "a child process cannot be started");
                return;
            }
        }
    }

    fn noticed(&self, process: &Arc<Process>, notice: Notice) {
        let mut state = self.state();
        let at = state.members.iter().position(|m| Arc::ptr_eq(&m.process, process));
        match (notice, at) {
            (Notice::Ended, Some(at)) => drop(state.members.swap_remove(at)),
            // It was alone, and is a process like any other of its organisation from now on.
            (Notice::Left, Some(at)) if process.jobs() == 0 => state.members[at].alone = false,
            _ => {}
        }
        self.serve(&mut state);
    }

    /// Gives seats to those who wait, in their order.
    fn serve(&self, state: &mut State) {
        for waiting in std::mem::take(&mut state.queue) {
            if waiting.seat.is_closed() {
                continue;
            }
            match self.grant(state, waiting.tenant, waiting.alone) {
                // Whoever waited may go at this very moment: then the seat is given back by being dropped.
                Some(seat) => drop(waiting.seat.send(seat)),
                None => state.queue.push(waiting),
            }
        }
    }
}

/// Serves those who wait, and ends processes that have had no job for a while.
async fn reap(pool: Weak<Pool>) {
    let mut clock = tokio::time::interval(Duration::from_secs(1));
    loop {
        clock.tick().await;
        let Some(pool) = pool.upgrade() else { return };
        let mut state = pool.state();
        // Jobs may have fallen silent.
        pool.serve(&mut state);
        state.members.retain(|member| {
            let keep = member.tenant.is_none() || member.process.idle().is_none_or(|idle| idle < IDLE);
            if !keep {
                member.process.stop();
            }
            keep
        });
    }
}
