//! Value, other contracts, and calls that no method takes.

use zx::{
    ContractError as _, Entry as _,
    prelude::*,
    selector,
    testing::{Reverted, TestHost},
};

const BANK: Address = Address::repeat_byte(0xC0);
const ORACLE: Address = Address::repeat_byte(0x0A);
const ALICE: Address = Address::repeat_byte(0xA1);

/// A price, from elsewhere.
#[zx::interface]
pub trait Oracle {
    /// Wei a token.
    fn price_of(&self, token: Address) -> U256;
    /// Two results.
    fn range(&self) -> (u64, u64);
    /// Sets a price, for a fee.
    #[payable]
    fn set_price(&mut self, token: Address, price: U256);
    /// Resets all.
    fn reset(&mut self) -> bool;
}

/// What goes wrong.
#[derive(Debug, PartialEq, zx::Error)]
pub enum BankError {
    /// Nothing came.
    Empty,
    /// The oracle failed.
    Oracle(CallError),
}

/// Something came.
#[derive(zx::Event)]
pub struct Deposited {
    /// From whom.
    #[indexed]
    pub from: Address,
    /// A note, of which only the hash is indexed.
    #[indexed]
    pub note: String,
    /// How much.
    pub amount: U256,
    /// In words.
    pub text: String,
}

/// Takes deposits.
#[zx::contract]
pub struct Bank {
    total: Item<U256>,
    last_calldata: Item<Bytes>,
}

#[zx::public]
impl Bank {
    /// Takes what comes.
    #[payable]
    pub fn deposit(&mut self, cx: &mut Ctx, note: String) -> Result<U256, BankError> {
        self.accept(cx, note)
    }

    /// What came in all.
    pub fn total(&self, _cx: &Ctx) -> U256 {
        self.total.get()
    }

    /// Asks the oracle.
    pub fn worth(&self, cx: &Ctx, token: Address) -> Result<U256, BankError> {
        Ok(Oracle::at(ORACLE).price_of(cx, token)? * self.total.get())
    }

    /// Pays the oracle.
    pub fn set_price(&mut self, cx: &mut Ctx, token: Address, price: U256) -> Result<(), CallError> {
        Oracle::at(ORACLE).set_price(cx, U256::ONE, token, price)
    }

    /// A tuple.
    pub fn both(&self, cx: &Ctx) -> (Address, String) {
        (cx.sender(), "both".to_string())
    }

    /// Value without calldata.
    #[receive]
    pub fn receive(&mut self, cx: &mut Ctx) -> Result<U256, BankError> {
        self.accept(cx, String::new())
    }

    /// Anything else.
    #[fallback]
    pub fn other(&mut self, _cx: &mut Ctx, calldata: Bytes) -> Bytes {
        self.last_calldata.set(calldata.clone());
        calldata
    }

    fn accept(&mut self, cx: &mut Ctx, note: String) -> Result<U256, BankError> {
        let amount = cx.value();
        if amount.is_zero() {
            return Err(BankError::Empty);
        }
        cx.emit(Deposited { from: cx.sender(), note, amount, text: "in".to_owned() });
        Ok(self.total.add(amount))
    }
}

fn host() -> TestHost {
    let host = TestHost::new();
    host.set_sender(ALICE);
    host.set_balance(ALICE, U256::from(100u8));
    host
}

#[test]
fn value_reaches_payable_methods_only() {
    let host = host();
    host.set_value(U256::from(40u8));
    let deposited = host.call::<Bank, _>(selector("deposit(string)"), ("rent".to_owned(),));
    assert_eq!(deposited, Ok(U256::from(40u8).to_be_bytes().to_vec()));
    assert_eq!((host.balance(BANK), host.balance(ALICE)), (U256::from(40u8), U256::from(60u8)));
    let refused = host.call::<Bank, _>(selector("total()"), ()).expect_err("not payable");
    assert_eq!(refused.message().as_deref(), Some("total: not payable"));
    assert_eq!(host.balance(BANK), U256::from(40u8), "the value of the refused call went back");
    assert_eq!(host.call_raw::<Bank>(&[]), Ok(U256::from(80u8).to_be_bytes().to_vec()), "receive");
}

