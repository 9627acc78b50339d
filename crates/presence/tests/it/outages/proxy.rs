//! A network between the program and its database that is cut in the middle of what is said.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Who says what is cut off.
#[derive(Clone, Copy)]
pub(crate) enum Side {
    /// The program: its statement does not arrive whole.
    Program,
    /// The database: the statement may be done, and its answer does not arrive.
    Database,
}

/// It forwards connections to the socket of a server until it cuts all of them.
pub(crate) struct Proxy {
    address: SocketAddr,
    wires: Arc<Wires>,
}

struct Wires {
    open: Mutex<Vec<(TcpStream, UnixStream)>>,
    /// How many bytes more each side says before the cut.
    left: [AtomicI64; 2],
}

const FOR_EVER: i64 = i64::MAX / 2;

impl Proxy {
    /// In front of the server with this socket.
    pub(crate) fn before(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let left = [AtomicI64::new(FOR_EVER), AtomicI64::new(FOR_EVER)];
        let wires = Arc::new(Wires { open: Mutex::default(), left });
        let all = Arc::clone(&wires);
        // It ends with the process of the tests.
        thread::spawn(move || {
            for program in listener.incoming().map_while(Result::ok) {
                let Ok(database) = UnixStream::connect(&socket) else { continue };
                all.join(program, database);
            }
        });
        Self { address, wires }
    }

    /// The address of a database behind it.
    pub(crate) fn url(&self, database: &str) -> String {
        let (host, port) = (self.address.ip(), self.address.port());
        format!("host={host} port={port} user=presence dbname={database}")
    }

    /// Cuts nothing any more.
    pub(crate) fn heal(&self) {
        for left in &self.wires.left {
            left.store(FOR_EVER, Ordering::Relaxed);
        }
    }

    /// Cuts every connection when one side has said so many bytes more.
    pub(crate) fn cut_after(&self, bytes: i64, side: Side) {
        self.wires.left[side as usize].store(bytes, Ordering::Relaxed);
    }
}

impl Wires {
    fn join(self: &Arc<Self>, program: TcpStream, database: UnixStream) {
        let again = "a descriptor more";
        let (to_program, to_database) =
            (program.try_clone().expect(again), database.try_clone().expect(again));
        let kept = (program.try_clone().expect(again), database.try_clone().expect(again));
        self.open.lock().expect("no panic").push(kept);
        let one = Arc::clone(self);
        let end = database.try_clone().expect(again);
        thread::spawn(move || {
            one.carry(program, to_database, Side::Program);
            // What one side has ended is ended for the other, too; it may have ended itself.
            _ = end.shutdown(Shutdown::Write);
        });
        let (other, end) = (Arc::clone(self), to_program.try_clone().expect(again));
        thread::spawn(move || {
            other.carry(database, to_program, Side::Database);
            _ = end.shutdown(Shutdown::Write);
        });
    }

    fn carry(&self, mut from: impl Read, mut to: impl Write, side: Side) {
        let left = &self.left[side as usize];
        let mut buffer = [0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let length = i64::try_from(count).expect("small");
            let before = left.fetch_sub(length, Ordering::Relaxed);
            let passes = usize::try_from(before.clamp(0, length)).expect("small");
            if to.write_all(&buffer[..passes]).is_err() {
                break;
            }
            if before <= length {
                left.store(FOR_EVER, Ordering::Relaxed);
                self.cut();
                return;
            }
        }
    }

    fn cut(&self) {
        for (program, database) in self.open.lock().expect("no panic").drain(..) {
            // Either may have ended already.
            _ = program.shutdown(Shutdown::Both);
            _ = database.shutdown(Shutdown::Both);
        }
    }
}
