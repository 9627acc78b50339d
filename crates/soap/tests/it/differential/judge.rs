//! The judge's process: see `tests/judge/judge.py`.

use std::env;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub(crate) struct Judge {
    process: Child,
}

impl Judge {
    /// Starts the judge with the interpreter that `PRESENCE_TEST_PYTHON` names; `None` when it names none.
    pub(crate) fn start() -> Option<Self> {
        let python = env::var_os("PRESENCE_TEST_PYTHON").filter(|path| !path.is_empty())?;
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let published = env::var_os("PRESENCE_PUBLISHED_WSDL").filter(|path| !path.is_empty());
        let contract = published.map_or_else(|| package.join("contract"), PathBuf::from);
        let process = Command::new(python)
            .arg(package.join("tests/judge/judge.py"))
            .arg(contract)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("PRESENCE_TEST_PYTHON names an interpreter");
        Some(Self { process })
    }

    /// The letters for the messages, `A` for accepted. At most some thousand at a time, so that the answers fit in the
    /// pipe.
    pub(crate) fn judge(&mut self, messages: &[Vec<u8>]) -> io::Result<Vec<u8>> {
        let input = self.process.stdin.as_mut().expect("piped");
        for message in messages {
            let length = u32::try_from(message.len()).expect("messages are small");
            input.write_all(&length.to_be_bytes())?;
            input.write_all(message)?;
        }
        input.flush()?;
        let mut answers = vec![0; messages.len()];
        self.process.stdout.as_mut().expect("piped").read_exact(&mut answers)?;
        Ok(answers)
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        // Its input ends, so it does.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
