//! What the documents point at is there.

use super::Finding;
use super::tree::Tree;

/// Every relative link of a Markdown file leads to a file or folder of the checkout.
pub fn links(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension(&["md"]) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in text.lines().enumerate() {
            for target in targets(line) {
                if !tree.has(&resolve(folder, target)) {
                    findings.push(Finding::new(format!("{path}:{}", number + 1), format!("»{target}« is not there")));
                }
            }
        }
    }
    findings
}

/// The targets of a line's links that lie inside the checkout.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(|target| target.split('#').next().unwrap_or_default())
        .filter(|target| !target.is_empty() && !target.contains(':'))
}

fn resolve(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_nothing_is_found() {
        let text = "[a](docs/cli.md) [b](docs/gone.md#x) [c](https://x.dk/y) [d](#here) [e](docs)\n";
        let back = "[up](../README.md)\n[gone](../GONE.md)\n";
        let found = links(&Tree::of(&[("README.md", text), ("docs/cli.md", back)]));
        let places: Vec<&str> = found.iter().map(|finding| finding.place.as_str()).collect();
        assert_eq!(places, ["README.md:1", "docs/cli.md:2"]);
    }
}
