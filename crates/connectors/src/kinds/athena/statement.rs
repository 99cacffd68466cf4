//! The one statement that is run: `SELECT 1`, which reads nothing and proves that results can be written.

use std::time::Duration;

use aws_sdk_athena::types::{QueryExecutionContext, QueryExecutionState as State, ResultConfiguration};

use super::connection::AthenaConnection;
use super::credentials::AthenaCredentials;
use super::error::{is_refused, of_call};
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::aws::patient;

/// Pauses between looks at a statement that runs.
const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(2);

/// Runs `SELECT 1` in the workgroup, with its result in the output location (unless the workgroup enforces another).
pub(super) async fn select_one(connection: &AthenaConnection, credentials: &AthenaCredentials) -> Result<(), ConnectError> {
    let client = &connection.client;
    let context = QueryExecutionContext::builder().catalog(&connection.catalog).database(&connection.database).build();
    let output = ResultConfiguration::builder().output_location(credentials.output.url()).build();
    let started = patient(|| {
        let start = client.start_query_execution().query_string("SELECT 1").work_group(credentials.work_group());
        start.query_execution_context(context.clone()).result_configuration(output.clone()).send()
    })
    .await;
    let id = match started {
        Ok(started) => started.query_execution_id.ok_or(K::Protocol)?,
        // Workgroup, catalog and database have been proved before.
        Err(error) if is_refused(&error) => return Err(K::OutputUnusable.into()),
        Err(error) => return Err(of_call("athena:StartQueryExecution", &error)),
    };
    let mut pause = FIRST;
    loop {
        let answer = patient(|| client.get_query_execution().query_execution_id(&id).send()).await;
        let answer = answer.map_err(|error| of_call("athena:GetQueryExecution", &error))?;
        let status = answer.query_execution.and_then(|execution| execution.status).ok_or(K::Protocol)?;
        match status.state() {
            Some(State::Succeeded) => return Ok(()),
            Some(State::Queued | State::Running) => {}
            Some(State::Cancelled) => return Err(K::Exhausted.into()),
            // 1: the service's own fault. What a user can be at fault for in a statement that reads nothing is where it writes.
            Some(State::Failed) => {
                return Err(match status.athena_error().map(|failure| (failure.error_category(), failure.error_type())) {
                    Some((Some(1), number)) => ConnectError::with_code(K::Server, &number.unwrap_or_default().to_string()),
                    _ => K::OutputUnusable.into(),
                });
            }
            _ => return Err(K::Protocol.into()),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST);
    }
}
