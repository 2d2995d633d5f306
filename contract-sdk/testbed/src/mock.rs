//! Mocks: EVM code that answers by table.
//!
//! For each rule in turn the code compares what the calldata begin with, and if it is the rule's, copies the answer from
//! behind the code and returns it or reverts with it. At the end of the table it reverts without data.

use zx_sdk::testing::protocol::MockRule;

/// Opcodes (Yellow Paper, appendix H).
mod op {
    pub(super) const LT: u8 = 0x10;
    pub(super) const EQ: u8 = 0x14;
    pub(super) const ISZERO: u8 = 0x15;
    pub(super) const SHR: u8 = 0x1C;
    pub(super) const CALLDATALOAD: u8 = 0x35;
    pub(super) const CALLDATASIZE: u8 = 0x36;
    pub(super) const CODECOPY: u8 = 0x39;
    pub(super) const JUMPI: u8 = 0x57;
    pub(super) const JUMPDEST: u8 = 0x5B;
    pub(super) const PUSH1: u8 = 0x60;
    pub(super) const RETURN: u8 = 0xF3;
    pub(super) const REVERT: u8 = 0xFD;
    pub(super) const INVALID: u8 = 0xFE;
}

/// Code in the making. Places are written as four bytes: code of any size can be put into a world, no transaction has to
/// carry it.
#[derive(Default)]
struct Code(Vec<u8>);

impl Code {
    fn op(&mut self, op: u8) -> &mut Self {
        self.0.push(op);
        self
    }

    /// Pushes a word of up to 32 bytes.
    fn push(&mut self, bytes: &[u8]) -> &mut Self {
        let Some(more) = bytes.len().checked_sub(1).and_then(|more| u8::try_from(more).ok()) else { return self };
        self.0.push(op::PUSH1 + more);
        self.0.extend_from_slice(bytes);
        self
    }

    fn number(&mut self, number: usize) -> &mut Self {
        // No message of the protocol is as long as four gibibytes.
        self.push(&u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes())
    }

    /// Pushes a place that is not known yet, and says where it is to be written.
    fn later(&mut self) -> usize {
        self.number(0);
        self.0.len() - 4
    }

    fn settle(&mut self, at: usize, place: usize) {
        let bytes = u32::try_from(place).unwrap_or(u32::MAX).to_be_bytes();
        if let Some(room) = self.0.get_mut(at..at + 4) {
            room.copy_from_slice(&bytes);
        }
    }
}

/// Code that answers by this table.
pub(crate) fn code(rules: &[MockRule]) -> Vec<u8> {
    let mut code = Code::default();
    let mut places = Vec::new();
    for rule in rules {
        let mut misses = vec![shorter_than(&mut code, rule.calldata.len())];
        for (i, chunk) in rule.calldata.chunks(32).enumerate() {
            misses.push(differs(&mut code, 32 * i, chunk));
        }
        places.push(answer(&mut code, rule));
        let next = code.0.len();
        code.op(op::JUMPDEST);
        misses.into_iter().for_each(|at| code.settle(at, next));
    }
    code.number(0).number(0).op(op::REVERT).op(op::INVALID);
    for (rule, at) in rules.iter().zip(places) {
        let place = code.0.len();
        code.settle(at, place);
        code.0.extend_from_slice(&rule.data);
    }
    code.0
}

/// Jumps if the calldata are shorter than this; returns where the target is to be written.
fn shorter_than(code: &mut Code, len: usize) -> usize {
    code.number(len).op(op::CALLDATASIZE).op(op::LT);
    let at = code.later();
    code.op(op::JUMPI);
    at
}

/// Jumps if the calldata from `offset` are not this chunk.
fn differs(code: &mut Code, offset: usize, chunk: &[u8]) -> usize {
    let unused = 8 * (32 - chunk.len().min(32));
    code.number(offset).op(op::CALLDATALOAD).number(unused).op(op::SHR).push(chunk).op(op::EQ).op(op::ISZERO);
    let at = code.later();
    code.op(op::JUMPI);
    at
}

/// Answers; returns where the place of the data is to be written.
fn answer(code: &mut Code, rule: &MockRule) -> usize {
    code.number(rule.data.len());
    let at = code.later();
    code.number(0).op(op::CODECOPY).number(rule.data.len()).number(0);
    code.op(if rule.reverts { op::REVERT } else { op::RETURN });
    at
}
