//! Calls of other contracts.

use zx::{prelude::*, testing::Host};

zx::sol_interface! {
    /// A pair of an exchange, as Uniswap publishes it.
    pub interface IPair {
        event Sync(uint112 reserve0, uint112 reserve1);
        function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 blockTimestampLast);
        function swap(uint amount0Out, uint amount1Out, address to, bytes calldata data) external;
    }

    interface IBank {
        function deposit(string calldata note) external payable returns (uint256);
        function fail(uint8 how) external;
        function whoami() external view returns (address, address);
        function total() external view returns (uint256);
    }
}

/// What a bank says.
#[derive(Debug, PartialEq, zx::Error)]
pub enum BankError {
    /// It is closed.
    Closed,
    /// There is too little.
    TooLittle { available: U256, needed: U256 },
}

#[zx::contract]
pub struct Bank {
    #[view]
    total: Item<U256>,
}

#[zx::public]
impl Bank {
    #[payable]
    pub fn deposit(&mut self, cx: &mut Ctx, _note: String) -> U256 {
        self.total.add(cx.value())
    }

    pub fn fail(&mut self, _cx: &mut Ctx, how: u8) -> Result<(), BankError> {
        self.total.add(U256::ONE);
        match how {
            0 => Err(BankError::Closed),
            1 => Err(BankError::TooLittle { available: U256::ONE, needed: U256::MAX }),
            2 => revert!("in words"),
            _ => zx::revert::panic_code(0x11),
        }
    }

    pub fn whoami(&self, cx: &Ctx) -> (Address, Address) {
        (cx.sender(), cx.address())
    }
}

/// What a caller says.
#[derive(Debug, PartialEq, zx::Error)]
pub enum CallerError {
    /// Of the bank, as it said it.
    Bank(CallError),
    /// The bank was closed.
    GaveUp,
}

#[zx::contract]
pub struct Customer {
    #[view]
    total: Item<U256>,
    bank: Item<Address>,
}

#[zx::public]
impl Customer {
    #[constructor]
    pub fn constructor(&mut self, _cx: &mut Ctx, bank: Address) {
        self.bank.set(bank);
    }

    #[payable]
    pub fn pay(&mut self, cx: &mut Ctx) -> Result<U256, CallerError> {
        Ok(IBank::at(self.bank.get()).deposit(cx, cx.value(), "rent".into())?)
    }

    /// Hands the error on.
    pub fn pass_on(&mut self, cx: &mut Ctx, how: u8) -> Result<(), CallerError> {
        Ok(IBank::at(self.bank.get()).fail(cx, how)?)
    }

    /// Looks at the error.
    pub fn look_at(&mut self, cx: &mut Ctx, how: u8) -> Result<(U256, String), CallerError> {
        let Err(error) = IBank::at(self.bank.get()).fail(cx, how) else { revert!("no error") };
        match error.decode::<BankError>() {
            Some(BankError::Closed) => Err(CallerError::GaveUp),
            Some(BankError::TooLittle { needed, .. }) => Ok((needed, String::new())),
            None => Ok((U256::ZERO, error.message().unwrap_or_default())),
        }
    }

    pub fn who(&self, cx: &Ctx) -> Result<(Address, Address), CallerError> {
        Ok(IBank::at(self.bank.get()).whoami(cx)?)
    }

    /// Runs the bank's code here.
    pub fn as_mine(&mut self, cx: &mut Ctx) -> Result<(Address, Address), CallerError> {
        let code = IBank::code(self.bank.get());
        if code.fail(cx, 0).is_ok() {
            revert!("it fails");
        }
        self.total.set(U256::from(9u8));
        require!(code.total(cx)? == U256::from(9u8), "its total is ours");
        Ok(code.whoami(cx)?)
    }

    pub fn reserves(&self, cx: &Ctx, pair: Address) -> Result<(Uint<112>, Uint<112>, u32), CallError> {
        IPair::at(pair).get_reserves(cx)
    }

    pub fn swap(&mut self, cx: &mut Ctx, pair: Address) -> Result<(), CallError> {
        IPair::at(pair).with_gas(100_000).swap(cx, U256::ONE, U256::ZERO, cx.address(), Bytes::from_static(b"x"))
    }
}

fn customer(host: &Host) -> CustomerClient<'_> {
    let bank = host.deploy::<Bank>(()).address();
    host.deploy::<Customer>((bank,))
}

