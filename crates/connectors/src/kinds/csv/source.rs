//! The job: no server, no way to one; the files are those that came with it.

use async_trait::async_trait;
use catalog::CatalogWriter;
use egress::{Deadline, Plan, Session, Share, Step};

use super::introspect::introspect;
use crate::connector::{Opened, Source};
use crate::error::ConnectError;
use crate::job_files::JobFiles;
use crate::server::ServerInfo;

/// The files of a datasource; none before any was uploaded.
#[derive(Default)]
pub(super) struct CsvSource(Option<JobFiles>);

struct Files {
    files: Option<JobFiles>,
    server: ServerInfo,
}

#[async_trait]
impl Source for CsvSource {
    fn plan(&self) -> Plan {
        Plan::new().then(Step::VALIDATE).then_within(Step::READ, Share::Rest)
    }

    fn take_files(&mut self, files: JobFiles) {
        self.0 = Some(files);
    }

    async fn open(&self, _: &Session) -> Result<Box<dyn Opened>, ConnectError> {
        Ok(Box::new(Files { files: self.0.clone(), server: ServerInfo::new("Uploaded files", String::new()) }))
    }
}

#[async_trait]
impl Opened for Files {
    fn server(&self) -> &ServerInfo {
        &self.server
    }

    async fn introspect(&mut self, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        let deadline = Deadline::from(out.until());
        let read = deadline.run(introspect(self.files.as_ref(), out)).await;
        read.unwrap_or_else(|elapsed| Err(elapsed.into())).map_err(ConnectError::of_read)
    }
}
