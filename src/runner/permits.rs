//! Bulkheads: how many jobs run at once, in all and for one organisation.
//!
//! One organisation gets half of the places at most. One that has none gets one all the same, up to twice their number, so that no
//! number of greedy ones keeps it out. A place whose job makes no progress counts against its organisation alone.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use store::Tenant;
use tokio::sync::oneshot;

use super::patience::Full;
use super::pulse::Pulse;

/// Jobs of one organisation that may wait for a place.
const QUEUE: usize = 2_000;

/// Jobs that make no progress do not count, up to so many times the places in all: each has a connection and some memory.
const SILENT: usize = 4;

/// How often those who wait look whether a job has fallen silent.
const LOOK: Duration = Duration::from_millis(500);

/// Places for one sort of job.
#[derive(Clone)]
pub(super) struct Permits(Arc<Shared>);

struct Shared {
    places: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tenants: HashMap<Tenant, Own>,
    last_id: u64,
}

/// What an organisation has, and what it waits for, in order of asking.
#[derive(Default)]
struct Own {
    held: HashMap<u64, Pulse>,
    queue: VecDeque<Waiting>,
}

struct Waiting {
    id: u64,
    pulse: Pulse,
    granted: oneshot::Sender<()>,
}

/// A place, or the right to one that is waited for; given back when dropped.
pub(super) struct Permit {
    shared: Arc<Shared>,
    tenant: Tenant,
    id: u64,
}

impl Permits {
    pub(super) fn new(places: u32) -> Self {
        Self(Arc::new(Shared { places: places as usize, state: Mutex::default() }))
    }

    /// Waits for a place for the job that `pulse` is of. Organisations take turns, the one with the fewest places first.
    pub(super) async fn acquire(&self, tenant: Tenant, pulse: Pulse) -> Result<Permit, Full> {
        let (permit, mut granted) = self.ask(tenant, pulse)?;
        loop {
            tokio::select! {
                biased;
                _ = &mut granted => return Ok(permit),
                () = tokio::time::sleep(LOOK) => self.0.serve(&mut self.0.state()),
            }
        }
    }

    fn ask(&self, tenant: Tenant, pulse: Pulse) -> Result<(Permit, oneshot::Receiver<()>), Full> {
        let mut state = self.0.state();
        state.last_id += 1;
        let id = state.last_id;
        let own = state.tenants.entry(tenant).or_default();
        if own.queue.len() >= QUEUE {
            return Err(Full);
        }
        let (granted, waiting) = oneshot::channel();
        own.queue.push_back(Waiting { id, pulse, granted });
        self.0.serve(&mut state);
        Ok((Permit { shared: self.0.clone(), tenant, id }, waiting))
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic under this lock")
    }

