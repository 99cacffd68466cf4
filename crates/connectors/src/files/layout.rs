//! Which files make which table, by where they lie, and the columns that their folders add (`year=2024`).

use std::collections::BTreeMap;

use catalog::DataType;
use percent_encoding::percent_decode_str;

use super::inferred::Field;
use super::lattice::Profile;
use super::source::Object;

/// What stands for null in the name of a folder.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// What a table is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// One file.
    File,
    /// All files in a folder, and in folders below it that are named after values.
    Folder,
}

/// A table that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planned {
    /// Its name.
    pub(crate) name: String,
    /// Its files, by their place in the list, in the order of that.
    pub(crate) files: Vec<usize>,
    /// Columns that come of the names of folders.
    pub(crate) partitions: Vec<Field>,
}

/// Whether a file has data. Others are what programs leave beside it: markers, logs, what is hidden.
pub(crate) fn is_data(object: &Object, prefix: &str) -> bool {
    let below = object.key.strip_prefix(prefix).unwrap_or(&object.key);
    if below.is_empty() || (object.size == 0 && below.ends_with('/')) || below.ends_with("_$folder$") {
        return false;
    }
    let (folders, name) = below.rsplit_once('/').unwrap_or(("", below));
    let hidden = |part: &str| part.starts_with(['_', '.']);
    // A column's name may begin with anything.
    !hidden(name) && !folders.split('/').any(|folder| hidden(folder) && !folder.contains('='))
}

/// The tables of files whose keys begin with `prefix`; `root` is the name of the one that lies in no folder.
pub(crate) fn plan(objects: &[Object], prefix: &str, root: &str, level: Level) -> Vec<Planned> {
    // By the folder that gives the name; none for the root.
    let mut tables: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (n, object) in objects.iter().enumerate() {
        let below = below(object, prefix);
        let table = match level {
            Level::File => Some(below),
            Level::Folder => folder(below),
        };
        tables.entry(table).or_default().push(n);
    }
    let taken = tables.contains_key(&Some(root));
    let table = |(folder, files): (Option<&str>, Vec<usize>)| {
        let own = match level {
            Level::File => 0,
            Level::Folder => folder.map_or(0, |folder| folder.len() + 1),
        };
        let paths: Vec<&str> = files.iter().map(|n| &below(&objects[*n], prefix)[own..]).collect();
        let name = match folder {
            Some(folder) => folder.to_owned(),
            None if taken => format!("{root}_2"),
            None => root.to_owned(),
        };
        Planned { name, partitions: partitions(&paths), files }
    };
    tables.into_iter().map(table).collect()
}

fn below<'a>(object: &'a Object, prefix: &str) -> &'a str {
    object.key.strip_prefix(prefix).unwrap_or(&object.key)
}

/// The deepest folder that is not named after a value.
fn folder(below: &str) -> Option<&str> {
    let mut folder = below.rsplit_once('/')?.0;
    loop {
        match folder.rsplit_once('/') {
            _ if value(last(folder)).is_none() => return Some(folder),
            Some((before, _)) => folder = before,
            None => return None,
        }
    }
}

fn last(folder: &str) -> &str {
    folder.rsplit_once('/').map_or(folder, |(_, last)| last)
}

/// The column and the value that a folder is named after; the value is none if it is null.
fn value(folder: &str) -> Option<(String, Option<String>)> {
    let (name, value) = folder.split_once('=').filter(|(name, _)| !name.is_empty())?;
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let value = Some(value).filter(|value| !value.is_empty() && *value != NULL).map(decoded);
    Some((decoded(name), value))
}

/// The columns of folders, the outermost first: integers and dates by all their values, else strings.
fn partitions(paths: &[&str]) -> Vec<Field> {
    let mut columns: Vec<(String, Profile, usize)> = Vec::new();
    for path in paths {
        let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
        for (name, value) in folders.split('/').filter_map(value) {
            let at = columns.iter().position(|(known, ..)| *known == name).unwrap_or_else(|| {
                columns.push((name, Profile::default(), 0));
                columns.len() - 1
            });
            let (_, profile, times) = &mut columns[at];
            *times += 1;
            match value {
                Some(value) => profile.text(&value),
                None => profile.null(),
            }
        }
    }
    let column = |(name, profile, times): (String, Profile, usize)| {
        let (found, null) = profile.data_type();
        let found = found.filter(|found| matches!(found, DataType::Integer | DataType::Date)).unwrap_or(DataType::String);
        Field::new(name, found.as_str(), found, null || times < paths.len())
    };
    columns.into_iter().map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(keys: &[&str]) -> Vec<Object> {
        keys.iter().map(|key| Object { key: (*key).to_owned(), size: 1 }).collect()
    }

    fn planned(keys: &[&str], level: Level) -> Vec<(String, usize, String)> {
        let column = |f: &Field| format!("{}:{}{}", f.name, f.native, if f.nullable { "?" } else { "" });
        plan(&objects(keys), "p/", "p", level)
            .into_iter()
            .map(|t| (t.name, t.files.len(), t.partitions.iter().map(column).collect::<Vec<_>>().join(" ")))
            .collect()
    }

    #[test]
    fn folders() {
        let keys = [
            "p/a.csv",
            "p/b/c/1.csv",
            "p/b/c/y=2024/m=01/2.csv",
            "p/b/c/y=2025/m=2/3.csv",
            "p/d/day=2024-01-01/x=1/1",
            "p/d/day=__HIVE_DEFAULT_PARTITION__/x=2/1",
            "p/k=v/e/n%20m=a%2Fb/1",
            "p/z=1/1",
        ];
        let told = planned(&keys, Level::Folder);
        let told: Vec<_> = told.iter().map(|(name, files, columns)| (name.as_str(), *files, columns.as_str())).collect();
        assert_eq!(
            told,
            [("p", 2, "z:integer?"), ("b/c", 3, "y:integer? m:string?"), ("d", 2, "day:date? x:integer"), ("k=v/e", 1, "n m:string"),]
        );
        let told = planned(&["p/p/1", "p/1"], Level::Folder);
        assert_eq!(told.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>(), ["p_2", "p"], "no two of one name");
    }

    #[test]
    fn files() {
        let told = planned(&["p/a.csv", "p/b/y=1/c.csv"], Level::File);
        assert_eq!(told, [("a.csv".to_owned(), 1, String::new()), ("b/y=1/c.csv".to_owned(), 1, "y:integer".to_owned())]);
    }

    #[test]
    fn what_is_no_data() {
        let object = |key: &str, size| Object { key: key.to_owned(), size };
        for key in ["p/_SUCCESS", "p/a/_metadata", "p/x_$folder$", "p/.hidden", "p/_delta_log/0.json", "p/.git/config"] {
            assert!(!is_data(&object(key, 1), "p/"), "{key}");
        }
        for key in ["p/a.csv", "p/_year=1/a", "p/a_b/c", "p/x$folder$"] {
            assert!(is_data(&object(key, 1), "p/"), "{key}");
        }
        assert!(!is_data(&object("p/", 0), "p/") && !is_data(&object("p/a/", 0), "p/") && is_data(&object("p/a", 0), "p/"));
    }
}
