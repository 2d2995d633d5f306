//! Campaigns of random calls find what is broken, and tell it shortly.

use zx::{prelude::*, testing::Invariants};

/// Keeps coins of its users; a rounding error lets them take more than they brought.
#[zx::contract]
pub struct Leaky {
    #[view]
    total: Item<U256>,
    #[view]
    of: Map<Address, U256>,
}

#[zx::public]
impl Leaky {
    /// Brings some.
    pub fn put(&mut self, cx: &mut Ctx, amount: U256) -> Result<(), &'static str> {
        ensure!(amount <= U256::from(1_000u64), "too much");
        self.total.add(amount);
        self.of.add(cx.sender(), amount);
        Ok(())
    }

    /// Takes half of what one has, rounded up; the total is rounded down.
    pub fn halve(&mut self, cx: &mut Ctx) {
        let (had, two) = (self.of.get(cx.sender()), U256::from(2u8));
        self.of.set(cx.sender(), had / two);
        self.total.sub(had / two);
    }

    /// Never does anything.
    pub fn refuse(&mut self, _cx: &mut Ctx) -> Result<(), &'static str> {
        Err("no")
    }

    /// Does nothing wrong.
    pub fn look_around(&mut self, _cx: &mut Ctx, _at: Vec<Address>, _why: String) {}
}

fn campaign(depth: usize, methods: &'static [&'static str]) -> Invariants<'static, Address> {
    let campaign = Invariants::new(move |host, targets| {
        let leaky = host.deploy::<Leaky>(()).address();
        targets.contract::<Leaky>(leaky).senders(host.accounts::<3>()).amounts(0u64..=1_000).only(methods);
        leaky
    });
    let sum = |host: &zx::testing::Host, leaky: &Address| {
        let leaky = host.at::<Leaky>(*leaky);
        let held: U256 = host.accounts::<3>().into_iter().map(|holder| leaky.of(holder)).sum();
        assert_eq!(held, leaky.total());
    };
    campaign.hold("what the holders have is the total", sum).depth(depth).runs(200).seed(1)
}

#[test]
fn what_holds_is_not_refuted() {
    campaign(20, &["put", "lookAround"]).check();
}

#[test]
fn what_does_not_hold_is_shrunk_to_the_shortest_sequence() {
    let found = std::panic::catch_unwind(|| campaign(20, &["put", "halve", "lookAround"]).check());
    let found = *found.expect_err("an odd amount is lost").downcast::<String>().expect("a text");
    let calls: Vec<_> = found.lines().filter(|line| line.contains(" calls ")).collect();
    assert_eq!(calls.len(), 2, "{found}");
    assert!(calls[0].contains(".put(") && calls[1].ends_with(".halve()"), "{found}");
    assert!(found.starts_with("it does not hold that what the holders have is the total"), "{found}");
}

#[test]
#[should_panic(expected = "no call ever succeeded")]
fn a_campaign_in_which_nothing_succeeds_proves_nothing() {
    Invariants::new(|host, targets| {
        let leaky = host.deploy::<Leaky>(()).address();
        targets.contract::<Leaky>(leaky).senders(host.accounts::<1>()).only(&["refuse"]);
    })
    .hold("nothing", |_, ()| {})
    .depth(3)
    .runs(2)
    .seed(4)
    .check();
}

/// From five on, and only if it is asked for, the step brings an odd amount, of which a halving loses something.
#[test]
fn what_a_step_of_the_test_breaks_is_shrunk_with_its_arguments() {
    let steps = || {
        campaign(20, &["lookAround"]).step("put and halve", |host, leaky, who, (amount, odd): (u8, bool)| {
            let leaky = host.at::<Leaky>(*leaky).by(who);
            leaky.put(U256::from(2 * u16::from(amount) + u16::from(odd && amount >= 5)))?;
            leaky.halve()
        })
    };
    let found = std::panic::catch_unwind(|| steps().check());
    let found = *found.expect_err("an odd amount is lost").downcast::<String>().expect("a text");
    let calls: Vec<_> = found.lines().filter(|line| line.contains(" does put")).collect();
    assert!(calls.len() == 1 && calls[0].ends_with(" does put and halve(5, true)"), "{found}");
}

#[test]
fn steps_of_the_test_alone_make_a_campaign() {
    let tried = core::cell::Cell::new(0);
    Invariants::new(|host, targets| {
        targets.senders(host.accounts::<2>());
        host.deploy::<Leaky>(()).address()
    })
    .step("put", |host, leaky, who, (amount,): (u16,)| {
        tried.set(tried.get() + 1);
        host.at::<Leaky>(*leaky).by(who).put(U256::from(amount))
    })
    .hold("nobody has more than there is", |host, leaky| {
        let leaky = host.at::<Leaky>(*leaky);
        assert!(host.accounts::<2>().into_iter().all(|who| leaky.of(who) <= leaky.total()));
    })
    .runs(8)
    .seed(2)
    .check();
    assert!(tried.get() > 8, "{} steps", tried.get());
}
