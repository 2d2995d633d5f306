use zx::{
    components::{Pausable, PausableError, Paused, Unpaused},
    prelude::*,
    testing::Host,
};

/// Small fields around the switch share its slot.
#[zx::contract]
pub struct Door {
    #[view]
    visits: Item<u64>,
    #[component]
    pausable: Pausable,
    #[view]
    last: Item<Address>,
}

#[zx::public]
impl Door {
    pub fn enter(&mut self, cx: &mut Ctx) -> Result<(), PausableError> {
        self.pausable.when_not_paused()?;
        self.visits.add(1);
        self.last.set(cx.sender());
        Ok(())
    }

    pub fn shut(&mut self, cx: &mut Ctx) -> Result<(), PausableError> {
        self.pausable.pause(cx)
    }

    pub fn open(&mut self, cx: &mut Ctx) -> Result<(), PausableError> {
        self.pausable.unpause(cx)
    }
}

#[zx::test]
fn what_is_paused_waits(host: &Host) {
    let [alice, bob] = host.accounts();
    let door = host.deploy::<Door>(());
    door.enter().unwrap();
    assert_eq!(door.open(), Err(PausableError::ExpectedPause {}.into()));
    door.by(bob).shut().unwrap();
    assert!(host.emitted(Paused { account: bob }));
    assert!(door.pausable().paused());
    assert_eq!(door.enter(), Err(PausableError::EnforcedPause {}.into()));
    assert_eq!(door.shut(), Err(PausableError::EnforcedPause {}.into()));
    door.open().unwrap();
    assert!(host.emitted(Unpaused { account: alice }));
    door.enter().unwrap();
    assert_eq!((door.visits(), door.last()), (2, alice));
}
