//! The embedded store: one folder with the SQLite file and the master key.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use store::generate_master_key;

use super::CliError;

/// A folder that holds everything.
pub(super) struct Embedded {
    folder: PathBuf,
}

impl Embedded {
    /// The folder, which need not be there yet.
    pub(super) fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Makes the folder if there is none.
    pub(super) fn create(&self) -> Result<(), CliError> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder).map_err(|e| at(&self.folder, &e))
    }

    /// Whether there is a store in it.
    pub(super) fn is_there(&self) -> bool {
        self.store_file().exists()
    }

    /// The SQLite file.
    pub(super) fn store_file(&self) -> PathBuf {
        self.folder.join("headwater.db")
    }

    /// The file with the master key.
    pub(super) fn key_file(&self) -> PathBuf {
        self.folder.join("master.key")
    }

    /// The store as a URL.
    pub(super) fn url(&self) -> String {
        format!("sqlite:{}", self.store_file().display())
    }

    /// The master key, made at the first start. A file that others can read is refused.
    pub(super) fn key(&self) -> Result<SecretString, CliError> {
        let file = self.key_file();
        key(&file).map_err(|e| at(&file, &e))
    }
}

fn at(path: &Path, error: &io::Error) -> CliError {
    let cause = match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            let user = rustix::process::geteuid().as_raw();
            format!("{error}; this process runs as user {user}: let it be the folder's owner, or choose another folder")
        }
        _ => error.to_string(),
    };
    CliError::Setting(format!("HEADWATER_DATA_DIR: {}", path.display()), cause)
}

/// The key in the file, made with mode 0600 if there is none.
fn key(path: &Path) -> io::Result<SecretString> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            let key = generate_master_key("dev");
            file.write_all(key.expose_secret().as_bytes())?;
            file.sync_all()?;
            Ok(key)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let mut file = OpenOptions::new().read(true).open(path)?;
            if file.metadata()?.permissions().mode() & 0o077 != 0 {
                return Err(io::Error::other("others can read this key: run chmod 600 on it"));
            }
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            Ok(SecretString::from(text))
        }
        Err(error) => Err(error),
    }
}
