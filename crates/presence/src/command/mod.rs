//! The program's commands beside `serve`: one file each.

pub(crate) mod oauth_key;
pub(crate) mod token_key;