    /// Gives places to those who wait, as long as there are some.
    fn serve(&self, state: &mut State) {
        if state.tenants.values().all(|own| own.queue.is_empty()) {
            return;
        }
        let (mut all, mut busy) = (0, 0);
        for own in state.tenants.values() {
            all += own.held.len();
            busy += own.held.values().filter(|pulse| !pulse.is_quiet()).count();
        }
        while all < SILENT * self.places {
            let may_have = |own: &Own| match own.held.len() {
                0 => busy < 2 * self.places,
                held => held < (self.places / 2).max(1) && busy < self.places,
            };
            let waiting = state.tenants.values_mut().filter(|own| !own.queue.is_empty() && may_have(own));
            let Some(next) = waiting.min_by_key(|own| (own.held.len(), own.queue.front().map(|first| first.id))) else { return };
            if let Some(Waiting { id, pulse, granted }) = next.queue.pop_front() {
                // It begins now. Whoever waited may go at this very moment, and gives the place back by being dropped.
                pulse.beat();
                next.held.insert(id, pulse);
                let _ = granted.send(());
                (all, busy) = (all + 1, busy + 1);
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        if let Some(own) = state.tenants.get_mut(&self.tenant) {
            if own.held.remove(&self.id).is_none() {
                own.queue.retain(|waiting| waiting.id != self.id);
            }
            // Organisations without a job are forgotten.
            if own.held.is_empty() && own.queue.is_empty() {
                state.tenants.remove(&self.tenant);
            }
        }
        self.shared.serve(&mut state);
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::{Pin, pin};
    use std::task::Poll;

    use super::*;

    /// Whether it is there without any waiting.
    async fn at_once<T>(mut work: Pin<&mut impl Future<Output = T>>) -> Option<T> {
        poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    async fn get(permits: &Permits, tenant: i64) -> Option<Permit> {
        at_once(pin!(permits.acquire(Tenant(tenant), Pulse::new()))).await.map(|got| got.expect("few wait"))
    }

    #[tokio::test]
    async fn one_organisation_gets_half() {
        let permits = Permits::new(4);
        let held = (get(&permits, 1).await.expect("one"), get(&permits, 1).await.expect("two"));
        assert!(get(&permits, 1).await.is_none());
        let other = get(&permits, 2).await.expect("a place is left");
        drop(held);
        drop(other);
        assert!(get(&permits, 1).await.is_some(), "places come back");
        assert_eq!(permits.0.state().tenants.len(), 0, "and nothing is kept");
    }

    #[tokio::test]
    async fn who_has_none_gets_one_beside_any_number_of_greedy_ones() {
        let permits = Permits::new(4);
        let mut held = Vec::new();
        for tenant in [1, 1, 2, 2] {
            held.push(get(&permits, tenant).await.expect("a place"));
        }
        for tenant in 3..7 {
            held.push(get(&permits, tenant).await.expect("one of those that are kept"));
            assert!(get(&permits, tenant).await.is_none(), "and no second one");
        }
        assert!(get(&permits, 7).await.is_none());
    }

    #[tokio::test]
    async fn organisations_take_turns() {
        let permits = Permits::new(2);
        let (first, second) = (get(&permits, 1).await.expect("one"), get(&permits, 2).await.expect("two"));
        let third = [get(&permits, 3).await.expect("kept"), get(&permits, 4).await.expect("kept")];
        let mut greedy: Vec<_> = (0..3).map(|_| Box::pin(permits.acquire(Tenant(5), Pulse::new()))).collect();
        for waiting in &mut greedy {
            assert!(at_once(waiting.as_mut()).await.is_none());
        }
        let mut modest = pin!(permits.acquire(Tenant(6), Pulse::new()));
        assert!(at_once(modest.as_mut()).await.is_none());
        drop(first);
        let got = at_once(greedy[0].as_mut()).await.expect("asked first").expect("few wait");
        drop(second);
        let other = at_once(modest.as_mut()).await.expect("has none").expect("few wait");
        assert!(at_once(greedy[1].as_mut()).await.is_none());
        // Who stops waiting leaves nothing behind.
        drop(greedy);
        drop((got, other, third));
        assert_eq!(permits.0.state().tenants.len(), 0);
    }

    #[tokio::test]
    async fn a_silent_job_counts_against_its_organisation_alone() {
        let permits = Permits::new(2);
        let pulses: Vec<_> = (0..4).map(|_| Pulse::new()).collect();
        let mut held = Vec::new();
        for (tenant, pulse) in (1..5).zip(&pulses) {
            held.push(permits.acquire(Tenant(tenant), pulse.clone()).await.expect("few wait"));
        }
        let mut fifth = pin!(permits.acquire(Tenant(5), Pulse::new()));
        assert!(at_once(fifth.as_mut()).await.is_none());
        let _fifth = fifth.await.expect("the others are silent after a while");
        assert!(get(&permits, 1).await.is_none(), "it still has its half");
        pulses.iter().for_each(Pulse::beat);
        assert!(get(&permits, 6).await.is_none(), "who moves again counts again");
    }

    #[tokio::test]
    async fn not_everybody_may_wait() {
        let permits = Permits::new(2);
        let _held = get(&permits, 1).await;
        let waiting: Vec<_> = (0..QUEUE).map(|_| permits.ask(Tenant(1), Pulse::new()).expect("may wait")).collect();
        assert!(permits.acquire(Tenant(1), Pulse::new()).await.is_err_and(|full| full == Full));
        assert!(get(&permits, 2).await.is_some(), "others may");
        drop(waiting);
    }
}
