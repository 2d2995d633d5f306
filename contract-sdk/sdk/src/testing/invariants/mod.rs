//! What holds whatever anybody does: random sequences of calls, made from the ABI of the contracts, with everything that
//! must hold looked at after each; a sequence that breaks it is shrunk to the shortest that does.

mod methods;
mod values;

use super::{Host, Reverted, Testable, panics};
use crate::{
    Address, U256,
    abi::{Abi, Args},
    revert,
};
use core::{fmt, ops::RangeInclusive};
use methods::{Method, Type};
use proptest::{
    collection,
    prelude::*,
    strategy::{BoxedStrategy, Union},
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};
use std::{cell::RefCell, collections::BTreeMap, fmt::Write as _};
use values::{Hints, Value};

/// A campaign of random calls.
///
/// ```
/// # extern crate zx_sdk as zx;
/// # use zx::prelude::*;
/// use zx::testing::Invariants;
/// # #[zx::contract]
/// # pub struct Purse {
/// #     #[view]
/// #     total: Item<U256>,
/// #     #[view]
/// #     of: Map<Address, U256>,
/// # }
/// # #[zx::public]
/// # impl Purse {
/// #     pub fn put(&mut self, cx: &mut Ctx, amount: U256) {
/// #         self.total.add(amount);
/// #         self.of.add(cx.sender(), amount);
/// #     }
/// # }
///
/// Invariants::new(|host, targets| {
///     let purse = host.deploy::<Purse>(()).address();
///     targets.contract::<Purse>(purse).senders(host.accounts::<3>()).amounts(0u64..=1_000);
///     purse
/// })
/// .hold("what the holders have makes up the total", |host, purse| {
///     let purse = host.at::<Purse>(*purse);
///     let held: U256 = host.accounts::<3>().into_iter().map(|holder| purse.of(holder)).sum();
///     assert_eq!(held, purse.total());
/// })
/// .check();
/// ```
pub struct Invariants<'a, S> {
    setup: Setup<'a, S>,
    actions: Vec<Action<'a, S>>,
    laws: Vec<Law<'a, S>>,
    runs: u32,
    depth: usize,
    seed: Option<u64>,
}

/// Deploys, and says what to call.
type Setup<'a, S> = Box<dyn Fn(&Host, &mut Targets) -> S + 'a>;

/// What somebody does with random arguments, in a function of the test.
struct Action<'a, S> {
    name: String,
    inputs: Vec<Type>,
    act: Act<'a, S>,
}

/// Takes encoded arguments, and says whether it succeeded.
type Act<'a, S> = Box<dyn Fn(&Host, &S, Address, &[u8]) -> bool + 'a>;

/// A name, and what must not panic.
type Law<'a, S> = (String, Box<dyn Fn(&Host, &S) + 'a>);

/// What a campaign calls, and with what.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    methods: Vec<Method>,
    hints: Hints,
    senders: Vec<Address>,
    seconds: u64,
}

impl Targets {
    /// Calls the methods of a contract that change something.
    pub fn contract<C: Testable>(&mut self, address: Address) -> &mut Self {
        let parts = C::PARTS.iter().flat_map(|part| part.declarations.iter().copied().flatten());
        let declarations = C::DECLARATIONS.iter().chain(parts).map(|parts| parts.concat());
        self.methods.extend(declarations.filter_map(|text| Method::read(C::PACKAGE, address, &text)));
        self.hints.addresses.push(address);
        self
    }

    /// Calls only these methods, by their Solidity names.
    pub fn only(&mut self, names: &[&str]) -> &mut Self {
        self.methods.retain(|method| names.contains(&method.name.as_str()));
        self
    }

    /// Does not call these methods.
    pub fn except(&mut self, names: &[&str]) -> &mut Self {
        self.methods.retain(|method| !names.contains(&method.name.as_str()));
        self
    }

