use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Who may read a secret: the program's own user.
const OWNER_ONLY: u32 = 0o600;
const EVERYONE: u32 = 0o644;

/// Writes a file that only the program's user can read. It must not be there yet; it is on disk when this returns.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write(path, bytes, OWNER_ONLY)
}

/// Writes a file that anybody may read. It must not be there yet; it is on disk when this returns.
pub(crate) fn write_public(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write(path, bytes, EVERYONE)
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_secret_is_read_by_its_owner_alone_and_never_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key");
        write_secret(&path, b"one").expect("written");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, OWNER_ONLY);
        assert!(write_secret(&path, b"two").is_err());
        assert_eq!(fs::read(&path).expect("there"), b"one");
    }
}
