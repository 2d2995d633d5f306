//! What a WASM account runs: see [`zx_chain::deploy`].

use crate::{error::RpcError, state::code_of};
use alloy_primitives::{Address, B256, Bytes, keccak256};
use zx_chain::{
    HeadView,
    deploy::{AccountCode, ProgramCode, account_code},
};
use zx_primitives::{AccountInfo, StateReader};

/// A WASM account's program.
pub(crate) struct Program {
    /// The code that has the module.
    holder: Bytes,
    /// Its hash, if it is another account's: that of the template.
    pub(crate) template: Option<B256>,
    pub(crate) immutables: Bytes,
}

/// The program of an account; `None` if it has none.
pub(crate) fn of(view: &HeadView<'_>, account: Option<AccountInfo>) -> Result<Option<Program>, RpcError> {
    let code = code_of(view, account)?;
    let Some(AccountCode { program, immutables }) = AccountCode::parse(&code) else { return Ok(None) };
    let immutables = Bytes::copy_from_slice(immutables);
    let template = match program {
        ProgramCode::Module(_) => None,
        ProgramCode::Template(hash) => Some(B256::from(hash)),
    };
    let holder = match template {
        None => code,
        Some(hash) => view.head_state().code(hash)?,
    };
    Ok(Some(Program { holder, template, immutables }))
}

/// Hash of the code that has the module of an account, now; `None` if it has none.
pub(crate) fn holder(view: &HeadView<'_>, address: Address) -> Result<Option<B256>, RpcError> {
    let account = view.head_state().account(address)?;
    let code = code_of(view, account)?;
    Ok(AccountCode::parse(&code).zip(account).map(|(code, account)| match code.program {
        ProgramCode::Module(_) => account.code_hash,
        ProgramCode::Template(hash) => hash.into(),
    }))
}

impl Program {
    pub(crate) fn module(&self) -> &[u8] {
        AccountCode::parse(&self.holder).and_then(|code| code.module()).unwrap_or_default()
    }

    /// Hash of the code that the module would be without immutables: the same for all that run it.
    pub(crate) fn hash(&self) -> B256 {
        keccak256(account_code(self.module()))
    }
}