    /// Calls from these accounts; they are also likely arguments.
    pub fn senders(&mut self, senders: impl IntoIterator<Item = Address>) -> &mut Self {
        self.senders.extend(senders);
        self
    }

    /// Addresses that are likely arguments.
    pub fn addresses(&mut self, addresses: impl IntoIterator<Item = Address>) -> &mut Self {
        self.hints.addresses.extend(addresses);
        self
    }

    /// Numbers that are likely arguments, and value sent to payable methods.
    pub fn amounts<N: Into<U256> + Copy>(&mut self, amounts: RangeInclusive<N>) -> &mut Self {
        self.hints.amounts = Some(((*amounts.start()).into(), (*amounts.end()).into()));
        self
    }

    /// Now and then lets time pass, up to so many seconds.
    pub fn passing(&mut self, seconds: u64) -> &mut Self {
        self.seconds = seconds;
        self
    }

    /// A strategy for what happens next: a call, or one of the actions, of which it gets names and types.
    fn step<'t>(&self, actions: impl Iterator<Item = (&'t str, &'t [Type])>) -> BoxedStrategy<Step> {
        let mut hints = self.hints.clone();
        hints.addresses.extend(&self.senders);
        let senders = proptest::sample::select(self.senders.clone());
        let calls = self.methods.iter().map(|method| {
            let method = method.clone();
            let value = if method.payable { values::amount(&hints) } else { Just(U256::ZERO).boxed() };
            let arguments: Vec<_> = method.inputs.iter().map(|ty| values::of(ty, &hints)).collect();
            (senders.clone(), value, arguments)
                .prop_map(move |(sender, value, arguments)| Step::Call {
                    method: method.clone(),
                    sender,
                    value,
                    arguments,
                })
                .boxed()
        });
        let actions = actions.enumerate().map(|(number, (name, inputs))| {
            let name = name.to_owned();
            let arguments: Vec<_> = inputs.iter().map(|ty| values::of(ty, &hints)).collect();
            (senders.clone(), arguments)
                .prop_map(move |(sender, arguments)| Step::Act { number, name: name.clone(), sender, arguments })
                .boxed()
        });
        let mut steps: Vec<(u32, BoxedStrategy<Step>)> = calls.chain(actions).map(|step| (4, step)).collect();
        if self.seconds > 0 {
            steps.push((2, (1..=self.seconds).prop_map(Step::Pass).boxed()));
        }
        Union::new_weighted(steps).boxed()
    }
}

/// What happens.
#[derive(Clone, Debug)]
enum Step {
    Call {
        method: Method,
        sender: Address,
        value: U256,
        arguments: Vec<Value>,
    },
    /// One of the actions, by its number.
    Act {
        number: usize,
        name: String,
        sender: Address,
        arguments: Vec<Value>,
    },
    Pass(u64),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pass(seconds) => write!(f, "{seconds} seconds pass"),
            Self::Act { name, sender, arguments, .. } => {
                write!(f, "{sender} does {name}")?;
                list(f, arguments)
            }
            Self::Call { method, sender, value, arguments } => {
                write!(f, "{sender} calls {}.{}", method.contract, method.name)?;
                list(f, arguments)?;
                if !value.is_zero() { write!(f, " with {value} wei") } else { Ok(()) }
            }
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, arguments: &[Value]) -> fmt::Result {
    f.write_char('(')?;
    for (i, argument) in arguments.iter().enumerate() {
        write!(f, "{}{argument}", if i > 0 { ", " } else { "" })?;
    }
    f.write_char(')')
}

/// How often a method was called, and how often that succeeded.
type Counts = BTreeMap<String, (u32, u32)>;

