//! Constructors, receive, fallback, overloads, events without names, panics.

use zx::{Entry as _, Event as _, prelude::*, testing::Host};

/// Without a name.
#[derive(zx::Event)]
#[anonymous]
pub struct Blind {
    #[indexed]
    pub a: u8,
    #[indexed]
    pub b: Address,
    #[indexed]
    pub c: B256,
    #[indexed]
    pub d: Bytes,
    pub e: String,
}

/// With structs and lists in it.
#[derive(zx::Event)]
pub struct Listed {
    #[indexed]
    pub r#type: u8,
    pub items: Vec<(u64, String)>,
}

#[zx::contract]
pub struct Entries {
    #[view]
    started: Item<u64>,
    received: Item<U256>,
}

#[zx::public]
impl Entries {
    #[constructor]
    #[payable]
    pub fn constructor(&mut self, cx: &mut Ctx, start: u64) -> Result<(), &'static str> {
        ensure!(start > 0, "begin with one at least");
        self.started.set(start);
        self.received.set(cx.value());
        Ok(())
    }

    /// One argument.
    #[selector(name = "transfer")]
    pub fn transfer_to(&mut self, _cx: &mut Ctx, _to: Address) -> u8 {
        1
    }

    /// Two.
    #[selector(name = "transfer")]
    pub fn transfer_with(&mut self, _cx: &mut Ctx, _to: Address, _data: Bytes) -> u8 {
        2
    }

    /// Neither storage nor context.
    pub fn sum(a: u64, b: u64) -> u64 {
        a + b
    }

    pub fn blind(&mut self, cx: &mut Ctx) {
        cx.emit(blind());
    }

    pub fn listed(&mut self, cx: &mut Ctx) {
        cx.emit(Listed { r#type: 3, items: vec![(1, "one".into()), (2, "two".into())] });
    }

    pub fn index(&self, _cx: &Ctx, at: u32) -> u8 {
        let list = [1u8, 2, 3];
        list[at as usize]
    }

    pub fn shift(&self, _cx: &Ctx, by: u32) -> u64 {
        1u64 << by
    }

    pub fn divide(&self, _cx: &Ctx, by: U256) -> U256 {
        U256::MAX / by
    }

    pub fn checked(&self, _cx: &Ctx, yes: bool) -> Result<(), &'static str> {
        require!(yes, "required");
        ensure!(yes, "never");
        Ok(())
    }

    #[receive]
    pub fn receive(&mut self, cx: &mut Ctx) {
        self.received.add(cx.value());
    }

    #[fallback]
    pub fn fallback(&mut self, cx: &mut Ctx, calldata: &[u8]) -> Result<Vec<u8>, &'static str> {
        ensure!(calldata.len() < 10, "too long");
        Ok([calldata, cx.sender().as_slice()].concat())
    }
}

fn blind() -> Blind {
    Blind { a: 7, b: Address::repeat_byte(1), c: B256::repeat_byte(2), d: Bytes::from_static(b"d"), e: "e".into() }
}

#[zx::test]
fn a_constructor_takes_value_if_it_says_so_and_can_refuse(host: &Host) {
    let [alice] = host.accounts();
    let deployed = host.try_deploy::<Entries>(alice, U256::from(5u8), (9,)).unwrap();
    assert_eq!((deployed.started(), host.balance(deployed.address())), (9, U256::from(5u8)));
    let refused = host.try_deploy::<Entries>(alice, U256::ZERO, (0,)).map(|_| ()).unwrap_err();
    assert_eq!(refused.message().as_deref(), Some("begin with one at least"));
}

#[zx::test]
fn overloads_are_told_apart_by_their_arguments(host: &Host) {
    let entries = host.deploy::<Entries>((1,));
    assert_eq!(entries.transfer_to(Address::ZERO), Ok(1));
    assert_eq!(entries.transfer_with(Address::ZERO, Bytes::new()), Ok(2));
    let declared = Entries::DECLARATIONS.iter().map(|parts| parts.concat()).collect::<String>();
    assert!(declared.contains("function transfer(address to) external returns (uint8)\n"), "{declared}");
    assert!(declared.contains("function transfer(address to, bytes data) external returns (uint8)\n"), "{declared}");
    assert!(declared.contains("function sum(uint64 a, uint64 b) external pure returns (uint64)\n"), "{declared}");
    assert!(declared.contains("constructor(uint64 start) payable\n"), "{declared}");
}

#[zx::test]
fn what_no_method_takes_goes_to_receive_or_fallback(host: &Host) {
    let [alice] = host.accounts();
    let entries = host.deploy::<Entries>((1,));
    let raw = host.raw(entries.address());
    raw.paying(U256::from(3u8)).transact(&[]).unwrap();
    assert_eq!(host.balance(entries.address()), U256::from(3u8));
    assert_eq!(raw.transact(&[1, 2]), Ok([&[1, 2][..], alice.as_slice()].concat()));
    assert_eq!(raw.transact(&[9; 5]), Ok([&[9; 5][..], alice.as_slice()].concat()));
    assert_eq!(raw.transact(&[9; 10]).unwrap_err().message().as_deref(), Some("too long"));
    let paid = raw.paying(U256::ONE).transact(&[9; 5]).unwrap_err();
    assert_eq!(paid.message().as_deref(), Some("fallback: not payable"));
}

#[zx::test]
fn an_event_without_a_name_has_four_topics(host: &Host) {
    let entries = host.deploy::<Entries>((1,));
    entries.blind().unwrap();
    assert!(host.emitted(blind()));
    let (_, log) = host.logs().remove(0);
    assert_eq!(log.topics[0], U256::from(7u8).to_be_bytes(), "no signature first");
    assert_eq!(log.topics[3], alloy_primitives::keccak256(b"d").0);
    assert_eq!(log.topics.len(), 4);
    assert!(Blind::DECLARATION.concat().ends_with("bytes indexed d, string e) anonymous\n"));
}

#[zx::test]
fn an_event_with_a_list_is_encoded_as_alloy_s(host: &Host) {
    use alloy_sol_types::SolEvent as _;
    mod theirs {
        alloy_sol_types::sol! {
            event Listed(uint8 indexed kind, (uint64, string)[] items);
        }
    }
    let entries = host.deploy::<Entries>((1,));
    entries.listed().unwrap();
    let event = theirs::Listed { kind: 3, items: vec![(1, "one".to_owned()), (2, "two".to_owned())] };
    let log = host.logs().remove(0).1;
    assert_eq!(log.data, event.encode_data());
    assert_eq!(log.topics, event.encode_topics().into_iter().map(|t| t.0.0).collect::<Vec<_>>());
    host.assert_logs(entries.address(), [log]);
}

#[zx::test]
fn panics_are_reverts_that_say_where(host: &Host) {
    let entries = host.deploy::<Entries>((1,));
    assert_eq!(entries.index(2), 3);
    let place = entries.try_index(3).unwrap_err().message().unwrap();
    assert!(place.contains("entries.rs:"), "{place}");
    assert_eq!(entries.sum(2, 3), 5);
    assert_eq!(entries.try_sum(u64::MAX, 1).unwrap_err().panic_code(), Some(0x11));
    assert_eq!(entries.try_shift(64).unwrap_err().panic_code(), Some(0x11));
    assert_eq!(entries.try_divide(U256::ZERO).unwrap_err().panic_code(), Some(0x12));
    assert_eq!(entries.try_checked(false).unwrap_err().message().as_deref(), Some("required"));
    entries.checked(true);
}
