//! The connection phase: greeting, TLS, authentication
//! (<https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html>).

use std::collections::HashMap;

use bytes::Bytes;
use mysql_common::auth::plugins::{AuthProc, ChallengeResponsePlugin, Context, Response};
use mysql_common::constants::CapabilityFlags;
use mysql_common::io::ParseBuf;
use mysql_common::packets::{AuthPlugin, AuthSwitchRequest, HandshakePacket, HandshakeResponse, SslRequest};
use secrecy::{ExposeSecret, SecretString};

use super::error::{PLUGINS, of_packet};
use super::packet::Wire;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::route::Way;

/// The largest packet that we say we take.
const MAX_PACKET: u32 = 4 << 20;

/// `utf8mb4_general_ci`: known to every server since 5.5.3.
const COLLATION: u8 = 45;

/// How often a server may answer before it must have made up its mind.
const ROUNDS: usize = 8;

/// What we can do. `CLIENT_LOCAL_FILES`, `CLIENT_COMPRESS` and `CLIENT_MULTI_*` are left out, so a server that acts on them breaks the protocol.
fn capabilities() -> CapabilityFlags {
    CapabilityFlags::CLIENT_PROTOCOL_41
        | CapabilityFlags::CLIENT_SECURE_CONNECTION
        | CapabilityFlags::CLIENT_LONG_PASSWORD
        | CapabilityFlags::CLIENT_TRANSACTIONS
        | CapabilityFlags::CLIENT_LONG_FLAG
        | CapabilityFlags::CLIENT_PLUGIN_AUTH
        | CapabilityFlags::CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA
        | CapabilityFlags::CLIENT_CONNECT_ATTRS
}

/// The first packet of a server that lets us in so far.
pub(super) struct Greeting {
    packet: Bytes,
}

impl Greeting {
    /// Reads it; a server that is full says so here.
    pub(super) async fn read(wire: &mut Wire) -> Result<Self, ConnectError> {
        let packet = wire.read().await?;
        match packet.first() {
            Some(0xff) => Err(of_packet(&packet)),
            Some(10) => {
                let this = Self { packet };
                this.parsed()?;
                Ok(this)
            }
            _ => Err(K::Protocol.into()),
        }
    }

    pub(super) fn parsed(&self) -> Result<HandshakePacket<'_>, ConnectError> {
        // The length of the nonce, behind the version's end and 20 bytes; the parser counts with it as a signed byte.
        let version = self.packet.iter().position(|byte| *byte == 0).unwrap_or(self.packet.len());
        if self.packet.get(version + 21).is_some_and(|length| *length >= 0x80) {
            return Err(K::Protocol.into());
        }
        let greeting: HandshakePacket<'_> = ParseBuf(&self.packet).parse(()).map_err(|_| K::Protocol)?;
        if greeting.capabilities().contains(CapabilityFlags::CLIENT_PROTOCOL_41) { Ok(greeting) } else { Err(K::Protocol.into()) }
    }

    fn capabilities(&self) -> Result<CapabilityFlags, ConnectError> {
        Ok(self.parsed()?.capabilities())
    }
}

/// Asks for TLS and makes it.
pub(super) async fn secure(mut wire: Wire, greeting: &Greeting, way: &Way) -> Result<Wire, ConnectError> {
    let mut sequence = 0;
    let ask = async {
        let theirs = greeting.capabilities()?;
        if !theirs.contains(CapabilityFlags::CLIENT_SSL) {
            return Err(ConnectError::from(K::TlsUnsupported));
        }
        let flags = (capabilities() | CapabilityFlags::CLIENT_SSL) & theirs;
        wire.write_struct(&SslRequest::new(flags, MAX_PACKET, COLLATION)).await?;
        let (stream, next) = wire.into_stream()?;
        sequence = next;
        Ok(stream)
    };
    let session = way.secure(ask).await?;
    Ok(Wire::resumed(Box::new(session), sequence))
}

/// Who logs in, and what the connection is worth.
pub(super) struct Login<'a> {
    pub(super) username: &'a str,
    pub(super) password: &'a SecretString,
    /// Whether TLS was made.
    pub(super) tls: bool,
    /// Whether it was made with a server that proved who it is.
    pub(super) verified: bool,
}

struct Secrets<'a> {
    password: &'a [u8],
    nonce: Vec<u8>,
}

impl Context for &Secrets<'_> {
    fn pass(&self) -> &[u8] {
        self.password
    }

    fn is_ipc_transport(&self) -> bool {
        false
    }

    /// The plug-ins hand over the bare password where this is true; `respond` has looked before they are asked.
    fn is_tls_transport(&self) -> bool {
        true
    }

    fn scramble(&self) -> &[u8] {
        &self.nonce
    }

    /// No key is ever taken from a server: it may be anybody's.
    fn server_key_pem(&self) -> Option<&[u8]> {
        None
    }
}

/// An authentication on its way.
struct Running {
    plugin: AuthPlugin<'static>,
    procedure: AuthProc,
}

