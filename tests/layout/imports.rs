//! Which files of a crate import from which.
//!
//! A path is followed to the file that defines its item: through `super` and `crate`, through what a `mod.rs` re-exports, and
//! through names that a `use` brought in. `mod` lines count for nothing, and neither does a `pub use` whose name the file
//! itself does not use, so a `mod.rs` that only gathers its children is no part of a circle. Paths inside of strings
//! (attributes of serde) and of macros' own making are not seen.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::Graph;
use super::tokens::{Token, tokens};

/// A module's path from the root of its crate.
type Module = Vec<String>;

/// One name that a `use` brings in.
struct Import {
    path: Vec<String>,
    /// The name by which the file has it: none for `*` and `_`.
    name: Option<String>,
    public: bool,
}

struct File {
    path: String,
    imports: Vec<Import>,
    /// Paths of two words or more, in code.
    paths: Vec<Vec<String>>,
    words: BTreeSet<String>,
}

/// The graph of the crate whose sources stand in `folder`.
pub(crate) fn imports(folder: &str, sources: &BTreeMap<String, String>) -> Graph {
    let files: BTreeMap<Module, File> = sources
        .iter()
        .filter(|(path, _)| **path != format!("{folder}/main.rs"))
        .map(|(path, text)| (module(folder, path), read(path, &tokens(text))))
        .collect();
    files.iter().map(|(module, file)| (file.path.clone(), edges(&files, module, file))).collect()
}

fn module(folder: &str, path: &str) -> Module {
    let inside = path.trim_start_matches(folder).trim_start_matches('/').trim_end_matches(".rs");
    let mut module: Module = inside.split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| last == "mod") || inside == "lib" {
        module.pop();
    }
    module
}

fn edges(files: &BTreeMap<Module, File>, module: &Module, file: &File) -> BTreeSet<String> {
    let counted = file.imports.iter().filter(|import| !import.public || import.name.as_ref().is_some_and(|name| file.words.contains(name)));
    let used = counted.map(|import| &import.path).chain(&file.paths);
    let definers = used.filter_map(|path| definer(files, module, path, 0));
    definers.filter(|definer| definer != module).map(|definer| files[&definer].path.clone()).collect()
}

/// The module that defines what `path`, as it stands in `module`, leads to; none if it is a module itself or of another crate.
fn definer(files: &BTreeMap<Module, File>, module: &Module, path: &[String], depth: usize) -> Option<Module> {
    // Names that are imported from each other end here.
    if depth > 16 {
        return None;
    }
    let (mut at, mut rest) = match path.first()?.as_str() {
        "crate" => (Vec::new(), &path[1..]),
        "self" => (module.clone(), &path[1..]),
        "super" => (module.clone(), path),
        first if child(files, module, first).is_some() || import(files, module, first).is_some() => (module.clone(), path),
        // Of another crate, or of this file.
        _ => return None,
    };
    while let Some((word, after)) = rest.split_first() {
        if word == "super" {
            at.pop();
        } else if let Some(child) = child(files, &at, word) {
            at = child;
        } else if let Some(import) = import(files, &at, word) {
            let whole: Vec<_> = import.path.iter().chain(after).cloned().collect();
            return definer(files, &at, &whole, depth + 1);
        } else {
            return Some(at);
        }
        rest = after;
    }
    None
}

fn child(files: &BTreeMap<Module, File>, module: &Module, name: &str) -> Option<Module> {
    let mut child = module.clone();
    child.push(name.to_owned());
    files.contains_key(&child).then_some(child)
}

fn import<'a>(files: &'a BTreeMap<Module, File>, module: &Module, name: &str) -> Option<&'a Import> {
    files.get(module)?.imports.iter().find(|import| import.name.as_deref() == Some(name))
}

fn read(path: &str, tokens: &[Token]) -> File {
    let mut file = File { path: path.to_owned(), imports: Vec::new(), paths: Vec::new(), words: BTreeSet::new() };
    let mut at = 0;
    let mut public = false;
    while let Some(token) = tokens.get(at) {
        match token {
            Token::Word(word) if word == "use" => {
                let end = tokens[at..].iter().position(|t| *t == Token::Other(';')).map_or(tokens.len(), |length| at + length);
                tree(&tokens[at + 1..end], &[], public, &mut file.imports);
                at = end;
            }
            Token::Word(word) if word == "mod" => at += 1,
            Token::Word(word) => {
                let mut whole = vec![word.clone()];
                while let [Token::Colons, Token::Word(next), ..] = &tokens[at + 1..] {
                    whole.push(next.clone());
                    at += 2;
                }
                file.words.insert(word.clone());
                if whole.len() > 1 {
                    file.paths.push(whole);
                }
            }
            Token::Colons | Token::Other(_) => {}
        }
        public = match tokens.get(at) {
            Some(Token::Word(word)) if word == "pub" => true,
            // `pub(crate)` and the like.
            Some(Token::Other('(' | ')')) => public,
            Some(Token::Word(word)) if ["crate", "super", "self", "in"].contains(&word.as_str()) => public,
            _ => false,
        };
        at += 1;
    }
    file
}

