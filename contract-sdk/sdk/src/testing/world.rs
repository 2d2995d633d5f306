use crate::{
    Address, B256, CallError, Ctx, Log, Outcome, U256,
    call::{CLONE_TARGET, clone_code},
};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};
use alloy_primitives::keccak256;
use core::cell::RefCell;
use zx_host_functions::{DeployPayload, DeploySource, deploy::NO_TEMPLATE};

/// Code of a registered contract.
pub(crate) type Program = Rc<dyn Fn(&mut Ctx, &[u8]) -> Outcome>;

/// What a creation makes: the constructor with its arguments, and the code that stays.
pub(crate) struct Created {
    pub(crate) deploy: Program,
    pub(crate) arguments: Vec<u8>,
    pub(crate) call: Program,
}

/// The block that a call runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Number.
    pub number: u64,
    /// Seconds since 1970.
    pub timestamp: u64,
    /// Wei a gas.
    pub base_fee: U256,
    /// Gas limit.
    pub gas_limit: u64,
    /// Who is paid the tips.
    pub coinbase: Address,
    /// Chain id.
    pub chain_id: u64,
    /// What the call says when it is asked for its gas.
    pub gas_left: u64,
    /// What the transaction pays, in wei a gas.
    pub gas_price: U256,
    /// Randomness of the block (EIP-4399).
    pub prev_randao: [u8; 32],
}

impl Default for Block {
    fn default() -> Self {
        Self {
            number: 1,
            timestamp: 1_700_000_000,
            base_fee: U256::from(1_000_000_000u64),
            gas_limit: 30_000_000,
            coinbase: Address::repeat_byte(0xCB),
            chain_id: 1,
            gas_left: 30_000_000,
            gas_price: U256::from(1_000_000_000u64),
            prev_randao: [0x5A; 32],
        }
    }
}

/// Who runs on whose storage.
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) caller: Address,
    pub(crate) address: Address,
    pub(crate) value: U256,
    /// Whether writes are refused.
    pub(crate) is_static: bool,
    /// Whose code runs: its immutables are read.
    pub(crate) code: Address,
    /// Whether they can be written.
    pub(crate) constructs: bool,
}

impl Frame {
    /// A call of the contract at an address.
    pub(crate) fn call(caller: Address, address: Address, value: U256) -> Self {
        Self { caller, address, value, is_static: false, code: address, constructs: false }
    }
}

/// Everything that the host functions act on.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) storage: BTreeMap<(Address, [u8; 32]), [u8; 32]>,
    pub(crate) balances: BTreeMap<Address, U256>,
    pub(crate) logs: Vec<(Address, Log)>,
    pub(crate) programs: BTreeMap<Address, Program>,
    /// Their constructors, as far as they have been made by one.
    pub(crate) constructors: BTreeMap<Address, Program>,
    /// Contracts that the transaction has made.
    pub(crate) new: BTreeSet<Address>,
    /// What constructors have made part of the code.
    pub(crate) immutables: BTreeMap<Address, Vec<u8>>,
    pub(crate) return_data: Vec<u8>,
    pub(crate) origin: Address,
    pub(crate) block: Block,
    pub(crate) frame: Frame,
    /// Transactions that an account has sent, contracts that a contract has created.
    pub(crate) nonces: BTreeMap<Address, u64>,
    /// Whether the code of a contract panicked.
    pub(crate) panicked: bool,
    /// Constructor and code of the modules that contracts can create, by their hashes.
    pub(crate) modules: BTreeMap<B256, (Program, Program)>,
    /// Storage that lasts as long as a transaction.
    pub(crate) transient: BTreeMap<(Address, [u8; 32]), [u8; 32]>,
    /// Transactions so far.
    pub(crate) transactions: u64,
    /// Whom the open frames have entered, the outermost first; nobody, while the contract under test has called nobody.
    pub(crate) entered: Vec<Address>,
}

impl Default for World {
    fn default() -> Self {
        let sender = Address::repeat_byte(0xA1);
        Self {
            storage: BTreeMap::new(),
            balances: BTreeMap::new(),
            logs: Vec::new(),
            programs: BTreeMap::new(),
            constructors: BTreeMap::new(),
            new: BTreeSet::new(),
            immutables: BTreeMap::new(),
            return_data: Vec::new(),
            origin: sender,
            block: Block::default(),
            // Who tests a component by itself is its constructor too.
            frame: Frame { constructs: true, ..Frame::call(sender, Address::repeat_byte(0xC0), U256::ZERO) },
            nonces: BTreeMap::new(),
            panicked: false,
            modules: BTreeMap::new(),
            transient: BTreeMap::new(),
            transactions: 0,
            entered: Vec::new(),
        }
    }
}

thread_local! {
    static WORLD: RefCell<World> = RefCell::new(World::default());
}

