//! Raw little-endian columns as bench/generate.py writes them.

use std::fs;
use std::path::Path;

/// Why a subcommand cannot go on: one sentence.
pub(crate) type Refusal = String;

/// A file's bytes.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Refusal> {
    fs::read(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// A file of JSON.
pub(crate) fn json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Refusal> {
    serde_json::from_slice(&bytes(path)?).map_err(|e| format!("{}: {e}", path.display()))
}

/// Whole numbers of any width, widened to 64 bits. `cells` is NumPy's word for the width.
pub(crate) fn integers(path: &Path, cells: &str) -> Result<Vec<i64>, Refusal> {
    let raw = bytes(path)?;
    Ok(match cells {
        "uint8" => raw.into_iter().map(i64::from).collect(),
        "int16" => each(&raw, |b| i16::from_le_bytes(b).into()),
        "int32" => each(&raw, |b| i32::from_le_bytes(b).into()),
        "uint32" => each(&raw, |b| u32::from_le_bytes(b).into()),
        "int64" => each(&raw, i64::from_le_bytes),
        _ => return Err(format!("{}: cells of `{cells}`", path.display())),
    })
}

/// Decimals of 64 bits.
pub(crate) fn doubles(path: &Path) -> Result<Vec<f64>, Refusal> {
    Ok(each(&bytes(path)?, f64::from_le_bytes))
}

/// Record numbers and codes.
pub(crate) fn numbers(path: &Path, cells: &str) -> Result<Vec<u32>, Refusal> {
    let wide = integers(path, cells)?;
    let narrow = |n: i64| u32::try_from(n).map_err(|_| format!("{}: {n}", path.display()));
    wide.into_iter().map(narrow).collect()
}

fn each<const N: usize, T>(raw: &[u8], of: impl Fn([u8; N]) -> T) -> Vec<T> {
    let (whole, _) = raw.as_chunks::<N>();
    whole.iter().map(|chunk| of(*chunk)).collect()
}
