use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::report::{Level, Report};
use crate::config::Config;

const AREA: &str = "service";
/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// The head of an answer is not longer.
const MOST: u64 = 4096;

/// Does the service on this node say that it is up?
pub(super) fn examine(config: &Config, report: &mut Report) {
    let Some(address) = config.inner_listen.filter(|address| address.port() != 0) else {
        report.tell(
            Level::Note,
            AREA,
            "without a fixed inner_listen nothing can be asked whether the service is up",
            "set inner_listen, for metrics too",
        );
        return;
    };
    match ask(address) {
        Ok(line) if line.contains(" 200 ") => report.well(AREA, format!("is up, says {address}")),
        Ok(line) => report.tell(
            Level::Error,
            AREA,
            format!("{address} answers \"{line}\""),
            "read the service's log: its store is away, or it is stopping",
        ),
        Err(error) => report.tell(
            Level::Warning,
            AREA,
            format!("nothing answers on {address} (inner_listen): {error}"),
            "start the service, or give doctor the settings that it runs with",
        ),
    }
}

/// The first line of what `/health` answers.
fn ask(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}