#[zx::test]
fn value_and_arguments_arrive(host: &Host) {
    let customer = customer(host);
    assert_eq!(customer.paying(U256::from(5u8)).pay(), Ok(U256::from(5u8)));
    assert_eq!(customer.paying(U256::from(2u8)).pay(), Ok(U256::from(7u8)));
    let (sender, bank) = customer.who();
    assert_eq!((sender, host.balance(bank)), (customer.address(), U256::from(7u8)));
}

#[zx::test]
fn errors_are_handed_on_or_looked_at(host: &Host) {
    let customer = customer(host);
    let bank = host.at::<Bank>(customer.who().1);
    assert_eq!(customer.pass_on(0), Err(BankError::Closed.into()));
    let too_little = BankError::TooLittle { available: U256::ONE, needed: U256::MAX };
    let refused = customer.pass_on(1).unwrap_err();
    assert_eq!(refused.decode(), Some(too_little));
    assert_eq!(customer.pass_on(2).unwrap_err().message().as_deref(), Some("in words"));
    assert_eq!(customer.pass_on(3).unwrap_err().panic_code(), Some(0x11));
    assert_eq!(customer.look_at(0), Err(CallerError::GaveUp.into()));
    assert_eq!(customer.look_at(1), Ok((U256::MAX, String::new())));
    assert_eq!(customer.look_at(2), Ok((U256::ZERO, "in words".to_owned())));
    assert_eq!(bank.total(), U256::ZERO, "what reverted left nothing");
}

#[zx::test]
fn code_of_another_contract_runs_on_this_one_s_storage(host: &Host) {
    let [alice] = host.accounts();
    let customer = customer(host);
    assert_eq!(customer.as_mine(), Ok((alice, customer.address())), "sender and address are this one's");
    assert_eq!(customer.total(), U256::from(9u8));
    assert_eq!(host.at::<Bank>(customer.who().1).total(), U256::ZERO);
}

#[zx::test]
fn a_published_interface_is_called_as_it_is_written(host: &Host) {
    let customer = customer(host);
    let pair = Address::repeat_byte(0x9A);
    let reserves = (Uint::<112>::MAX, Uint::<112>::new(U256::ONE), 7u32);
    let swap = zx::selector("swap(uint256,uint256,address,bytes)");
    let asked = (U256::ONE, U256::ZERO, customer.address(), Bytes::from_static(b"x"));
    host.mock(pair).returns(zx::selector("getReserves()"), reserves).returns_to(swap, asked, ()).install();
    assert_eq!(customer.reserves(pair), reserves);
    assert_eq!(customer.swap(pair), Ok(()));

    let wide = (U256::MAX, U256::ONE, U256::ONE);
    host.mock(pair).returns(zx::selector("getReserves()"), wide).install();
    let refused = customer.try_reserves(pair).unwrap_err();
    assert_eq!(refused.message().as_deref(), Some("call returned malformed data"), "more than 112 bits");
    assert_eq!(customer.swap(pair).unwrap_err().0, Vec::<u8>::new(), "no rule fits");
}

/// Is called back by whom it calls.
#[zx::contract]
pub struct Reentered {
    #[view]
    count: Item<u64>,
}

#[zx::public]
impl Reentered {
    pub fn out(&mut self, cx: &mut Ctx, to: Address, calldata: Bytes) -> Result<(), CallError> {
        cx.call(to, &calldata, CallOptions::default()).map(|_| ())
    }

    pub fn closed(&mut self, _cx: &mut Ctx) {
        self.count.add(1);
    }

    #[reentrant]
    pub fn open(&mut self, _cx: &mut Ctx) {
        self.count.add(10);
    }

    pub fn pure() -> u64 {
        5
    }
}

#[zx::test]
fn a_contract_that_runs_is_entered_again_only_where_it_is_open(host: &Host) {
    let [one, two] = [(); 2].map(|()| host.deploy::<Reentered>(()));
    // One calls two, and two calls one back.
    let round = |signature: &str| {
        let back = zx::abi::Args::encode(&(one.address(), Bytes::from(zx::selector(signature))));
        one.out(two.address(), [&zx::selector("out(address,bytes)")[..], &back].concat().into())
    };
    assert_eq!(round("closed()").unwrap_err().message().as_deref(), Some("reentrant call"));
    assert_eq!(round("count()").unwrap_err().message().as_deref(), Some("reentrant call"), "a getter too");
    assert_eq!(one.count(), 0);
    round("open()").unwrap();
    round("pure()").unwrap();
    assert_eq!(one.count(), 10);
    one.out(two.address(), zx::selector("closed()").into()).unwrap();
    assert_eq!(two.count(), 1);
}