impl Login<'_> {
    /// Logs in.
    pub(super) async fn run(&self, wire: &mut Wire, greeting: &Greeting) -> Result<(), ConnectError> {
        let parsed = greeting.parsed()?;
        let mut secrets = Secrets { password: self.password.expose_secret().as_bytes(), nonce: parsed.nonce() };
        // A plug-in that would give the password away with the first packet waits until the server asks for it by name.
        let first = match parsed.auth_plugin() {
            Some(AuthPlugin::CachingSha2Password) => AuthPlugin::CachingSha2Password,
            _ => AuthPlugin::MysqlNativePassword,
        };
        let mut running = Self::start(first)?;
        let nonce = secrets.nonce.clone();
        let answer = self.respond(&mut running, &secrets, &nonce)?;
        let mut flags = capabilities() & parsed.capabilities();
        flags.set(CapabilityFlags::CLIENT_SSL, self.tls);
        let attributes = flags
            .contains(CapabilityFlags::CLIENT_CONNECT_ATTRS)
            .then(|| HashMap::from([("program_name".to_owned(), "headwater".to_owned())]));
        let plugin = flags.contains(CapabilityFlags::CLIENT_PLUGIN_AUTH).then(|| running.plugin.borrow());
        // The version decides on nothing but the collation here.
        let response =
            HandshakeResponse::new(answer, (8, 0, 0), Some(self.username.as_bytes()), None::<&[u8]>, plugin, flags, attributes, MAX_PACKET);
        wire.write_struct(&response).await?;

        for _ in 0..ROUNDS {
            let packet = wire.read().await?;
            match packet.first() {
                Some(0) => return Ok(()),
                Some(0xff) => return Err(self.refused(of_packet(&packet))),
                Some(0xfe) => {
                    // One byte alone asks for the scheme of MySQL 3.
                    let request: AuthSwitchRequest<'_> =
                        if packet.len() > 1 { ParseBuf(&packet).parse(()).map_err(|_| K::Protocol)? } else { return Err(unsupported()) };
                    running = Self::start(request.auth_plugin().into_owned())?;
                    secrets.nonce = request.plugin_data().to_vec();
                    let challenge = secrets.nonce.clone();
                    let answer = self.respond(&mut running, &secrets, &challenge)?.unwrap_or_default();
                    wire.write(&answer).await?;
                }
                Some(1) => {
                    if let Some(answer) = self.respond(&mut running, &secrets, &packet[1..])? {
                        wire.write(&answer).await?;
                    }
                }
                _ => return Err(K::Protocol.into()),
            }
        }
        Err(K::Protocol.into())
    }

    fn start(plugin: AuthPlugin<'static>) -> Result<Running, ConnectError> {
        match plugin {
            // The first is broken, the others are not built in.
            AuthPlugin::MysqlOldPassword | AuthPlugin::Parsec | AuthPlugin::Other(_) => Err(unsupported()),
            _ => Ok(Running { procedure: plugin.init().map_err(|_| unsupported())?, plugin }),
        }
    }

    /// The answer to a challenge, unless it would show the password to somebody unknown.
    fn respond(&self, running: &mut Running, secrets: &Secrets<'_>, challenge: &[u8]) -> Result<Option<Vec<u8>>, ConnectError> {
        let bare = match running.plugin {
            AuthPlugin::MysqlClearPassword | AuthPlugin::Sha256Password => true,
            // 4: "perform full authentication", with the password itself.
            AuthPlugin::CachingSha2Password => challenge == [4],
            _ => false,
        };
        if bare && !secrets.password.is_empty() && !(self.tls && self.verified) {
            return Err(ConnectError::from(K::PasswordExposed).with_remedy(
                if self.tls {
                    "give the authority's certificate (PEM) as sslCa and leave sslVerify at full: only then the password may be sent"
                } else {
                    "set sslMode to true: over TLS with a verified certificate the password may be sent"
                }
                .to_owned(),
            ));
        }
        match running.procedure.run(secrets, challenge) {
            Ok(Response::Next { packet } | Response::Last { packet }) => Ok(packet),
            Err(_) => Err(K::Protocol.into()),
        }
    }

    fn refused(&self, error: ConnectError) -> ConnectError {
        // What servers built on Vitess's protocol (Dolt, PlanetScale) say of a login that fails: `CRServerHandshakeErr`.
        let handshake = error.kind == K::Server && error.server_code.as_deref() == Some("2012");
        let error = if handshake { ConnectError::with_code(K::Rejected, "2012") } else { error };
        match error.kind {
            K::Rejected if !self.tls => error.with_remedy(
                "check username and password, and whether the user may connect from here; set sslMode to true if the user must use TLS"
                    .to_owned(),
            ),
            K::Rejected => error.with_remedy("check username and password, and whether the user may connect from here".to_owned()),
            _ => error,
        }
    }
}

fn unsupported() -> ConnectError {
    ConnectError::from(K::AuthenticationUnsupported).with_remedy(PLUGINS.to_owned())
}
