//! `--state`: a state that is loaded at the start and dumped at the end.

use eyre::{Result, WrapErr};
use std::{fs, io::ErrorKind, path::Path};
use zx_chain::Chain;

/// Puts the state of a file in place, if the file is there.
pub(crate) fn load(chain: &Chain, file: &Path) -> Result<()> {
    match fs::read(file) {
        Ok(json) => {
            zx_rpc::load_state(chain, &json).wrap_err_with(|| format!("cannot load the state of {}", file.display()))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).wrap_err_with(|| format!("cannot read {}", file.display())),
    }
}

/// Writes the state after the head, so that the file is the old one or the new one, and never half of it.
pub(crate) fn dump(chain: &Chain, file: &Path) -> Result<()> {
    let json = zx_rpc::dump_state(chain)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
        std::io::Write::write_all(&mut fresh, &json)?;
        fresh.as_file().sync_all()?;
        fresh.persist(file)?;
        Ok(())
    };
    write().wrap_err_with(|| format!("cannot write the state to {}", file.display()))
}
