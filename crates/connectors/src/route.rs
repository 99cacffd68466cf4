//! The way to a server, gone through once for every kind: SSH or not, whom to dial, TLS or not.

use egress::{
    Announced, AwsHttp, Behind, BoxStream, Deadline, Elapsed, Gateway, Host, HttpClient, Origin, Plan, Session, Share, SshTunnel, Step,
    Target, TlsOptions, TlsStream, Watch, connect_tls,
};

use crate::error::{ConnectError, ConnectErrorKind};

/// Logging in, and an SSH handshake, take several round trips, and a key to be decrypted.
pub(crate) const LONG: Share = Share::Percent(80);

/// Where credentials lead.
pub(crate) struct Route {
    /// The server.
    pub(crate) target: Target,
    /// How TLS is made with it, if it is.
    pub(crate) tls: Option<TlsOptions>,
    /// The SSH server before it.
    pub(crate) tunnel: Option<SshTunnel>,
}

impl Route {
    /// The steps that lead to the server, in running order.
    pub(crate) fn plan(&self) -> Plan {
        let first = self.tunnel.as_ref().map_or(&self.target.host, |tunnel| &tunnel.server.host);
        let mut plan = Plan::new().then(Step::VALIDATE).then(Step::POLICY);
        if matches!(first, Host::Name(_)) {
            plan = plan.then(Step::RESOLVE);
        }
        if self.tunnel.is_some() {
            plan = plan.then_within(Step::SSH_CONNECT, LONG).then(Step::SSH_HOST_KEY).then_within(Step::SSH_AUTH, LONG);
        }
        plan = plan.then(Step::CONNECT);
        if self.tls.is_some() { plan.then(Step::TLS) } else { plan }
    }

    /// Opens the tunnel, if there is one; with the SSH server's key, to be kept with the credentials.
    pub(crate) async fn go(self, session: &Session) -> Result<(Way, Option<String>), ConnectError> {
        let Self { target, tls, tunnel } = self;
        let (session, key) = match &tunnel {
            None => (session.clone(), None),
            Some(tunnel) => {
                // On the heap: a handshake takes some kilobytes, and every caller would carry them along.
                let (session, key) = Box::pin(session.through(tunnel)).await?;
                (session, Some(key))
            }
        };
        Ok((Way { session, target, tls }, key))
    }
}

/// An open way to a server: nothing of what lies between matters to a connector any more.
#[derive(Clone)]
pub(crate) struct Way {
    session: Session,
    target: Target,
    tls: Option<TlsOptions>,
}

impl Way {
    /// The same way to another server, where this one sent us there.
    pub(crate) fn to(&self, target: Target) -> Self {
        Self { target, ..self.clone() }
    }

    /// The same way with another deadline: a read has more time than the test before it.
    pub(crate) fn until(&self, deadline: Deadline) -> Self {
        Self { session: self.session.until(deadline), ..self.clone() }
    }

    /// Whether the operator has allowed the server by its name: for kinds whose servers are one vendor's.
    pub(crate) fn is_named(&self) -> bool {
        self.session.names(&self.target.host)
    }

    /// Opens a stream to the server.
    pub(crate) async fn dial(&self) -> Result<BoxStream, ConnectError> {
        Ok(self.session.dial(&self.target).await?)
    }

    /// Where a service of the server's name is, by DNS. One step of the job.
    pub(crate) async fn announced(&self, service: &str) -> Result<Announced, ConnectError> {
        Ok(self.session.announced(service, &self.target).await?)
    }

    /// Whom the server has to be for TLS, and what else it is called by.
    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Whether TLS is to be made.
    pub(crate) fn wants_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// Whether a certificate of ours is shown to a server that asks for one.
    pub(crate) fn shows_certificate(&self) -> bool {
        self.tls.as_ref().is_some_and(|options| options.identity.is_some())
    }

    /// Makes TLS with the server on the stream that `ready` yields, which asks for TLS in the words of the protocol. One step of the job.
    pub(crate) async fn secure(&self, ready: impl Future<Output = Result<BoxStream, ConnectError>>) -> Result<TlsStream, ConnectError> {
        let options = self.tls.clone().unwrap_or_default();
        let make = async { Ok(connect_tls(ready.await?, &self.target.host, &options, self.session.deadline()).await?) };
        self.session.step(Step::TLS, make).await
    }

    /// A client for the server's HTTP interface, and for no other origin.
    pub(crate) fn http(&self) -> HttpClient {
        let origin = Origin { https: self.wants_tls(), target: self.target.clone() };
        HttpClient::new(self.session.clone(), origin, self.tls.clone().unwrap_or_default())
    }

    /// A client for a host of the vendor's, reached where the operator has it. For kinds whose server is no credential.
    pub(crate) fn http_of(&self, host: &Host) -> HttpClient {
        let origin = match self.session.moved(host) {
            Some(moved) => Origin { https: moved.https, target: moved.target.clone() },
            None => Origin { https: true, target: Target::new(host.clone(), 443) },
        };
        HttpClient::new(self.session.clone(), origin, self.tls.clone().unwrap_or_default())
    }

    /// An HTTP client for the SDK of an AWS service, for the server and no other origin.
    pub(crate) fn aws(&self, limit: usize) -> AwsHttp {
        let origin = Origin { https: self.wants_tls(), target: self.target.clone() };
        AwsHttp::new(self.session.clone(), self.tls.clone().unwrap_or_default(), vec![origin], limit)
    }

    /// A door to the server, and to nobody else, for a driver that insists on dialing and speaks plainly: TLS is made behind it.
    /// `watch` looks at what the server sends, of which at most `bytes` are passed on.
    pub(crate) async fn gateway(&self, bytes: u64, watch: fn() -> Box<dyn Watch>) -> Result<Gateway, ConnectError> {
        let behind = Behind { tls: self.tls.clone(), watch: Some(watch) };
        let opened = Gateway::open_before(self.session.clone(), vec![self.target.clone()], bytes, behind).await;
        opened.map_err(|_| ConnectErrorKind::OwnExhausted.into())
    }

    /// When a step that begins now has to end.
    pub(crate) fn limit(&self, step: &Step) -> Deadline {
        self.session.deadline().step(self.session.trace().limit(step))
    }

    /// Runs `work` as a step of the job, under the step's own limit.
    pub(crate) async fn step<T, E: From<Elapsed>>(&self, step: Step, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        self.session.step(step, work).await
    }
}
