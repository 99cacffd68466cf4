//! The vendors' own clients, run in Python: they judge our fakes.

use std::process::{Command, Stdio};

use serde_json::Value;

use super::peers::variable;

/// Runs `script` in the vendors' Python, which gets `arguments` as JSON in `args` and prints JSON; its standard output, or what it died of.
pub(crate) async fn python(script: &str, arguments: &Value) -> Result<Value, String> {
    python_of("HEADWATER_TEST_PYTHON", script, arguments).await
}

/// The same in the Python that a peer exports under this name.
pub(crate) async fn python_of(peer: &str, script: &str, arguments: &Value) -> Result<Value, String> {
    let whole = format!("import json, sys\nargs = json.loads(sys.argv[1])\n{script}");
    let mut command = Command::new(variable(peer));
    command.args(["-c", &whole, &arguments.to_string()]).stdin(Stdio::null());
    // Authorities of the machine's own would take the place of those that a test names; proxies have no place here either.
    for name in
        ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"]
    {
        command.env_remove(name);
    }
    let run = tokio::task::spawn_blocking(move || command.output());
    let out =
        tokio::time::timeout(std::time::Duration::from_mins(5), run).await.expect("the client ends").expect("joined").expect("python runs");
    if out.status.success() {
        Ok(serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stdout))))
    } else {
        Err(String::from_utf8_lossy(&out.stderr).into_owned())
    }
}
