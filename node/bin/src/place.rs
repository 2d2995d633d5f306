//! Data directories of nodes that are not running.

use crate::{dev, genesis};
use clap::Args;
use eyre::{Result, WrapErr, ensure};
use std::path::{Path, PathBuf};
use zx_chain::{Chain, ChainConfig};
use zx_primitives::ChainSpec;
use zx_storage::{Store, StoreConfig};

/// A data directory that is there.
#[derive(Args)]
pub(crate) struct Place {
    /// Folder of the chain. No node may be running on it.
    #[arg(long, value_name = "DIR", env = "ZX_DATADIR")]
    pub(crate) datadir: PathBuf,
}

impl Place {
    /// Folder of the database, which must be there: opening one that is not would make it.
    pub(crate) fn database(&self) -> Result<PathBuf> {
        let database = self.datadir.join("db");
        let something = database.read_dir().is_ok_and(|mut files| files.next().is_some());
        ensure!(
            something,
            "there is no chain in {}: {} is missing or empty; name the folder that `zx-node dev --datadir` was started with",
            self.datadir.display(),
            database.display()
        );
        Ok(database)
    }

    /// The database.
    pub(crate) fn store(&self) -> Result<Store> {
        Ok(Store::open(&self.database()?, StoreConfig::default())?)
    }

    /// The chain, which must be there.
    pub(crate) fn chain(&self) -> Result<Chain> {
        self.database()?;
        chain(&self.datadir)
    }
}

/// The chain's rules: those of a chain that was begun without flags of its own.
pub(crate) fn spec() -> Result<ChainSpec> {
    genesis::usual()
}

/// The chain in a folder, begun there if it is not.
pub(crate) fn chain(datadir: &Path) -> Result<Chain> {
    Ok(Chain::open(ChainConfig::new(spec()?, datadir))?)
}

/// Runs what executes blocks: WASM frames inside each other need more native stack than the main thread has.
pub(crate) fn with_stack<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(dev::STACK).spawn_scoped(scope, work);
        let thread = thread.wrap_err("cannot start a thread")?;
        thread.join().unwrap_or_else(|_| Err(eyre::eyre!("the thread that executes blocks panicked")))
    })
}
