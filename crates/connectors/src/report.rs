//! Plan and events of a job put together: which step succeeded, failed, or was not taken.

use std::time::Duration;

use egress::{Plan, Step, Taken};

use crate::error::ConnectError;

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It succeeded.
    Ok,
    /// It failed.
    Failed(ConnectError),
    /// It was not taken, and why.
    Skipped(&'static str),
}

/// One step of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepReport {
    /// Which.
    pub step: Step,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

/// Reports every step in running order: the plan's, with what was taken beside it in its place.
pub fn report(plan: &Plan, taken: &[Taken], failure: Option<&ConnectError>) -> Vec<StepReport> {
    let mut order: Vec<Step> = plan.steps().cloned().collect();
    let mut before = 0;
    for step in taken.iter().map(|t| &t.step) {
        if let Some(at) = order.iter().position(|s| s == step) {
            before = before.max(at + 1);
        } else {
            order.insert(before, step.clone());
            before += 1;
        }
    }
    let failed = failure.map(|error| (failed_step(error, taken), error));
    let failed_at = failed.as_ref().map(|(step, _)| {
        order.iter().position(|s| s == step).unwrap_or_else(|| {
            // It may be just what is missing: TLS, where the server insists on it. Then it belongs before the step that found out.
            let found_out = last_taken(taken).and_then(|t| order.iter().position(|s| *s == t.step)).unwrap_or(order.len());
            order.insert(found_out, step.clone());
            found_out
        })
    });
    let outcome = |at: usize, step: &Step| match (failed_at, &failed) {
        (Some(failed_at), Some((_, error))) if at == failed_at => Outcome::Failed((*error).clone()),
        (Some(failed_at), _) if at > failed_at => Outcome::Skipped("an earlier step failed"),
        // A report is made of credentials that were read.
        _ if *step == Step::VALIDATE || taken.iter().any(|t| t.step == *step) => Outcome::Ok,
        _ => Outcome::Skipped("not needed"),
    };
    let took = |step: &Step| taken.iter().filter(|t| t.step == *step).map(|t| t.took).sum();
    order.iter().enumerate().map(|(at, step)| StepReport { step: step.clone(), outcome: outcome(at, step), took: took(step) }).collect()
}

/// The step that was being taken when it failed: the outermost one that ended badly, else the last.
fn last_taken(taken: &[Taken]) -> Option<&Taken> {
    taken.iter().rev().find(|t| !t.ok).or(taken.last())
}

/// Where it failed. What happens while a schema is read is a failure of reading, whatever it is.
fn failed_step(error: &ConnectError, taken: &[Taken]) -> Step {
    let last = last_taken(taken).map_or(Step::VALIDATE, |t| t.step.clone());
    if last == Step::READ { last } else { error.step().unwrap_or(last) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ConnectErrorKind as K;

    fn plan() -> Plan {
        [Step::VALIDATE, Step::POLICY, Step::CONNECT, Step::AUTHENTICATE, Step::new("warehouse"), Step::LIST, Step::READ]
            .into_iter()
            .fold(Plan::new(), Plan::then)
    }

    fn taken(steps: &[(Step, bool)]) -> Vec<Taken> {
        steps.iter().map(|(step, ok)| Taken { step: step.clone(), took: Duration::ZERO, ok: *ok }).collect()
    }

    /// In one line: `connect+` succeeded, `connect!` failed, `connect-` was not taken.
    fn line(steps: &[(Step, bool)], failure: Option<&ConnectError>) -> String {
        let mark = |outcome: &Outcome| match outcome {
            Outcome::Ok => '+',
            Outcome::Failed(_) => '!',
            Outcome::Skipped(_) => '-',
        };
        let all = report(&plan(), &taken(steps), failure);
        all.iter().map(|r| format!("{}{}", r.step.as_str(), mark(&r.outcome))).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn by_running_order_and_by_what_happened() {
        let ok = |all: &[Step]| all.iter().map(|s| (s.clone(), true)).collect::<Vec<_>>();
        let until_login = ok(&[Step::POLICY, Step::CONNECT]);
        let with = |more: &[(Step, bool)]| until_login.iter().cloned().chain(more.iter().cloned()).collect::<Vec<_>>();
        let error = |kind: K| ConnectError::from(kind);

        let all = ok(&[Step::POLICY, Step::CONNECT, Step::AUTHENTICATE, Step::new("warehouse"), Step::LIST, Step::READ]);
        assert_eq!(line(&all, None), "validate+ policy+ connect+ authenticate+ warehouse+ list+ read+");
        // A greeting that refuses us is part of connecting, whatever it says.
        let greeting = with(&[(Step::CONNECT, false)]);
        assert_eq!(line(&greeting, Some(&error(K::NotAdmitted))), "validate+ policy+ connect! authenticate- warehouse- list- read-");
        // A step that the plan did not have, and one that was missing.
        let unplanned = with(&[(Step::TLS, true), (Step::AUTHENTICATE, false)]);
        assert_eq!(line(&unplanned, Some(&error(K::Rejected))), "validate+ policy+ connect+ tls+ authenticate! warehouse- list- read-");
        let missing = with(&[(Step::AUTHENTICATE, false)]);
        assert_eq!(line(&missing, Some(&error(K::TlsRequired))), "validate+ policy+ connect+ tls! authenticate- warehouse- list- read-");
        // A login that finds out about something behind it.
        let warehouse = error(K::DatabaseNotFound).at(Step::new("warehouse"));
        assert_eq!(line(&missing, Some(&warehouse)), "validate+ policy+ connect+ authenticate+ warehouse! list- read-");
        // A read that fails in a connection of its own, or by the words of a server behind the server.
        let mut read = all.clone();
        read.truncate(5);
        read.extend([(Step::CONNECT, false), (Step::READ, false)]);
        for kind in [K::Refused, K::Rejected, K::TlsRequired, K::DatabaseNotFound] {
            assert_eq!(line(&read, Some(&error(kind))), "validate+ policy+ connect+ authenticate+ warehouse+ list+ read!");
        }
        assert_eq!(line(&[], Some(&error(K::Denied))), "validate+ policy! connect- authenticate- warehouse- list- read-");
    }
}