impl<'a, S> Invariants<'a, S> {
    /// A campaign in a world that `setup` makes: it deploys, says what to call, and returns what the laws need to know,
    /// addresses for instance. By default there are 64 sequences of up to 32 calls; `ZX_INVARIANT_RUNS` and
    /// `ZX_INVARIANT_DEPTH` say otherwise.
    pub fn new(setup: impl Fn(&Host, &mut Targets) -> S + 'a) -> Self {
        let from = |name: &str, default| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default);
        Self {
            setup: Box::new(setup),
            actions: Vec::new(),
            laws: Vec::new(),
            runs: from("ZX_INVARIANT_RUNS", 64),
            depth: from("ZX_INVARIANT_DEPTH", 32) as usize,
            seed: None,
        }
    }

    /// What can happen besides calls of the targets: `act` is given one of the senders and random arguments of the types
    /// that it takes, a tuple, and does with them what means something. Random calldata rarely are the next step of what
    /// takes several, in order and by whoever may; a function that knows what was done before can take it, and can keep what
    /// the laws want to know in the setup's value. It returns an error if what it tried was refused.
    ///
    /// ```
    /// # extern crate zx_sdk as zx;
    /// # use zx::prelude::*;
    /// # use zx::testing::Invariants;
    /// # #[zx::contract]
    /// # pub struct Purse {
    /// #     #[view]
    /// #     total: Item<U256>,
    /// # }
    /// # #[zx::public]
    /// # impl Purse {
    /// #     pub fn put(&mut self, _cx: &mut Ctx, amount: U256) {
    /// #         self.total.add(amount);
    /// #     }
    /// # }
    /// use core::cell::Cell;
    ///
    /// Invariants::new(|host, targets| {
    ///     targets.senders(host.accounts::<3>());
    ///     (host.deploy::<Purse>(()).address(), Cell::new(0))
    /// })
    /// .step("put twice", |host, (purse, put), who, (amount,): (u16,)| {
    ///     let purse = host.at::<Purse>(*purse).by(who);
    ///     for _ in 0..2 {
    ///         purse.put(U256::from(amount))?;
    ///         put.set(put.get() + u64::from(amount));
    ///     }
    ///     Ok(())
    /// })
    /// .hold("what was put is there", |host, (purse, put)| {
    ///     assert_eq!(host.at::<Purse>(*purse).total(), U256::from(put.get()));
    /// })
    /// .check();
    /// ```
    ///
    /// # Panics
    /// A type is not one of the ABI's that campaigns have random values of.
    #[must_use]
    #[expect(clippy::panic, reason = "that is how a test fails")]
    pub fn step<A: Abi + Args>(
        mut self,
        name: &str,
        act: impl Fn(&Host, &S, Address, A) -> Result<(), Reverted> + 'a,
    ) -> Self {
        let Some(inputs) = methods::inputs(A::NAME) else { panic!("there are no random values of {}", A::NAME) };
        let act = move |host: &Host, state: &S, sender, data: &[u8]| {
            A::decode(data).is_some_and(|arguments| act(host, state, sender, arguments).is_ok())
        };
        self.actions.push(Action { name: name.to_owned(), inputs, act: Box::new(act) });
        self
    }

    /// What must hold after each call: `law` asserts it.
    #[must_use]
    pub fn hold(mut self, name: &str, law: impl Fn(&Host, &S) + 'a) -> Self {
        self.laws.push((name.to_owned(), Box::new(law)));
        self
    }

    /// So many sequences.
    #[must_use]
    pub fn runs(self, runs: u32) -> Self {
        Self { runs, ..self }
    }

    /// Of so many calls at most.
    #[must_use]
    pub fn depth(self, depth: usize) -> Self {
        Self { depth, ..self }
    }

    /// The same sequences each time.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// Runs the campaign.
    ///
    /// # Panics
    /// A law does not hold: with the shortest sequence of calls found that breaks it. Or the campaign proves nothing,
    /// because there is nothing to call, nobody to call it, or no call ever succeeds.
    #[track_caller]
    #[expect(clippy::panic, reason = "that is how a test fails")]
    pub fn check(self) {
        let mut targets = Targets::default();
        (self.setup)(&Host::new(), &mut targets);
        assert!(
            !targets.methods.is_empty() || !self.actions.is_empty(),
            "there is no method to call: name a contract with `targets.contract::<C>(..)`"
        );
        assert!(!targets.senders.is_empty(), "there is nobody to call: name some with `targets.senders(..)`");
        let counts = RefCell::new(Counts::new());
        let actions = self.actions.iter().map(|action| (action.name.as_str(), action.inputs.as_slice()));
        let steps = collection::vec(targets.step(actions), 1..=self.depth.max(1));
        let result = self.runner().run(&steps, |steps| self.run(&steps, &counts).map_err(TestCaseError::fail));
        match result {
            Ok(()) => {
                let table = table(&counts.borrow());
                assert!(counts.borrow().values().any(|(_, good)| *good > 0), "no call ever succeeded:\n{table}");
                println!("{} sequences of up to {} calls\n{table}", self.runs, self.depth);
            }
            Err(TestError::Fail(reason, steps)) => {
                let lines: Vec<_> = steps.iter().enumerate().map(|(i, s)| format!("  {}. {s}", i + 1)).collect();
                panic!("{}\nafter these calls:\n{}", reason.message(), lines.join("\n"));
            }
            Err(TestError::Abort(reason)) => panic!("the campaign stopped: {reason}"),
        }
    }

    fn runner(&self) -> TestRunner {
        let config =
            Config { cases: self.runs, failure_persistence: None, max_shrink_iters: 4_096, ..Config::default() };
        match self.seed {
            None => TestRunner::new(config),
            Some(seed) => {
                let bytes: [u8; 32] = *alloy_primitives::keccak256(seed.to_be_bytes());
                TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
            }
        }
    }

    /// Runs a sequence in a fresh world.
    fn run(&self, steps: &[Step], counts: &RefCell<Counts>) -> Result<(), String> {
        let host = Host::new();
        let state = (self.setup)(&host, &mut Targets::default());
        self.look(&host, &state, "before any call")?;
        for step in steps {
            let (name, done) = match step {
                Step::Pass(seconds) => {
                    host.pass(*seconds);
                    self.look(&host, &state, "")?;
                    continue;
                }
                Step::Call { method, sender, value, arguments } => {
                    let data = method.calldata(arguments);
                    let done = host.raw(method.address).by(*sender).paying(*value).transact(&data);
                    (format!("{}.{}", method.contract, method.name), done.is_ok())
                }
                Step::Act { number, name, sender, arguments } => {
                    let data = values::encode(arguments);
                    let action = self.actions.get(*number);
                    (name.clone(), action.is_some_and(|action| (action.act)(&host, &state, *sender, &data)))
                }
            };
            count(&mut counts.borrow_mut(), name, done);
            self.look(&host, &state, "")?;
        }
        Ok(())
    }

    fn look(&self, host: &Host, state: &S, when: &str) -> Result<(), String> {
        for (name, law) in &self.laws {
            panics::caught(|| law(host, state)).map_err(|data| {
                let why = revert::message_of(&data).unwrap_or_else(|| "an arithmetic overflow".to_owned());
                format!("it does not hold that {name}{}{when}: {why}", if when.is_empty() { "" } else { ", " })
            })?;
        }
        Ok(())
    }
}

impl<S> fmt::Debug for Invariants<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let laws: Vec<_> = self.laws.iter().map(|(name, _)| name).collect();
        f.debug_struct("Invariants").field("laws", &laws).field("runs", &self.runs).field("depth", &self.depth).finish()
    }
}

fn count(counts: &mut Counts, name: String, done: bool) {
    let (all, good) = counts.entry(name).or_default();
    *all += 1;
    *good += u32::from(done);
}

fn table(counts: &Counts) -> String {
    let width = counts.keys().map(String::len).max().unwrap_or(0);
    let mut text = String::new();
    for (name, (all, good)) in counts {
        let _ = writeln!(text, "  {name:width$}  {all:>6} calls, {good:>6} succeeded");
    }
    text
}

#[cfg(test)]
mod tests;
