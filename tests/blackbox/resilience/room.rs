//! An embedded store without room, and one in somebody else's folder.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::support::process::command_of;
use crate::support::{Client, Server, Setup, Source};

/// A small disk of the test's own.
struct Disk(tempfile::TempDir);

impl Disk {
    /// Sixteen megabytes. To mount is the privilege of root, who runs `./test` in CI; elsewhere `sudo` may do it without asking.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let mounted = run(&["mount", "-t", "tmpfs", "-o", "size=16m,mode=1777", "tmpfs", &folder.path().display().to_string()]);
        assert!(mounted, "this test fills a disk of its own, and may not mount one: run it as root, or let sudo mount without a password");
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Leaves not a byte.
    fn fill(&self) {
        let mut file = File::create(self.path().join("filler")).expect("a file");
        for size in [1 << 20, 4_096, 1] {
            let bytes = vec![7; size];
            while file.write_all(&bytes).is_ok() {}
        }
    }

    fn free(&self) {
        fs::remove_file(self.path().join("filler")).expect("removed");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run(&["umount", "--lazy", &self.path().display().to_string()]);
    }
}

/// A command that only root may run.
fn run(words: &[&str]) -> bool {
    let succeeds = |words: &[&str]| Command::new(words[0]).args(&words[1..]).output().is_ok_and(|out| out.status.success());
    succeeds(words) || succeeds(&[&["sudo", "-n"], words].concat())
}

async fn becomes_ready(client: &Client, wanted: u16) {
    let mut answer = client.get("/health/ready").await;
    // A proof holds for a second.
    for _ in 0..50 {
        if answer.status == wanted {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        answer = client.get("/health/ready").await;
    }
    assert_eq!(answer.status, wanted, "{}", answer.text);
}

/// A disk that is full costs what is written while it is; the server says that it is not ready, and needs no restart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk() {
    let (mut setup, disk) = (Setup::sqlite().await, Disk::new());
    setup.database_url = format!("sqlite:{}", disk.path().join("store.db").display());
    let (server, client) = setup.client();
    let source = Source::new().await;
    source.sql("do $$ begin for n in 1..400 loop execute format('create table t%s (id int, name text not null, at timestamptz)', n); end loop; end $$").await;
    client.create(&source.body("first")).await.ok();
    becomes_ready(&client, 200).await;
    for round in 0..2 {
        disk.fill();
        let answer = client.create(&source.body("second")).await;
        assert!(matches!(answer.code(), (500, "SCHEMA_CACHE_FAILED" | "CREATE_DATASOURCE_FAILED")), "{}", answer.text);
        becomes_ready(&client, 503).await;
        assert_eq!(client.get("/health/live").await.status, 200);
        assert!(server.logged("not ready: the metadata store cannot be written"));
        assert_eq!(client.names().await, ["first"], "reading goes on");
        disk.free();
        client.create(&source.body("second")).await.ok();
        becomes_ready(&client, 200).await;
        client.delete("second").await.ok();
        assert_eq!(server.log().matches("ready again").count(), round + 1);
    }
}

/// Root may write everywhere, unless it gives that up; nobody else may anyway.
fn without_privilege(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let binary = env!("CARGO_BIN_EXE_headwater");
    let mut words = vec![binary];
    if this_user() == 0 {
        words = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all", "--", binary].to_vec();
    }
    words.extend(arguments);
    command_of(&words, environment)
}

/// Who runs this test.
fn this_user() -> u32 {
    fs::metadata("/proc/self").expect("a process").uid()
}

/// Takes a folder away from whoever runs this test, or gives it back.
fn take_away(folder: &Path, away: bool) {
    let mode = if away { 0o555 } else { 0o755 };
    fs::set_permissions(folder, Permissions::from_mode(mode)).expect("permissions");
}

/// A data folder that belongs to somebody else says which, and to whom it should; one that is taken away makes the server not ready.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_may_not_be_written() {
    let folder = tempfile::tempdir().expect("folder");
    let (path, user) = (folder.path().display().to_string(), format!("runs as user {}", this_user()));
    take_away(folder.path(), true);
    let url = format!("sqlite:{path}/store.db");
    for (arguments, environment) in
        [(["org", "list"], [("DATABASE_URL", url.as_str())]), (["serve", "--listen=127.0.0.1:0"], [("HEADWATER_DATA_DIR", path.as_str())])]
    {
        let out = without_privilege(&arguments, &environment).output().expect("runs");
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(!out.status.success() && said.contains(&path) && said.contains(&user), "{arguments:?}: {said}");
    }
    take_away(folder.path(), false);
    let mut setup = Setup::sqlite().await;
    setup.database_url = url;
    let token = setup.token("acme");
    let server = Server::of(without_privilege(
        &["serve"],
        &[
            ("DATABASE_URL", &setup.database_url),
            ("HEADWATER_MASTER_KEYS", &setup.master_keys),
            ("HEADWATER_LISTEN", "127.0.0.1:0"),
            ("HEADWATER_LOG_FORMAT", "json"),
        ],
    ));
    let client = server.client(&token);
    becomes_ready(&client, 200).await;
    take_away(folder.path(), true);
    becomes_ready(&client, 503).await;
    assert!(server.logged("Permission denied"));
    take_away(folder.path(), false);
    becomes_ready(&client, 200).await;
}
