//! The documents: every path and link that they name leads somewhere.

use std::path::{Path, PathBuf};

use super::hold;
use super::tree::{File, files, root};

/// Folders of the repository; a word in backticks that starts with one is a path.
const FOLDERS: [&str; 8] = [
    ".ci/",
    "bench/",
    "crates/",
    "docs/",
    "programmes/",
    "scripts/",
    "tests/",
    "web/",
];

#[test]
fn every_path_in_the_documents_exists() {
    let documents = files(&[".md"]);
    let missing = documents.iter().flat_map(|file| {
        paths(&file.text)
            .into_iter()
            .map(move |found| (file, found))
    });
    let missing = missing.filter(|(_, (_, path))| !leads_somewhere(&root(), path));
    hold(
        &missing
            .map(|(file, (line, path))| format!("{}:{line}: `{path}` does not exist", file.path))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn every_link_in_the_documents_leads_to_a_file() {
    let documents = files(&[".md"]);
    let missing = documents.iter().flat_map(|file| {
        links(&file.text)
            .into_iter()
            .map(move |found| (file, found))
    });
    let missing =
        missing.filter(|(file, (_, link))| !root().join(beside(file)).join(link).exists());
    hold(
        &missing
            .map(|(file, (line, link))| {
                format!("{}:{line}: the link `{link}` leads nowhere", file.path)
            })
            .collect::<Vec<_>>(),
    );
}

#[test]
fn decisions_are_numbered_without_gaps_and_say_their_cost() {
    let mut breaches = Vec::new();
    let decisions = files(&[".md"]).into_iter().filter(|file| {
        file.path.starts_with("docs/decisions/") && !file.path.ends_with("README.md")
    });
    for (at, file) in decisions.enumerate() {
        let number = at + 1;
        if !file
            .path
            .starts_with(&format!("docs/decisions/{number:04}-"))
        {
            breaches.push(format!("{}: the next number is {number:04}", file.path));
        }
        let missing = ["## Context", "## Choice", "## Cost"].into_iter();
        let missing = missing.filter(|heading| !file.text.lines().any(|line| line == *heading));
        breaches.extend(missing.map(|heading| format!("{}: `{heading}` is missing", file.path)));
    }
    hold(&breaches);
}

#[test]
fn prose_has_one_sentence_per_line() {
    let found = files(&[".md"]).into_iter().flat_map(|file| {
        let lines = crowded(&file.text);
        lines.into_iter().map(move |line| {
            format!(
                "{}:{line}: begin each sentence on a line of its own",
                file.path
            )
        })
    });
    hold(&found.collect::<Vec<_>>());
}

/// The lines of prose with more than one sentence; code and tables are left alone.
fn crowded(text: &str) -> Vec<usize> {
    let (mut in_code, mut found) = (false, Vec::new());
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code && !line.starts_with('|') && goes_on(line) {
            found.push(at + 1);
        }
    }
    found
}

/// Whether a sentence ends inside the line and another begins; a bold lead such as `**One way.** So …` is none.
fn goes_on(line: &str) -> bool {
    let letters: Vec<char> = line.chars().collect();
    let in_english = letters.windows(4).any(|four| {
        let ends =
            (four[0].is_lowercase() || four[0] == ')' || four[0] == '`') && ".!?".contains(four[1]);
        ends && four[2] == ' ' && four[3].is_uppercase()
    });
    let in_chinese = letters
        .windows(2)
        .any(|two| "。！？".contains(two[0]) && !"”』」）*".contains(two[1]));
    in_english || in_chinese
}

#[test]
fn a_second_sentence_on_a_line_is_found() {
    let text = "One. \n**Lead.** One.\nOne. Two ends. Three.\n```\nIn code. It may.\n```\n一句。\n一句。两句。\n| in a table. It may. |\n";
    assert_eq!(crowded(text), [3, 8]);
}

/// The folder in which a document stands, to resolve its links.
fn beside(file: &File) -> &str {
    file.path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The repository paths in backticks, with their lines.
fn paths(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let quoted = line
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|word| !word.contains([' ', '…']));
        let named = quoted.filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)));
        found.extend(named.map(|word| (at + 1, word.to_owned())));
    }
    found
}

/// Whether a path exists; `<id>` and `*` in a part stand for any letters, and one match is enough.
fn leads_somewhere(root: &Path, path: &str) -> bool {
    let mut reached = vec![root.to_owned()];
    for part in path.split('/').filter(|part| !part.is_empty()) {
        reached = reached
            .iter()
            .flat_map(|folder| below(folder, part))
            .collect();
    }
    !reached.is_empty()
}

fn below(folder: &Path, part: &str) -> Vec<PathBuf> {
    let Some((before, rest)) = part.split_once(['<', '*']) else {
        return Some(folder.join(part))
            .filter(|path| path.exists())
            .into_iter()
            .collect();
    };
    let after = rest
        .rsplit_once(['>', '*'])
        .map_or(rest, |(_, after)| after);
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let fitting = entries.filter(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.len() > before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
    });
    fitting.map(|entry| entry.path()).collect()
}

/// The targets of Markdown links inside the repository, without their anchors, with their lines.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let targets = line
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')'))
            .map(|(target, _)| target);
        let ours = targets.filter(|target| !target.contains(':') && !target.starts_with('#'));
        found.extend(
            ours.filter_map(|target| target.split('#').next())
                .map(|target| (at + 1, target.to_owned())),
        );
    }
    found
}

#[test]
fn planted_paths_and_links_are_found() {
    let text = "See `crates/rules/src/lib.rs` and `notices/<id>/`.\n[a](docs/x.md#part) [b](https://example.org)\n";
    assert_eq!(paths(text), [(1, "crates/rules/src/lib.rs".to_owned())]);
    assert_eq!(links(text), [(2, "docs/x.md".to_owned())]);
}

#[test]
fn a_path_with_a_placeholder_needs_one_match() {
    assert!(leads_somewhere(&root(), "crates/<name>/src/lib.rs"));
    assert!(leads_somewhere(&root(), "docs/decisions/0001-*.md"));
    assert!(!leads_somewhere(&root(), "crates/<name>/src/nothing.rs"));
    assert!(!leads_somewhere(&root(), "docs/<name>.pdf"));
}
