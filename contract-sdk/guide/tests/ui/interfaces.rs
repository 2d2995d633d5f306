#[zx::interface]
pub trait IToken {
    const NAME: &'static str;

    fn transfer(&mut self) -> bool {
        true
    }

    #[payable]
    fn total(&self);

    fn pure() -> u64;
}

zx::sol_interface! {
    interface IMath is IBase {
        function f() external;
    }
}

zx::sol_interface! {
    interface IOther {
        function f(int24 x) external;
    }
}

fn main() {}
