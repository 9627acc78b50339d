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
}
