//! Links between documents lead somewhere.

use std::fs;

use crate::{read, root};

#[test]
fn links_between_documents_lead_somewhere() {
    let mut pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "tests/peers/README.md", "bench/README.md"]
        .map(|p| root().join(p))
        .to_vec();
    for folder in ["docs", "docs/decisions"] {
        let entries = fs::read_dir(root().join(folder)).expect("folder").map(|entry| entry.expect("entry").path());
        pages.extend(entries.filter(|path| path.extension().is_some_and(|e| e == "md")));
    }
    for page in pages {
        for link in read(&page).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().expect("a part");
            if !file.is_empty() && !link.contains("://") {
                assert!(page.parent().expect("folder").join(file).exists(), "{}: {link}", page.display());
            }
        }
    }
}
