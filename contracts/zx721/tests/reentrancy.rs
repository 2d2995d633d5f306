//! Receivers that call back from within their hook.

use attacker::Attacker;
use zx::{abi::Args, prelude::*, testing::Host};
use zx721::Zx721;

fn id(number: u64) -> U256 {
    U256::from(number)
}

fn call(signature: &str, arguments: impl Args) -> Bytes {
    [zx::selector(signature).to_vec(), arguments.encode()]
        .concat()
        .into()
}

#[zx::test]
fn a_receiver_that_calls_back_finds_everything_in_order_and_takes_no_more(host: &Host) {
    const MOVE: &str = "transferFrom(address,address,uint256)";
    let [_, alice, heir] = host.accounts();
    let tokens = host.deploy::<Zx721>(("Things".to_owned(), "THG".to_owned()));
    for number in 1..=3 {
        tokens.mint(alice, id(number), String::new()).unwrap();
    }
    let grabber = host.deploy::<Attacker>(());
    let accepts = zx::selector("onERC721Received(address,address,uint256,bytes)");
    grabber
        .answer_with([&accepts[..], &[0; 28]].concat().into())
        .unwrap();
    let plan = |data| {
        grabber
            .plan(tokens.address(), U256::ZERO, data)
            .expect("planned")
    };
    plan(call("ownerOf(uint256)", (id(1),)));
    plan(call(MOVE, (grabber.address(), heir, id(1))));
    // What it has given on, a second time; what is still the sender's; and to destroy what it had.
    plan(call(MOVE, (grabber.address(), heir, id(1))));
    plan(call(MOVE, (alice, heir, id(2))));
    plan(call("burn(uint256)", (id(1),)));

    tokens
        .by(alice)
        .safe_transfer_from(alice, grabber.address(), id(1))
        .unwrap();
    let outcomes: Vec<_> = (0..grabber.taken())
        .map(|step| grabber.succeeded(step))
        .collect();
    assert_eq!(outcomes, [true, true, false, false, false]);
    let owner = [&[0; 12], &grabber.address()[..]].concat();
    assert_eq!(
        grabber.returned(0),
        owner,
        "it has arrived before it is asked"
    );
    assert_eq!(
        (tokens.owner_of(id(1)), tokens.owner_of(id(2))),
        (heir, alice)
    );
    assert_eq!(
        (tokens.tokens_of_owner(alice), tokens.tokens_of_owner(heir)),
        (vec![id(3), id(2)], vec![id(1)])
    );
    assert_eq!(tokens.balance_of(grabber.address()), id(0));
}