/// Reads `a::{b, c as d, e::*}`, which stands after `before`.
fn tree(tokens: &[Token], before: &[String], public: bool, out: &mut Vec<Import>) {
    let mut path = before.to_vec();
    let mut name = None;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            Token::Word(word) if word == "as" => {
                if let Some(Token::Word(alias)) = tokens.get(at + 1) {
                    name = (alias != "_").then(|| alias.clone());
                }
                at += 1;
            }
            Token::Word(word) if word == "self" && !path.is_empty() => {}
            Token::Word(word) => {
                path.push(word.clone());
                name = Some(word.clone());
            }
            Token::Other('{') => {
                for branch in branches(&tokens[at + 1..]) {
                    tree(branch, &path, public, out);
                }
                return;
            }
            Token::Other('*') => {
                // Any name of the module: one that no module has stands for it.
                path.push("*".to_owned());
                name = None;
            }
            Token::Colons | Token::Other(_) => {}
        }
        at += 1;
    }
    // `{self}`: the module by its own name.
    let name = name.or_else(|| (path.len() == before.len()).then(|| path.last().cloned()).flatten());
    out.push(Import { path, name, public });
}

/// The branches of a group, up to the brace that closes it.
fn branches(tokens: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0;
    let mut start = 0;
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Other('{') => depth += 1,
            Token::Other('}') if depth == 0 => {
                found.push(&tokens[start..at]);
                break;
            }
            Token::Other('}') => depth -= 1,
            Token::Other(',') if depth == 0 => {
                found.push(&tokens[start..at]);
                start = at + 1;
            }
            Token::Word(_) | Token::Colons | Token::Other(_) => {}
        }
    }
    found.into_iter().filter(|branch| !branch.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::circles;

    fn found(sources: &[(&str, &str)]) -> Vec<Vec<String>> {
        let sources = sources.iter().map(|(path, text)| (format!("src/{path}"), (*text).to_owned())).collect();
        circles(&imports("src", &sources))
    }

    #[test]
    fn two_files_that_import_each_other() {
        let circle = [vec!["src/a.rs".to_owned(), "src/b.rs".to_owned()]];
        for (a, b) in [
            ("use crate::b::B;", "use crate::a::A;"),
            ("use super::{b::B, c};", "fn f() { super::a::f() }"),
            ("use crate::b as other;\nfn f() { other::f() }", "pub use crate::a::{self, A as B};\nfn f() { a::f() }"),
            ("use crate::b::*;", "use crate::a::Trait as _;"),
            ("pub(crate) use crate::b::B;\nstruct A(B);", "use super::a::A;"),
        ] {
            assert_eq!(found(&[("lib.rs", "mod a;\nmod b;"), ("a.rs", a), ("b.rs", b)]), circle, "{a} {b}");
        }
    }

    #[test]
    fn a_circle_of_three_and_one_through_what_a_folder_offers() {
        let sources = [
            ("lib.rs", "mod a;\nmod b;"),
            ("a/mod.rs", "mod deep;\npub(crate) use deep::Deep;"),
            ("a/deep.rs", "use crate::b::B;"),
            ("b.rs", "use crate::c::C;"),
            ("c.rs", "use crate::a::Deep;"),
        ];
        assert_eq!(found(&sources), [["src/a/deep.rs", "src/b.rs", "src/c.rs"]]);
    }

    #[test]
    fn a_folder_that_uses_its_children_while_they_use_it() {
        for (text, circle) in [
            ("mod child;\npub(crate) use child::Child;\npub(crate) struct Parent;", false),
            ("mod child;\npub(crate) use child::Child;\npub(crate) struct Parent(Child);", true),
            ("mod child;\npub(crate) struct Parent(child::Child);", true),
            ("mod child;\nuse child::Child;\npub(crate) struct Parent;", true),
        ] {
            let sources = [("lib.rs", "mod a;"), ("a/mod.rs", text), ("a/child.rs", "use super::Parent;")];
            assert_eq!(!found(&sources).is_empty(), circle, "{text}");
        }
    }

    #[test]
    fn what_is_no_circle() {
        let sources = [
            ("lib.rs", "mod a;\nmod b;\nuse a::A;"),
            ("a.rs", "use crate::b::B;\nuse std::fmt::Display;\nfn f(b: B) { b.a() }"),
            ("b.rs", "// crate::a::A\nfn f() { \"crate::a::A\"; }\n#[cfg(test)]\nmod tests { use crate::a::A; }"),
        ];
        assert_eq!(found(&sources), [[""; 0]; 0]);
    }
}
