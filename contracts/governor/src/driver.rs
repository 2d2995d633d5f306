//! A holder of votes that carries a few proposals of its own through a governor, in tests.

use zx::prelude::*;

zx::sol_interface! {
    interface IGovernor {
        function state(uint256 proposalId) external view returns (uint8);
        function proposalEta(uint256 proposalId) external view returns (uint256);
        function hashProposal(address[] calldata targets, uint256[] calldata values, bytes[] calldata calldatas, bytes32 descriptionHash) external view returns (uint256);
        function propose(address[] calldata targets, uint256[] calldata values, bytes[] calldata calldatas, string calldata description) external returns (uint256);
        function queue(address[] calldata targets, uint256[] calldata values, bytes[] calldata calldatas, bytes32 descriptionHash) external returns (uint256);
        function execute(address[] calldata targets, uint256[] calldata values, bytes[] calldata calldatas, bytes32 descriptionHash) external payable returns (uint256);
        function cancel(address[] calldata targets, uint256[] calldata values, bytes[] calldata calldatas, bytes32 descriptionHash) external returns (uint256);
        function castVote(uint256 proposalId, uint8 support) external returns (uint256);
    }

    interface IToken {
        function transfer(address to, uint256 value) external returns (bool);
        function delegate(address delegatee) external;
    }
}

/// Proposals of a driver.
pub const PROPOSALS: u8 = 2;

/// A holder.
#[zx::contract]
pub struct Driver {
    governor: Item<Address>,
    timelock: Item<Address>,
    token: Item<Address>,
    /// How often each of its proposals was executed.
    #[view]
    ran: Map<u8, u64>,
    /// Whether one was before its time.
    #[view]
    early: Item<bool>,
}

type Parts = (Vec<Address>, Vec<U256>, Vec<Bytes>, B256);

#[zx::public]
impl Driver {
    /// Of this governor, timelock and token.
    #[constructor]
    pub fn constructor(
        &mut self,
        _cx: &mut Ctx,
        governor: Address,
        timelock: Address,
        token: Address,
    ) {
        self.governor.set(governor);
        self.timelock.set(timelock);
        self.token.set(token);
    }

    /// Does with a proposal what comes next: any driver may with any.
    pub fn advance(
        &mut self,
        cx: &mut Ctx,
        of: Address,
        which: u8,
        support: u8,
    ) -> Result<(), CallError> {
        let which = which % PROPOSALS;
        let governor = IGovernor::at(self.governor.get());
        let id = self.proposal(cx, of, which)?;
        let (targets, values, calldatas, hash) = parts(cx, of, which);
        match governor.state(cx, id) {
            Err(_) => {
                governor.propose(cx, targets, values, calldatas, description(which))?;
            }
            Ok(0) if support == 3 => {
                governor.cancel(cx, targets, values, calldatas, hash)?;
            }
            Ok(1) => {
                governor.cast_vote(cx, id, support % 3)?;
            }
            Ok(4) => {
                governor.queue(cx, targets, values, calldatas, hash)?;
            }
            Ok(_) => {
                let nothing = U256::ZERO;
                governor.execute(cx, nothing, targets, values, calldatas, hash)?;
            }
        }
        Ok(())
    }

    /// Gives tokens on.
    pub fn give(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<(), CallError> {
        IToken::at(self.token.get())
            .transfer(cx, to, value)
            .map(drop)
    }

    /// Delegates its votes.
    pub fn delegate(&mut self, cx: &mut Ctx, to: Address) -> Result<(), CallError> {
        IToken::at(self.token.get()).delegate(cx, to)
    }

    /// What the proposals do.
    #[reentrant]
    pub fn run(&mut self, cx: &mut Ctx, which: u8) -> Result<(), CallError> {
        if cx.sender() != self.timelock.get() {
            return Err(CallError::Failed);
        }
        let id = self.proposal(cx, cx.address(), which)?;
        let eta = IGovernor::at(self.governor.get()).proposal_eta(cx, id)?;
        if eta.is_zero() || eta > U256::from(cx.block_timestamp()) {
            self.early.set(true);
        }
        self.ran.add(which, 1);
        Ok(())
    }

    /// Id of a proposal of a driver.
    #[reentrant]
    pub fn proposal(&self, cx: &Ctx, of: Address, which: u8) -> Result<U256, CallError> {
        let (targets, values, calldatas, hash) = parts(cx, of, which);
        let governor = IGovernor::at(self.governor.get());
        governor.hash_proposal(cx, targets, values, calldatas, hash)
    }
}

fn parts(cx: &Ctx, of: Address, which: u8) -> Parts {
    let mut data = zx::selector("run(uint8)").to_vec();
    data.extend(zx::abi::Args::encode(&(which,)));
    let hash = cx.keccak256(description(which).as_bytes());
    (vec![of], vec![U256::ZERO], vec![data.into()], hash)
}

fn description(which: u8) -> String {
    if which == 0 { "one" } else { "another" }.into()
}
