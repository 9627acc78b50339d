use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use super::Service;

/// How long the store may take to say that it is well.
const PATIENCE: Duration = Duration::from_secs(2);

/// `/health`: 200 and `UP` when calls are served, 503 and `DOWN` when the store is away or the service stops.
pub(super) async fn health(State(service): State<Arc<Service>>) -> Response {
    let (status, word) = if is_up(&service).await {
        (StatusCode::OK, "UP")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "DOWN")
    };
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (status, headers, format!("{{\"status\":\"{word}\"}}")).into_response()
}

async fn is_up(service: &Service) -> bool {
    if *service.stop.borrow() {
        return false;
    }
    match tokio::time::timeout(PATIENCE, service.app.check()).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the store is not well");
            false
        }
        Err(_) => {
            tracing::error!("the store does not answer");
            false
        }
    }
}
