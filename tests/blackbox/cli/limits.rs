//! Limits that make no sense are refused, by flag and by variable, before anything is opened.

use crate::support::headwater;

/// Each limit of the server, with a value below and one above what makes sense.
const LIMITS: [(&str, &str, &str); 23] = [
    ("test-timeout", "0s", "2h"),
    ("read-timeout", "0s", "2days"),
    ("request-timeout", "0s", "2h"),
    ("write-timeout", "0s", "2h"),
    ("queue-timeout", "-1s", "2days"),
    ("shutdown-grace", "-1s", "2days"),
    ("staging-lease", "0s", "25h"),
    ("max-body", "0", "9999999999999"),
    ("max-staged", "0", "99999999999999"),
    ("max-tables", "0", "99999999999"),
    ("max-columns", "0", "99999999999"),
    ("sample-rows", "0", "1000001"),
    ("sample-bytes", "0", "9999999999"),
    ("sample-time", "0s", "2h"),
    ("max-tests", "0", "100001"),
    ("max-reads", "0", "10001"),
    ("max-children", "0", "1001"),
    ("child-memory", "0", "99999999999999"),
    ("database-connections", "0", "1001"),
    ("auth-failures", "0", "60001"),
    ("max-file", "0", "99999999999999"),
    ("max-files", "0", "100001"),
    ("max-file-bytes", "0", "9999999999999999"),
];

#[test]
fn limits_of_the_server() {
    for (flag, low, high) in LIMITS {
        let variable = format!("HEADWATER_{}", flag.to_uppercase().replace('-', "_"));
        let flag = format!("--{flag}");
        for value in [low, high, "x"] {
            let by_flag = headwater(&["serve", &format!("{flag}={value}")], &[]);
            let by_variable = headwater(&["serve"], &[(&variable, value)]);
            for out in [by_flag, by_variable] {
                let text = String::from_utf8_lossy(&out.stderr);
                assert_eq!(out.status.code(), Some(2), "{flag} {value}: {text}");
                assert!(text.contains(&flag) && text.contains(&format!("'{value}'")), "{flag} {value}: {text}");
            }
        }
    }
}

/// A limit of time that is added later is given bounds, too: none in the help is without a row above.
#[test]
fn no_limit_is_left_out() {
    let help = String::from_utf8(headwater(&["serve", "--help"], &[]).stdout).expect("text");
    for line in help.lines().filter(|line| line.contains("<DURATION>") || line.contains("<BYTES>") || line.contains("<N>")) {
        let flag = line.trim().trim_start_matches("--").split_whitespace().next().expect("a flag");
        assert!(LIMITS.iter().any(|(name, ..)| *name == flag), "{flag}");
    }
}

#[test]
fn lives_of_tokens() {
    for life in ["0s", "999ms", "200years", "99999999999999999999y"] {
        let out = headwater(&["token", "create", "--org", "acme", "--expires-in", life], &[]);
        let text = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(2), "{text}");
        assert!(text.contains("--expires-in"), "{text}");
    }
}

#[test]
fn ids_of_keys() {
    for id in ["", "a b", "a:b", "a,b", &"k".repeat(65)] {
        let out = headwater(&["keys", "generate", "--id", id], &[]);
        assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0), "{id}");
    }
}
