use zx::{components::Eip712, crypto::Domain, prelude::*, testing::Host};

#[zx::contract]
pub struct Signed {
    #[component]
    domain: Eip712,
}

#[zx::public]
impl Signed {
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, name: String) {
        self.domain.init(cx, name, "1".into());
    }

    pub fn initialize(&mut self, _cx: &mut Ctx, name: String) {
        self.domain.init_proxied(name, "1".into());
    }

    /// What a contract behind a proxy must not do.
    pub fn rename(&mut self, cx: &mut Ctx, name: String) {
        self.domain.init(cx, name, "1".into());
    }
}

#[zx::contract]
pub struct Cloner {}

#[zx::public]
impl Cloner {
    pub fn make(&mut self, cx: &mut Ctx, code: Address) -> Result<Address, CallError> {
        cx.clone(code)
    }
}

fn separator(host: &Host, name: &str, contract: Address) -> B256 {
    Domain::of(name, "1").separator_of(host.block().chain_id, contract)
}

/// What is signed for a proxy is not signed for its code: that has a name in its immutables, the proxy one in its slots.
#[zx::test]
fn a_proxy_and_its_code_have_a_domain_each(host: &Host) {
    let code = host.deploy::<Signed>(("Code".into(),));
    let cloner = host.deploy::<Cloner>(());
    let [one, two] = ["One", "Two"].map(|name| {
        let clone = host.at::<Signed>(cloner.make(code.address()).unwrap());
        clone.initialize(name.into()).unwrap();
        clone
    });
    for (contract, name) in [(code, "Code"), (one, "One"), (two, "Two")] {
        assert_eq!(contract.domain().domain_separator(), separator(host, name, contract.address()), "{name}");
        assert_eq!(contract.domain().eip712_domain().1, name);
    }
}

#[zx::test]
fn only_a_constructor_names_the_domain_for_good(host: &Host) {
    let code = host.deploy::<Signed>(("Code".into(),));
    let refused = host.raw(code.address()).transact(&encoded("rename(string)", "Other"));
    let message = refused.unwrap_err().message();
    assert_eq!(message.as_deref(), Some("wasm trap: immutable written outside of a constructor"));
    assert_eq!(code.domain().domain_separator(), separator(host, "Code", code.address()));
}

fn encoded(signature: &str, text: &str) -> Vec<u8> {
    use alloy_sol_types::SolValue as _;
    [&zx::selector(signature)[..], &(text.to_owned(),).abi_encode_params()].concat()
}
