use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::Signal;

use super::Tls;

/// Reads the files anew at every hang-up signal, and when one of them was changed; looks each `interval`. Goes on until
/// it is dropped.
pub(crate) async fn reload(tls: Arc<Tls>, mut hang_up: Signal, interval: Duration) {
    let mut known = tls.files.state();
    loop {
        let told = tokio::select! {
            told = hang_up.recv() => told.is_some(),
            () = tokio::time::sleep(interval) => false,
        };
        let state = tls.files.state();
        if !told && state == known {
            continue;
        }
        known = state;
        match tls.read_anew() {
            Ok(()) => tracing::info!("new connections use the TLS files as they are now"),
            Err(error) => tracing::error!(
                %error,
                "the TLS files cannot be used; what was read before stays in use until they are mended"
            ),
        }
    }
}
