use zx::{
    components::{ReentrancyGuard, ReentrancyGuardError},
    prelude::*,
    testing::Host,
};

zx::sol_interface! {
    interface IPool {
        function locked(address borrower) external;
        function open() external;
        function closed() external;
        function total() external view returns (uint64);
    }
}

/// Why nothing was done.
#[derive(Debug, PartialEq, zx::Error)]
pub enum PoolError {
    Guard(ReentrancyGuardError),
    Borrower(CallError),
}

#[zx::contract]
pub struct Pool {
    guard: ReentrancyGuard,
    #[view]
    opened: Item<u64>,
}

#[zx::public]
impl Pool {
    #[reentrant]
    pub fn locked(&mut self, cx: &mut Ctx, borrower: Address) -> Result<(), PoolError> {
        let _lock = self.guard.lock(cx)?;
        cx.call(borrower, &[], CallOptions::default())?;
        Ok(())
    }

    #[reentrant]
    pub fn open(&mut self, _cx: &mut Ctx) {
        self.opened.add(1);
    }

    pub fn closed(&mut self, _cx: &mut Ctx) {
        self.opened.add(100);
    }

    #[reentrant]
    pub fn total(&self, cx: &Ctx) -> Result<u64, PoolError> {
        self.guard.when_unlocked(cx)?;
        Ok(self.opened.get())
    }
}

/// Calls the pool back.
#[zx::contract]
pub struct Borrower {
    pool: Item<Address>,
    what: Item<u8>,
}

#[zx::public]
impl Borrower {
    #[constructor]
    pub fn constructor(&mut self, _cx: &mut Ctx, pool: Address, what: u8) {
        self.pool.set(pool);
        self.what.set(what);
    }

    #[receive]
    pub fn receive(&mut self, cx: &mut Ctx) -> Result<(), CallError> {
        let pool = IPool::at(self.pool.get());
        match self.what.get() {
            0 => pool.open(cx),
            1 => pool.locked(cx, cx.address()),
            2 => pool.total(cx).map(|_| ()),
            _ => pool.closed(cx),
        }
    }
}

#[zx::test]
fn a_method_that_is_open_can_be_called_back_and_what_is_locked_cannot(host: &Host) {
    let pool = host.deploy::<Pool>(());
    let borrower = |what: u8| host.deploy::<Borrower>((pool.address(), what)).address();
    pool.locked(borrower(0)).unwrap();
    assert_eq!(pool.opened(), 1);

    let locked = ReentrancyGuardError::ReentrancyGuardReentrantCall {};
    assert_eq!(pool.locked(borrower(1)), Err(locked.into()));
    assert_eq!(pool.locked(borrower(2)), Err(locked.into()), "a view that must not be asked halfway");
    assert_eq!(pool.total(), 1);
    let refused = pool.locked(borrower(3)).unwrap_err();
    assert_eq!(refused.message().as_deref(), Some("reentrant call"), "closed unless opened");
    pool.locked(borrower(0)).unwrap();
    assert_eq!(pool.opened(), 2, "unlocked again");
}

/// Locks twice in one transaction, one after the other.
#[zx::contract]
pub struct Twice {
    guard: ReentrancyGuard,
}

#[zx::public]
impl Twice {
    pub fn one_after_the_other(&mut self, cx: &mut Ctx) -> Result<(), ReentrancyGuardError> {
        drop(self.guard.lock(cx)?);
        drop(self.guard.lock(cx)?);
        Ok(())
    }

    pub fn both(&mut self, cx: &mut Ctx) -> Result<(), ReentrancyGuardError> {
        let _first = self.guard.lock(cx)?;
        let _second = self.guard.lock(cx)?;
        Ok(())
    }
}

#[zx::test]
fn a_lock_lasts_as_long_as_its_scope(host: &Host) {
    let twice = host.deploy::<Twice>(());
    twice.one_after_the_other().unwrap();
    assert_eq!(twice.both(), Err(ReentrancyGuardError::ReentrancyGuardReentrantCall {}.into()));
    twice.one_after_the_other().unwrap();
}