impl World {
    /// Acts on this thread's world; `f` must not call a host function.
    pub(crate) fn with<T>(f: impl FnOnce(&mut Self) -> T) -> T {
        WORLD.with(|world| f(&mut world.borrow_mut()))
    }

    /// Begins a transaction of this account, whatever becomes of it.
    pub(crate) fn begin_transaction(&mut self, sender: Address) {
        *self.nonces.entry(sender).or_default() += 1;
        self.begin_call(sender);
    }

    /// Begins a call that this account signs for.
    pub(crate) fn begin_call(&mut self, sender: Address) {
        self.next_transaction();
        self.entered.clear();
        self.origin = sender;
        self.logs.clear();
        self.return_data.clear();
        self.panicked = false;
    }

    /// Address of the contract that this account creates next: the last twenty bytes of
    /// `keccak256(rlp([sender, nonce]))`.
    pub(crate) fn next_address(&self, sender: Address) -> Address {
        // A contract begins at one (EIP-161).
        let first = u64::from(self.programs.contains_key(&sender) || self.frame.address == sender);
        let nonce = self.nonces.get(&sender).copied().unwrap_or(first);
        let number: Vec<u8> = nonce.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
        let mut rlp = vec![0x94];
        rlp.extend(sender);
        if number.as_slice() < [0x80].as_slice() && number.len() == 1 {
            rlp.extend(number);
        } else {
            rlp.push(0x80 + number.len() as u8);
            rlp.extend(number);
        }
        rlp.insert(0, 0xC0 + rlp.len() as u8);
        Address::from_slice(&alloy_primitives::keccak256(rlp)[12..])
    }

    pub(crate) fn balance(&self, account: Address) -> U256 {
        self.balances.get(&account).copied().unwrap_or_default()
    }

    pub(crate) fn read(&self, slot: &[u8; 32]) -> [u8; 32] {
        self.storage.get(&(self.frame.address, *slot)).copied().unwrap_or_default()
    }

    pub(crate) fn write(&mut self, slot: &[u8; 32], word: &[u8; 32]) {
        self.storage.insert((self.frame.address, *slot), *word);
    }

    /// What this code creates, if that is known.
    pub(crate) fn created(&self, code: &[u8]) -> Option<Created> {
        if let Some(Ok(payload)) = DeployPayload::parse(code) {
            let arguments = payload.args.to_vec();
            let (deploy, call) = match payload.source {
                DeploySource::Module(module) => self.modules.get(&keccak256(module))?.clone(),
                DeploySource::Template(template) => self.template(template.into()).unwrap_or_else(no_template),
            };
            return Some(Created { deploy, call, arguments });
        }
        let target = Address::from_slice(code.get(CLONE_TARGET..CLONE_TARGET + 20)?);
        if code != clone_code(target) {
            return None;
        }
        let call: Program = Rc::new(move |cx: &mut Ctx, data: &[u8]| match cx.delegate_call(target, data, u64::MAX) {
            Ok(data) => Ok(data),
            Err(CallError::Revert(data)) => Err(data),
            Err(_) => Err(Vec::new()),
        });
        Some(Created { deploy: Rc::new(|_: &mut Ctx, _: &[u8]| Ok(Vec::new())), arguments: Vec::new(), call })
    }

    /// Adds a contract that has been made.
    pub(crate) fn add(&mut self, address: Address, deploy: Program, call: Program) {
        self.constructors.insert(address, deploy);
        self.programs.insert(address, call);
        self.new.insert(address);
    }

    /// Constructor and code of a contract of an earlier transaction.
    fn template(&self, at: Address) -> Option<(Program, Program)> {
        let parts = self.constructors.get(&at).cloned().zip(self.programs.get(&at).cloned());
        parts.filter(|_| !self.new.contains(&at))
    }

    /// Moves value, if there is enough and the receiver's balance can hold it.
    pub(crate) fn move_value(&mut self, from: Address, to: Address, value: U256) -> bool {
        let Some(rest) = self.balance(from).checked_sub(value) else { return false };
        if from == to {
            return true;
        }
        let Some(sum) = self.balance(to).checked_add(value) else { return false };
        self.balances.insert(from, rest);
        self.balances.insert(to, sum);
        true
    }

    /// A transaction begins: with a hash of its own, and nothing in transient storage.
    pub(crate) fn next_transaction(&mut self) {
        self.transactions += 1;
        self.transient.clear();
        self.new.clear();
    }

    /// Whether the frame's contract has been entered again while it runs.
    pub(crate) fn is_reentrant(&self) -> bool {
        self.entered.iter().filter(|address| **address == self.frame.address).count() > 1
    }
}

/// What reverts as a node does without a template.
fn no_template() -> (Program, Program) {
    let refuse: Program = Rc::new(|_: &mut Ctx, _: &[u8]| Err(crate::revert::error_string(&[NO_TEMPLATE])));
    (Rc::clone(&refuse), refuse)
}
