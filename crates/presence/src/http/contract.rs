use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, StatusCode, Uri};
use soap::Endpoint;

use super::Service;

const XML: &str = "text/xml; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// `GET` on an address of the service: the contract with `?wsdl` or `?xsd=…`, a hint without a query.
pub(super) async fn contract(
    State(service): State<Arc<Service>>,
    Extension(endpoint): Extension<Endpoint>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let address =
        address(endpoint, service.public_url.as_deref(), (service.scheme, &uri), &headers);
    let Some(query) = uri.query() else {
        let hint = format!(
            "This is the presence registration service (SOAP 1.1). Send calls here with POST.\n\
             The contract, with the security policy of this address: {address}?wsdl\n"
        );
        return ([(CONTENT_TYPE, TEXT)], hint).into_response();
    };
    let Some(document) =
        soap::wsdl::document(endpoint, service.door.is_open(endpoint), query, &address)
    else {
        let hint = format!("There is no such document. The contract: {address}?wsdl\n");
        return (StatusCode::NOT_FOUND, [(CONTENT_TYPE, TEXT)], hint).into_response();
    };
    ([(CONTENT_TYPE, XML)], document).into_response()
}

/// The service's address as the caller knows it.
fn address(
    endpoint: Endpoint,
    public_url: Option<&str>,
    (scheme, uri): (&str, &Uri),
    headers: &HeaderMap,
) -> String {
    let path = endpoint.path();
    if let Some(url) = public_url {
        return format!("{url}{path}");
    }
    let named = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = uri.authority().map(http::uri::Authority::as_str).or(named).unwrap_or("localhost");
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_address_is_the_public_one_or_the_one_that_was_called() {
        let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("a:1"))]);
        let (path, whole) = (Uri::from_static("/x"), Uri::from_static("http://b:2/x"));
        let public = Some("https://c/d");
        let address =
            |public, uri, headers| address(Endpoint::VarC, public, ("http", uri), headers);
        let none = HeaderMap::new();
        let path_of = Endpoint::VarC.path();
        assert_eq!(address(public, &path, &headers), format!("https://c/d{path_of}"));
        assert_eq!(address(None, &path, &headers), format!("http://a:1{path_of}"));
        assert_eq!(address(None, &whole, &none), format!("http://b:2{path_of}"));
        assert_eq!(address(None, &path, &none), format!("http://localhost{path_of}"));
    }
}
