//! What every request passes on its way in and out, one layer a file.

mod authenticate;
mod authorize;
mod observe;
mod panic;
mod time_limit;

pub(crate) use authenticate::{Guard, authenticate};
pub(crate) use authorize::authorize;
pub(crate) use observe::observe;
pub(crate) use panic::on_panic;
pub(crate) use time_limit::time_limit;
