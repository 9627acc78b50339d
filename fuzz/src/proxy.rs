//! What the parser of PROXY headers must hold for any bytes. The form panics when it does not; the tests beside the parser hold
//! it to the same.

#[path = "../../crates/presence/src/server/proxy/header.rs"]
mod header;

use header::{Step, step};

/// A whole header, its longest rest included.
const LONGEST: usize = 16 + 4096;

/// Bytes as they come over a connection: it ends within the longest header, and takes nothing that follows.
pub fn proxy_header(bytes: &[u8]) {
    let mut read = 0;
    loop {
        match step(&bytes[..read]) {
            Ok(Step::More(count)) => {
                assert!(count > 0 && read + count <= LONGEST, "{read} and {count}");
                read += count;
                if read > bytes.len() {
                    return;
                }
            }
            Ok(Step::Whole(address)) => {
                assert!(address.is_none_or(|address| !address.ip().to_string().is_empty()));
                return;
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                return;
            }
        }
    }
}
