//! The one way out.
//!
//! Every socket of every connector is opened here, so address policy, DNS pinning, TLS, deadlines and
//! dial metrics exist once. `clippy.toml` forbids the ordinary ways of opening a socket everywhere else.

mod alert;
mod aws;
mod deadline;
mod dialer;
mod dns;
mod exhausted;
mod gateway;
mod http;
mod key_cost;
mod metered;
mod moved;
mod own;
#[cfg(test)]
mod pem_properties;
mod plan;
mod policy;
mod ranges;
mod resolve;
mod rule;
mod session;
mod ssh;
mod ssh_key;
mod target;
mod tls;
mod trace;
mod verify;

pub use aws::AwsHttp;
pub use deadline::{Deadline, Elapsed};
pub use dialer::{BoxStream, DialError, Dialer, Direct, Stream};
pub use dns::{Announced, RecordError};
pub use exhausted::is_exhausted;
pub use gateway::{Behind, Fault, Forward, Gateway, Objection, Watch};
pub use http::{HttpClient, HttpError, HttpResponse, HttpStream, Origin};
pub use key_cost::is_bearable;
pub use moved::{Moved, ParseMovedError};
pub use own::{OwnEndpoint, addresses_of_listener, own_endpoints_of_listener};
pub use plan::{Plan, Share, Step};
pub use policy::{Denied, Policy, Profile};
pub use ranges::{AddressClass, classify};
pub use resolve::{Resolve, SystemResolver};
pub use rule::{ParseRuleError, Rule};
pub use session::Session;
pub use ssh::{SshError, SshTunnel};
pub use ssh_key::SshKeyError;
pub use target::{Host, Target, TargetError};
pub use tls::{Identity, TlsError, TlsOptions, TlsStream, Verify, certificates, client_config, connect_tls};
pub use trace::{StepEvent, Taken, Trace};
