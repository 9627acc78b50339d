use domain::Caller;

use super::Transport;

/// Whether a caller may call now, which is asked as soon as it is known who calls.
pub trait Turns: Send + Sync {
    /// Takes the caller's turn, or answers why it has none.
    fn take(&self, caller: &Caller) -> Result<(), Transport>;
}

/// Everybody may call always.
impl Turns for () {
    fn take(&self, _: &Caller) -> Result<(), Transport> {
        Ok(())
    }
}

/// A call as it came in.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The method.
    pub method: &'a str,
    /// The path below the service's own, as `/health`.
    pub path: &'a str,
    /// The query, without its question mark.
    pub query: &'a str,
    /// The headers `Authorization`.
    pub authorization: &'a [&'a [u8]],
    /// The headers `Presence-On-Behalf-Of`.
    pub on_behalf_of: &'a [&'a [u8]],
    /// The header `Content-Type`.
    pub content_type: Option<&'a str>,
    /// The header `Accept-Language`.
    pub accept_language: Option<&'a str>,
    /// The header `If-None-Match`.
    pub if_none_match: Option<&'a str>,
    /// The headers `Idempotency-Key`.
    pub idempotency_keys: &'a [&'a [u8]],
    /// The header `BelGov-Trace-Id` of the request.
    pub trace_id: Option<&'a str>,
    /// The whole body, unpacked.
    pub body: &'a [u8],
    /// Whether the caller may call now.
    pub turns: &'a dyn Turns,
}
