//! The guide's bank, with its tests: they stand here as they stand in `docs/contracts.md`, where they would not run.
#![allow(missing_docs, unreachable_pub)]

/// The contract of the guide's beginning.
mod bank {
    use zx::prelude::*;

    /// Keeps what people bring, until they take it back.
    #[zx::contract]
    pub struct Bank {
        /// What somebody has here, in wei.
        #[view]
        balance_of: Map<Address, U256>,
    }

    /// Somebody brought something.
    #[derive(zx::Event)]
    pub struct Deposited {
        /// Who.
        #[indexed]
        pub by: Address,
        /// How much, in wei.
        pub amount: U256,
    }

    /// Why a call was refused.
    #[derive(Debug, PartialEq, zx::Error)]
    pub enum BankError {
        /// There is not so much.
        TooLittle {
            /// What there is, in wei.
            available: U256,
        },
        /// It could not be sent.
        NotSent(CallError),
    }

    #[zx::public]
    impl Bank {
        /// Takes what comes with the call.
        #[payable]
        pub fn deposit(&mut self, cx: &mut Ctx) {
            let (by, amount) = (cx.sender(), cx.value());
            self.balance_of.add(by, amount);
            cx.emit(Deposited { by, amount });
        }

        /// Gives it back.
        pub fn withdraw(&mut self, cx: &mut Ctx, amount: U256) -> Result<(), BankError> {
            let to = cx.sender();
            self.balance_of.try_sub(to, amount).map_err(|rest| BankError::TooLittle { available: rest.available })?;
            Ok(cx.send(to, amount)?)
        }
    }
}

mod tests {
    #![allow(clippy::unwrap_used)]
    use super::bank::*;

    use zx::{prelude::*, testing::Host};

    #[zx::test]
    fn people_get_back_what_they_brought(host: &Host) {
        let [alice, bob] = host.accounts();
        let bank = host.deploy::<Bank>(());

        bank.paying(U256::from(5u8)).deposit().unwrap();
        assert!(host.emitted(Deposited { by: alice, amount: U256::from(5u8) }));
        assert_eq!(bank.balance_of(alice), U256::from(5u8));

        let refused = bank.by(bob).withdraw(U256::ONE).unwrap_err();
        assert_eq!(refused, BankError::TooLittle { available: U256::ZERO }.into());

        bank.withdraw(U256::from(5u8)).unwrap();
        assert_eq!(host.balance(bank.address()), U256::ZERO);
    }

    #[zx::test]
    fn what_cannot_be_sent_stays(host: &Host) {
        let deaf = Address::repeat_byte(7);
        host.set_balance(deaf, U256::ONE);
        let bank = host.deploy::<Bank>(()).by(deaf);
        bank.paying(U256::ONE).deposit().unwrap();
        // From now on there is a contract that answers nothing.
        host.mock(deaf).install();
        host.pass(86_400);
        assert!(bank.withdraw(U256::ONE).is_err());
        assert_eq!(bank.balance_of(deaf), U256::ONE);
    }
}

/// Lines without their indentation.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("#![")).collect()
}

#[test]
fn the_guide_s_bank_and_its_tests_are_these() {
    let guide = include_str!("../../../docs/contracts.md");
    let here = lines(include_str!("guide.rs"));
    let blocks = guide.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next());
    let checked: Vec<_> = blocks.filter(|b| b.contains("#[zx::test]") || b.contains("pub struct Bank {")).collect();
    assert_eq!(checked.len(), 2, "the bank, and its tests");
    for block in checked {
        let block = lines(block);
        assert!(here.windows(block.len()).any(|window| window == block), "not as in guide.rs:\n{}", block.join("\n"));
    }
}