#[test]
fn an_indexed_text_is_its_hash() {
    let host = host();
    host.set_value(U256::ONE);
    let mut bank = host.contract::<Bank>();
    host.transact(|cx| bank.deposit(cx, "rent".to_owned())).expect("deposited");
    let (_, log) = host.logs().pop().expect("a log");
    let topics = [
        host.look(|cx| cx.keccak256(b"Deposited(address,string,uint256,string)")).0,
        ALICE.into_word().0,
        host.look(|cx| cx.keccak256(b"rent")).0,
    ];
    assert_eq!(log.topics, topics);
    let data = <(U256, String) as zx::abi::Args>::decode(&log.data);
    assert_eq!(data, Some((U256::ONE, "in".to_owned())));
}

#[test]
fn a_fallback_gets_the_calldata_and_answers_as_they_are() {
    let host = host();
    for calldata in [&[1u8, 2][..], &[9, 9, 9, 9, 1, 2, 3]] {
        assert_eq!(host.call_raw::<Bank>(calldata), Ok(calldata.to_vec()));
    }
    host.set_value(U256::ONE);
    assert!(host.call_raw::<Bank>(&[1]).is_err_and(|r| r.message().as_deref() == Some("other: not payable")));
}

#[test]
fn another_contract_answers_or_its_revert_is_handed_on() {
    let host = host();
    let mut bank = host.contract::<Bank>();
    host.set_value(U256::from(3u8));
    host.call_raw::<Bank>(&[]).expect("received");
    host.set_value(U256::ZERO);

    let worth = |bank: &Bank| host.transact(|cx| bank.worth(cx, ALICE));
    let malformed = Reverted(CallError::Malformed.encode());
    assert_eq!(worth(&bank), Err(malformed), "an account without code returns nothing");
    host.register_with(ORACLE, |_, _| Ok(U256::from(7u8).to_be_bytes().to_vec()));
    assert_eq!(worth(&bank), Ok(U256::from(21u8)));
    host.register_with(ORACLE, |_, _| Err(b"why".to_vec()));
    assert_eq!(worth(&bank), Err(Reverted(b"why".to_vec())));

    host.register_with(ORACLE, |cx, _| if cx.value() == U256::ONE { Ok(Vec::new()) } else { Err(Vec::new()) });
    assert_eq!(host.transact(|cx| bank.set_price(cx, ALICE, U256::ONE)), Ok(()));
    assert_eq!(host.balance(ORACLE), U256::ONE);
    host.set_balance(BANK, U256::ZERO);
    let broke = host.transact(|cx| bank.set_price(cx, ALICE, U256::ONE));
    assert_eq!(broke, Err(Reverted(CallError::Failed.encode())));
}

#[test]
fn a_static_call_cannot_write() {
    let host = host();
    host.register_with(ORACLE, |cx, _| {
        cx.store_slot([0; 32], U256::ONE.to_be_bytes());
        Ok(cx.sender().to_vec())
    });
    assert_eq!(host.look(|cx| cx.static_call(ORACLE, &[], u64::MAX)), Err(CallError::Revert(Vec::new())));
    let called = host.transact(|cx| cx.call(ORACLE, &[], CallOptions::default()).map(Bytes::from));
    assert_eq!(called, Ok(Bytes::copy_from_slice(BANK.as_slice())), "the bank is who calls");
    assert_eq!(host.slot([0; 32]), [0; 32], "the write went to the other contract");
}

#[test]
fn declarations_are_solidity_s() {
    let lines: Vec<_> = Bank::DECLARATIONS.iter().map(|parts| parts.concat()).collect();
    assert_eq!(
        lines,
        [
            "/// Takes what comes.\nfunction deposit(string note) external payable returns (uint256)\n",
            "/// What came in all.\nfunction total() external view returns (uint256)\n",
            "/// Asks the oracle.\nfunction worth(address token) external view returns (uint256)\n",
            "/// Pays the oracle.\nfunction setPrice(address token, uint256 price) external\n",
            "/// A tuple.\nfunction both() external view returns (address,string)\n",
            "/// Value without calldata.\nreceive() external payable\n",
            "/// Anything else.\nfallback() external\n",
        ]
    );
    assert_eq!(
        <Deposited as zx::Event>::DECLARATION.concat(),
        "/// Something came.\nevent Deposited(address indexed from, string indexed note, uint256 amount, string text)\n"
    );
}
