//! What is escrowed is what was minted outside, whatever is sent, delivered, repeated, mixed up or left lying.

use super::scene::{AWAY, HOME, Scene, n};
use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;
use zx::testing::Invariants;

#[derive(Clone, Debug)]
enum Act {
    /// Somebody sends a token, or the coin, from one of the chains.
    Send {
        from_home: bool,
        coin: bool,
        from: usize,
        to: usize,
        amount: u64,
    },
    /// Somebody delivers a message of those that were ever sent, by its number, to the one or the other bridge.
    Deliver { which: usize, to_home: bool },
    /// The same with the chains in it exchanged.
    Turned { which: usize },
    /// The same with more in it, signed for what it was.
    Raised { which: usize },
    /// Time passes.
    Pass(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let send = (
        any::<bool>(),
        any::<bool>(),
        0..3usize,
        0..3usize,
        0..400u64,
    );
    prop_oneof![
        4 => send.prop_map(|(from_home, coin, from, to, amount)| Act::Send { from_home, coin, from, to, amount }),
        6 => (0..32usize, any::<bool>()).prop_map(|(which, to_home)| Act::Deliver { which, to_home }),
        1 => (0..32usize).prop_map(|which| Act::Turned { which }),
        1 => (0..32usize).prop_map(|which| Act::Raised { which }),
        1 => (1..60u64).prop_map(Act::Pass),
    ]
}

/// What the model knows: messages that were sent, and which of them were delivered.
#[derive(Default)]
struct Model {
    sent: Vec<Message>,
    delivered: BTreeSet<usize>,
}

impl Model {
    fn run(&mut self, scene: &Scene<'_>, act: &Act) {
        match *act {
            Act::Send {
                from_home,
                coin,
                from,
                to,
                amount,
            } => {
                let who: [Address; 3] = scene.host.accounts();
                let (chain, token) = match (from_home, coin) {
                    (true, false) => (HOME, scene.token),
                    (true, true) => (HOME, NATIVE),
                    (false, false) => (AWAY, scene.wrapped),
                    (false, true) => (AWAY, scene.wrapped_coin),
                };
                self.sent
                    .extend(scene.try_send(chain, token, who[from], who[to], amount));
            }
            Act::Deliver { which, to_home } => self.deliver(scene, which, to_home),
            Act::Turned { which } => {
                if let Some(message) = self.pick(which) {
                    let turned = Message {
                        source_chain: message.destination_chain,
                        destination_chain: message.source_chain,
                        ..message
                    };
                    assert!(
                        scene.deliver_away(&turned).is_err()
                            && scene.deliver_home(&turned).is_err()
                    );
                }
            }
            Act::Raised { which } => {
                if let Some(message) = self.pick(which) {
                    let (bridge, address) = destination(scene, &message);
                    let proof = scene.sign(&message, address, &[1, 2, 3]);
                    let payload = Payload::decode(&message.payload).unwrap();
                    let amount = payload.amount + n(1);
                    let payload = Payload { amount, ..payload }.encode();
                    assert!(
                        bridge
                            .deliver(Message { payload, ..message }, proof)
                            .is_err()
                    );
                }
            }
            Act::Pass(seconds) => scene.host.pass(seconds),
        }
    }

    fn pick(&self, which: usize) -> Option<Message> {
        let at = which.checked_rem(self.sent.len())?;
        self.sent.get(at).cloned()
    }

    /// A message is delivered where it goes to, once, and if the limit allows it.
    fn deliver(&mut self, scene: &Scene<'_>, which: usize, to_home: bool) {
        let Some(message) = self.pick(which) else {
            return;
        };
        let which = which % self.sent.len();
        let goes_home = message.destination_chain == HOME;
        let payload = Payload::decode(&message.payload).unwrap();
        let (bridge, _) = destination(scene, &message);
        let fits = U256::from(bridge.limits().available(payload.token)) >= payload.amount;
        let expected = goes_home == to_home && !self.delivered.contains(&which) && fits;
        let outcome = if to_home {
            scene.deliver_home(&message)
        } else {
            scene.deliver_away(&message)
        };
        assert_eq!(outcome.is_ok(), expected, "{message:?}: {outcome:?}");
        if expected {
            self.delivered.insert(which);
        }
    }

    /// What is on its way, of a token by its address where it goes to.
    fn on_the_way(&self, token: Address) -> U256 {
        let open = self.sent.iter().enumerate();
        open.filter(|(at, _)| !self.delivered.contains(at))
            .filter_map(|(_, message)| Payload::decode(&message.payload))
            .filter(|payload| payload.token == token)
            .map(|payload| payload.amount)
            .sum()
    }

    fn check(&self, scene: &Scene<'_>) {
        let supply = |token| {
            let token = scene.host.at::<bridge_token::BridgeToken>(token);
            token.erc20().total_supply()
        };
        let escrowed = [
            (
                scene.token,
                scene.wrapped,
                scene.held(scene.token, scene.home),
            ),
            (NATIVE, scene.wrapped_coin, scene.host.balance(scene.home)),
        ];
        for (here, there, escrowed) in escrowed {
            let outside = supply(there) + self.on_the_way(there) + self.on_the_way(here);
            assert_eq!(escrowed, outside, "escrowed is minted, or on its way");
            assert_eq!(scene.home().outside((AWAY, here)), escrowed);
            assert_eq!(scene.away().outside((HOME, there)), supply(there));
        }
    }
}

/// Where a message goes to.
fn destination<'h>(scene: &Scene<'h>, message: &Message) -> (BridgeClient<'h>, Address) {
    match message.destination_chain {
        HOME => (scene.home(), scene.home),
        _ => (scene.away(), scene.away),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]
    #[test]
    fn escrowed_equals_minted_outside(acts in prop::collection::vec(act(), 1..50)) {
        let host = &Host::new();
        let scene = Scene::open(host);
        scene.home().set_limit(scene.token, 500, 10).unwrap();
        scene.away().set_limit(scene.wrapped_coin, 500, 10).unwrap();
        let mut model = Model::default();
        for act in acts {
            model.run(&scene, &act);
            model.check(&scene);
        }
    }
}

/// Without signatures, and without being the owner, nobody gets anything out, whatever they call.
#[test]
fn a_stranger_takes_nothing() {
    Invariants::new(|host, targets| {
        let scene = Scene::open(host);
        let [_, alice, stranger] = host.accounts();
        scene.send_away(scene.token, alice, alice, 400);
        scene.send_away(NATIVE, alice, alice, 400);
        targets
            .contract::<Bridge>(scene.home)
            .contract::<zx20::Zx20>(scene.token)
            .senders([stranger])
            .addresses([scene.token, scene.home, NATIVE])
            .amounts(0u64..=3)
            .passing(1_000);
        (scene.home, scene.token)
    })
    .hold("what is escrowed stays", |host, (home, token)| {
        assert_eq!(host.at::<zx20::Zx20>(*token).balance_of(*home), n(400));
        assert!(host.balance(*home) >= n(400));
        let bridge = host.at::<Bridge>(*home);
        assert_eq!(bridge.outside((AWAY, *token)), n(400));
        assert_eq!(bridge.verifier().threshold(), 3);
        assert!(!bridge.pausable().paused() && !bridge.peer(AWAY).is_zero());
    })
    .check();
}
