//! What the repository promises about its own shape: walls, manifests, names, licences and documents.

mod documents;
mod licences;
mod manifests;
mod names;
mod source;
mod tree;
mod walls;

/// Fails with every breach on a line of its own, so that one run shows them all.
fn hold(breaches: &[String]) {
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}
