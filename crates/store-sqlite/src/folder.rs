use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

/// Makes a folder, and those above it that are missing, for the owner alone: it holds persons' numbers. Their names are on disk
/// afterwards: what is flushed into a folder is lost with it when power is lost before its own name was flushed.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let missing: Vec<_> = path.ancestors().take_while(|path| !path.exists()).collect();
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    for made in missing.into_iter().filter(|path| path.file_name().is_some()) {
        let above = made.parent().filter(|above| !above.as_os_str().is_empty());
        File::open(above.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn all_that_is_missing_is_made_for_the_owner_alone_and_what_is_there_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("ours");
        let deep = folder.path().join("one/two");
        for _ in 0..2 {
            make_folder(&deep).expect("made");
            let modes = [folder.path(), &folder.path().join("one"), &deep].map(mode);
            assert_eq!(modes, [0o755, 0o700, 0o700]);
        }
        fs::write(deep.join("file"), "").expect("written");
        assert!(make_folder(&deep.join("file")).is_err());
    }
}
