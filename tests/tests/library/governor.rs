//! The governor, with its timelock and a token that votes, against OpenZeppelin's.

use super::{
    driver::{Side, Step, Subject},
    erc20::{self, call, forge, role, somebody},
    random::Random,
    wallet,
    world::{Call, World},
};
use alloy_primitives::{Address, B256, Bytes, U256, aliases::U48, keccak256};
use alloy_sol_types::{Panic, SolCall, SolError as _, SolStruct as _, SolValue, eip712_domain, sol};
use zx_tests::CHAIN_ID;

sol! {
    struct Settings {
        uint48 votingDelay;
        uint32 votingPeriod;
        uint256 proposalThreshold;
        uint256 quorumNumerator;
        uint32 queueingPeriod;
        uint32 gracePeriod;
    }

    struct Ballot {
        uint256 proposalId;
        uint8 support;
        address voter;
        uint256 nonce;
    }

    struct ExtendedBallot {
        uint256 proposalId;
        uint8 support;
        address voter;
        uint256 nonce;
        string reason;
        bytes params;
    }

    interface IGovernor {
        function name() external view returns (string);
        function version() external view returns (string);
        function COUNTING_MODE() external view returns (string);
        function CLOCK_MODE() external view returns (string);
        function BALLOT_TYPEHASH() external view returns (bytes32);
        function EXTENDED_BALLOT_TYPEHASH() external view returns (bytes32);
        function clock() external view returns (uint48);
        function token() external view returns (address);
        function timelock() external view returns (address);
        function votingDelay() external view returns (uint256);
        function votingPeriod() external view returns (uint256);
        function queueingPeriod() external view returns (uint32);
        function gracePeriod() external view returns (uint32);
        function proposalThreshold() external view returns (uint256);
        function quorumNumerator() external view returns (uint256);
        function quorumDenominator() external view returns (uint256);
        function quorum(uint256 timepoint) external view returns (uint256);
        function getVotes(address account, uint256 timepoint) external view returns (uint256);
        function getVotesWithParams(address account, uint256 timepoint, bytes params) external view returns (uint256);
        function hashProposal(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash) external view returns (uint256);
        function getProposalId(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash) external view returns (uint256);
        function state(uint256 proposalId) external view returns (uint8);
        function proposalSnapshot(uint256 proposalId) external view returns (uint256);
        function proposalDeadline(uint256 proposalId) external view returns (uint256);
        function proposalProposer(uint256 proposalId) external view returns (address);
        function proposalEta(uint256 proposalId) external view returns (uint256);
        function proposalNeedsQueuing(uint256 proposalId) external view returns (bool);
        function proposalVotes(uint256 proposalId) external view returns (uint256, uint256, uint256);
        function hasVoted(uint256 proposalId, address account) external view returns (bool);
        function supportsInterface(bytes4 interfaceId) external view returns (bool);
        function nonces(address owner) external view returns (uint256);
        function eip712Domain() external view;
        function propose(address[] targets, uint256[] values, bytes[] calldatas, string description) external returns (uint256);
        function queue(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash) external returns (uint256);
        function execute(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash) external payable returns (uint256);
        function cancel(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash) external returns (uint256);
        function castVote(uint256 proposalId, uint8 support) external returns (uint256);
        function castVoteWithReason(uint256 proposalId, uint8 support, string reason) external returns (uint256);
        function castVoteWithReasonAndParams(uint256 proposalId, uint8 support, string reason, bytes params) external returns (uint256);
        function castVoteBySig(uint256 proposalId, uint8 support, address voter, bytes signature) external returns (uint256);
        function castVoteWithReasonAndParamsBySig(uint256 proposalId, uint8 support, address voter, string reason, bytes params, bytes signature) external returns (uint256);
        function relay(address target, uint256 value, bytes data) external payable;
        function setVotingDelay(uint48 newVotingDelay) external;
        function setVotingPeriod(uint32 newVotingPeriod) external;
        function setProposalThreshold(uint256 newProposalThreshold) external;
        function updateQuorumNumerator(uint256 newQuorumNumerator) external;
        function setExpiry(uint32 queueingPeriod, uint32 gracePeriod) external;
    }

    interface ITimelock {
        function grantRole(bytes32 role, address account) external;
        function schedule(address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt, uint256 delay) external;
        function execute(address target, uint256 value, bytes payload, bytes32 predecessor, bytes32 salt) external payable;
    }

    interface ISubordinate {
        function tell(uint256 number) external payable;
        function refuse(uint256 number) external payable;
    }

    function delegate(address delegatee) external;

    error GovernorOnlyProposal(bytes32 call);
}
use IGovernor as I;

const NAME: &str = "Dao";

/// `contracts/governor`. Its contracts are the governor, the token, the timelock, and what it calls.
pub(crate) const SUBJECT: Subject = Subject {
    name: "governor",
    original: "OpenZeppelin Governor, GovernorSettings, GovernorCountingSimple, GovernorVotes, GovernorVotesQuorumFraction, GovernorTimelockControl",
    deploy,
    step,
    views,
    same_error: |ours, theirs| {
        // The queue of calls that a proposal may make has none left: a panic of an empty list.
        let unproposed = GovernorOnlyProposal::abi_decode(ours).is_ok();
        let emptied = Panic::abi_decode(theirs).is_ok_and(|panic| panic.code == U256::from(0x31));
        ours == theirs || (unproposed && emptied)
    },
    creates: &[],
    attacks: &["setProposalThreshold", "deposit", "timelock execute bypass"],
    dearer: &[],
};

fn deploy(world: &mut World, side: Side) -> eyre::Result<Vec<Address>> {
    let who = wallet::accounts()?;
    let owner = who[0];
    let create = |world: &mut World, ours: &str, theirs: &str, arguments: &[u8]| match side {
        Side::Ours => world.deploy(owner, ours, arguments),
        Side::Theirs => world.original(owner, theirs, arguments),
    };
    let other = world.original(owner, "Subordinate", &[])?;
    let names = ("Token".to_owned(), "TOK".to_owned()).abi_encode_params();
    let token = create(world, "zx20-votes", "Voting", &names)?;
    erc20::endow(world, token)?;
    for account in &who {
        world.must(*account, token, delegateCall { delegatee: *account }.abi_encode())?;
    }
    let none = Vec::<Address>::new();
    let roles = (U256::from(60), none, vec![Address::ZERO], owner).abi_encode_params();
    let timelock = create(world, "timelock", "Delayed", &roles)?;
    let settings = Settings {
        votingDelay: U48::from(2),
        votingPeriod: 12,
        proposalThreshold: U256::from(1_000),
        quorumNumerator: U256::from(30),
        queueingPeriod: 12,
        gracePeriod: 500,
    };
    let arguments = (NAME.to_owned(), token, timelock, settings).abi_encode_params();
    let governor = create(world, "governor", "Dao", &arguments)?;
    // The last account proposes to the timelock by itself.
    for account in [governor, who[4]] {
        let grant = ITimelock::grantRoleCall { role: role("PROPOSER_ROLE"), account };
        world.must(owner, timelock, grant.abi_encode())?;
    }
    let cancels = ITimelock::grantRoleCall { role: role("CANCELLER_ROLE"), account: governor };
    world.must(owner, timelock, cancels.abi_encode())?;
    world.pass(1)?;
    Ok(vec![governor, token, timelock, other])
}

/// What is proposed.
struct Proposal {
    targets: Vec<Address>,
    values: Vec<U256>,
    calldatas: Vec<Bytes>,
    description: String,
}

/// How many kinds there are.
const KINDS: u64 = 10;

/// Blocks after which the same kinds come again, with another description.
const GENERATION: u64 = 40;

impl Proposal {
    /// The proposal of this kind that has this number among them.
    fn new(kind: u64, generation: u64, contracts: &[Address]) -> eyre::Result<Self> {
        let (governor, token, other) = (contracts[0], contracts[1], contracts[3]);
        let who = wallet::accounts()?;
        let tell = |number: u64| ISubordinate::tellCall { number: U256::from(number) }.abi_encode();
        let own = |data: Vec<u8>| (governor, 0, data);
        let small = generation % 3;
        let relay = I::relayCall { target: other, value: U256::ZERO, data: tell(8).into() };
        let transfer = erc20::transferCall { to: who[1], value: U256::ONE };
        let parts: Vec<(Address, u64, Vec<u8>)> = match kind {
            0 => vec![(other, 0, tell(1))],
            1 => vec![(other, 0, tell(2)), (other, 5, tell(3)), (who[3], 2, Vec::new())],
            2 => vec![(other, 0, ISubordinate::refuseCall { number: U256::from(4) }.abi_encode())],
            3 => vec![
                own(I::setVotingDelayCall { newVotingDelay: U48::from(1 + small) }.abi_encode()),
                own(I::setVotingPeriodCall { newVotingPeriod: 11 + small as u32 }.abi_encode()),
            ],
            4 => {
                vec![own(I::updateQuorumNumeratorCall { newQuorumNumerator: U256::from(20 + 3 * generation % 90) }
                    .abi_encode())]
            }
            5 => vec![own(I::setProposalThresholdCall { newProposalThreshold: U256::from(900 + small) }.abi_encode())],
            6 => vec![own(relay.abi_encode()), (other, 0, tell(9)), own(relay.abi_encode())],
            7 => {
                vec![own(I::setExpiryCall { queueingPeriod: 10 + small as u32, gracePeriod: 400 + small as u32 }
                    .abi_encode())]
            }
            8 => vec![own(I::setVotingPeriodCall { newVotingPeriod: 0 }.abi_encode())],
            _ => vec![(token, 0, transfer.abi_encode())],
        };
        let mut description = format!("{kind} of {generation}");
        if kind == 5 {
            description = format!("{description}#proposer={}", who[2]);
        }
        let (mut targets, mut values, mut calldatas) = (Vec::new(), Vec::new(), Vec::new());
        for (target, value, data) in parts {
            targets.push(target);
            values.push(U256::from(value));
            calldatas.push(data.into());
        }
        Ok(Self { targets, values, calldatas, description })
    }

    fn hash(&self) -> B256 {
        keccak256(&self.description)
    }

    fn id(&self) -> U256 {
        let parts = (self.targets.clone(), self.values.clone(), self.calldatas.clone(), self.hash());
        U256::from_be_bytes(keccak256(parts.abi_encode_params()).0)
    }

    fn propose(&self, from: Address, governor: Address) -> Step {
        let (targets, values, calldatas) = (self.targets.clone(), self.values.clone(), self.calldatas.clone());
        let data = I::proposeCall { targets, values, calldatas, description: self.description.clone() };
        call("propose", from, governor, &data)
    }

    /// What is done with a proposal by all of it.
    fn whole(&self, what: &'static str, from: Address, to: Address) -> Step {
        let (targets, values, calldatas) = (self.targets.clone(), self.values.clone(), self.calldatas.clone());
        let hash = self.hash();
        let (value, data) = match what {
            "queue" => (U256::ZERO, I::queueCall { targets, values, calldatas, descriptionHash: hash }.abi_encode()),
            "cancel" => (U256::ZERO, I::cancelCall { targets, values, calldatas, descriptionHash: hash }.abi_encode()),
            _ => {
                let value = values.iter().copied().sum();
                (value, I::executeCall { targets, values, calldatas, descriptionHash: hash }.abi_encode())
            }
        };
        Step::Call(Call { what, from, to, value, data: data.into() })
    }
}

fn step(random: &mut Random, world: &mut World, contracts: &[Address]) -> eyre::Result<Step> {
    let (governor, token) = (contracts[0], contracts[1]);
    let (who, from) = (wallet::accounts()?, somebody(random)?);
    let generation = (world.block().0 / GENERATION).saturating_sub(random.below(2));
    let proposal = Proposal::new(random.below(KINDS), generation, contracts)?;
    let id = proposal.id();
    match random.below(30) {
        0 => return odd(random, &proposal, from, contracts),
        1 => {
            let (to, value) = (somebody(random)?, U256::from(random.below(4_000)));
            return Ok(call("token transfer", from, token, &erc20::transferCall { to, value }));
        }
        2 => {
            let delegatee = if random.chance(80) { from } else { somebody(random)? };
            return Ok(call("token delegate", from, token, &delegateCall { delegatee }));
        }
        3 | 4 => return Ok(Step::Pass(random.below(70))),
        5 => return Ok(call("state", from, governor, &I::stateCall { proposalId: id })),
        _ => {}
    }
    let state = world.look(governor, &I::stateCall { proposalId: id }.abi_encode())?;
    let state = if state.success { U256::abi_decode(&state.data)?.to::<u8>() } else { 8 };
    Ok(match (state, random.below(20)) {
        (8, 0..=18) => {
            let from = if proposal.description.contains('#') && random.chance(70) { who[2] } else { from };
            proposal.propose(from, governor)
        }
        (0, 0..=7) => Step::Pass(random.below(30)),
        (0, 8..=9) => {
            let proposer = world.look(governor, &I::proposalProposerCall { proposalId: id }.abi_encode())?.data;
            let from = if random.chance(50) { Address::abi_decode(&proposer)? } else { from };
            proposal.whole("cancel", from, governor)
        }
        (1, 0..=14) => vote(random, world, id, from, governor)?,
        (1, 15..=16) => Step::Pass(random.below(30)),
        (4, 0..=14) => proposal.whole("queue", from, governor),
        (5, 0..=9) if !ripe(world, governor, id)? => Step::Pass(random.below(90)),
        (5, 0..=18) => proposal.whole("execute", from, governor),
        (_, 0..=3) => proposal.whole("queue", from, governor),
        (_, 4..=7) => proposal.whole("execute", from, governor),
        (_, 8..=9) => proposal.whole("cancel", from, governor),
        (_, 10..=12) => vote(random, world, id, from, governor)?,
        (_, 13..=14) => proposal.propose(from, governor),
        _ => Step::Pass(random.below(30)),
    })
}

/// Whether the timelock has waited with a proposal.
fn ripe(world: &mut World, governor: Address, id: U256) -> eyre::Result<bool> {
    let eta = world.look(governor, &I::proposalEtaCall { proposalId: id }.abi_encode())?.data;
    Ok(U256::abi_decode(&eta)? <= U256::from(world.block().1))
}

/// Mostly for it; by hand, or signed.
fn vote(random: &mut Random, world: &mut World, id: U256, voter: Address, to: Address) -> eyre::Result<Step> {
    let support = if random.chance(70) { 1 } else { random.below(4) as u8 };
    let reason = "because ".repeat(random.below(6) as usize);
    let params = Bytes::from(vec![7; random.below(2) as usize * 33]);
    let nonce = U256::abi_decode(&world.look(to, &I::noncesCall { owner: voter }.abi_encode())?.data)?;
    let nonce = if random.chance(90) { nonce } else { nonce + U256::ONE };
    let domain = eip712_domain! { name: NAME, version: "1", chain_id: CHAIN_ID, verifying_contract: to, };
    let sent_by = somebody(random)?;
    Ok(match random.below(10) {
        0..=3 => call("castVote", voter, to, &I::castVoteCall { proposalId: id, support }),
        4..=5 => {
            let vote = I::castVoteWithReasonCall { proposalId: id, support, reason };
            call("castVoteWithReason", voter, to, &vote)
        }
        6 => {
            let vote = I::castVoteWithReasonAndParamsCall { proposalId: id, support, reason, params };
            call("castVoteWithReasonAndParams", voter, to, &vote)
        }
        7..=8 => {
            let hash = Ballot { proposalId: id, support, voter, nonce }.eip712_signing_hash(&domain);
            let signature = signature(random, voter, hash)?;
            let vote = I::castVoteBySigCall { proposalId: id, support, voter, signature };
            call("castVoteBySig", sent_by, to, &vote)
        }
        _ => {
            let (said, more) = (reason.clone(), params.clone());
            let ballot = ExtendedBallot { proposalId: id, support, voter, nonce, reason: said, params: more };
            let signature = signature(random, voter, ballot.eip712_signing_hash(&domain))?;
            let vote =
                I::castVoteWithReasonAndParamsBySigCall { proposalId: id, support, voter, reason, params, signature };
            call("castVoteWithReasonAndParamsBySig", sent_by, to, &vote)
        }
    })
}

/// Now and then in its other form, too short, or of somebody else.
fn signature(random: &mut Random, voter: Address, hash: B256) -> eyre::Result<Bytes> {
    let signer = if random.chance(92) { voter } else { somebody(random)? };
    let (v, r, s) = forge(random, wallet::sign(signer, hash)?);
    let mut bytes = [r.as_slice(), s.as_slice(), &[v]].concat();
    if random.chance(4) {
        bytes.pop();
    }
    Ok(bytes.into())
}

/// What must not work, and what is seldom done.
fn odd(random: &mut Random, proposal: &Proposal, from: Address, contracts: &[Address]) -> eyre::Result<Step> {
    let (governor, timelock, outsider) = (contracts[0], contracts[2], wallet::accounts()?[4]);
    let (predecessor, salt) = (B256::ZERO, B256::from(U256::from(random.below(40))));
    let lower = I::setProposalThresholdCall { newProposalThreshold: U256::ZERO };
    let data = Bytes::from(lower.abi_encode());
    Ok(match random.below(7) {
        0 => call("setProposalThreshold", from, governor, &lower),
        1 => Step::Call(Call { what: "deposit", from, to: governor, value: U256::ONE, data: Bytes::new() }),
        // Another proposer of the timelock has it call the governor.
        2..=3 => {
            let (target, value, delay) = (governor, U256::ZERO, U256::from(60));
            let schedule = ITimelock::scheduleCall { target, value, data, predecessor, salt, delay };
            call("timelock schedule", outsider, timelock, &schedule)
        }
        4..=5 => {
            let (target, value) = (governor, U256::ZERO);
            let execute = ITimelock::executeCall { target, value, payload: data, predecessor, salt };
            call("timelock execute bypass", outsider, timelock, &execute)
        }
        _ => {
            let (mut targets, values, calldatas) = (proposal.targets.clone(), Vec::new(), proposal.calldatas.clone());
            targets.push(from);
            let data = I::proposeCall { targets, values, calldatas, description: String::new() };
            call("propose", from, governor, &data)
        }
    })
}

/// The methods of `IGovernor`, before it had `getProposalId`.
const GOVERNOR: [[u8; 4]; 26] = [
    I::nameCall::SELECTOR,
    I::versionCall::SELECTOR,
    I::COUNTING_MODECall::SELECTOR,
    I::hashProposalCall::SELECTOR,
    I::stateCall::SELECTOR,
    I::proposalThresholdCall::SELECTOR,
    I::proposalSnapshotCall::SELECTOR,
    I::proposalDeadlineCall::SELECTOR,
    I::proposalProposerCall::SELECTOR,
    I::proposalEtaCall::SELECTOR,
    I::proposalNeedsQueuingCall::SELECTOR,
    I::votingDelayCall::SELECTOR,
    I::votingPeriodCall::SELECTOR,
    I::quorumCall::SELECTOR,
    I::getVotesCall::SELECTOR,
    I::getVotesWithParamsCall::SELECTOR,
    I::hasVotedCall::SELECTOR,
    I::proposeCall::SELECTOR,
    I::queueCall::SELECTOR,
    I::executeCall::SELECTOR,
    I::cancelCall::SELECTOR,
    I::castVoteCall::SELECTOR,
    I::castVoteWithReasonCall::SELECTOR,
    I::castVoteWithReasonAndParamsCall::SELECTOR,
    I::castVoteBySigCall::SELECTOR,
    I::castVoteWithReasonAndParamsBySigCall::SELECTOR,
];

fn exclusive_or(a: [u8; 4], b: &[u8; 4]) -> [u8; 4] {
    [a[0] ^ b[0], a[1] ^ b[1], a[2] ^ b[2], a[3] ^ b[3]]
}

fn views(contracts: &[Address]) -> Vec<(Address, Vec<u8>)> {
    let mut views = vec![
        I::nameCall {}.abi_encode(),
        I::versionCall {}.abi_encode(),
        I::COUNTING_MODECall {}.abi_encode(),
        I::CLOCK_MODECall {}.abi_encode(),
        I::BALLOT_TYPEHASHCall {}.abi_encode(),
        I::EXTENDED_BALLOT_TYPEHASHCall {}.abi_encode(),
        I::clockCall {}.abi_encode(),
        I::tokenCall {}.abi_encode(),
        I::timelockCall {}.abi_encode(),
        I::votingDelayCall {}.abi_encode(),
        I::votingPeriodCall {}.abi_encode(),
        I::queueingPeriodCall {}.abi_encode(),
        I::gracePeriodCall {}.abi_encode(),
        I::proposalThresholdCall {}.abi_encode(),
        I::quorumNumeratorCall {}.abi_encode(),
        I::quorumDenominatorCall {}.abi_encode(),
        I::eip712DomainCall {}.abi_encode(),
    ];
    // ERC-165's own, `IGovernor` with and without `getProposalId`, none, and what nothing is.
    let without = GOVERNOR.iter().fold([0; 4], exclusive_or);
    let with = exclusive_or(without, &I::getProposalIdCall::SELECTOR);
    for interface in [[0x01, 0xFF, 0xC9, 0xA7], without, with, [0; 4], [0xFF; 4]] {
        views.push(I::supportsInterfaceCall { interfaceId: interface.into() }.abi_encode());
    }
    let who = wallet::accounts().unwrap_or_default();
    for timepoint in [1u64, 5, 40, 100_000].map(U256::from) {
        views.push(I::quorumCall { timepoint }.abi_encode());
        views.push(I::getVotesCall { account: who[1], timepoint }.abi_encode());
        let params = Bytes::from(vec![1]);
        views.push(I::getVotesWithParamsCall { account: who[2], timepoint, params }.abi_encode());
    }
    views.extend(who.iter().map(|owner| I::noncesCall { owner: *owner }.abi_encode()));
    for (kind, generation) in (0..KINDS).flat_map(|kind| [(kind, 0), (kind, 2)]) {
        let Ok(proposal) = Proposal::new(kind, generation, contracts) else { continue };
        let (id, hash) = (proposal.id(), proposal.hash());
        views.push(I::stateCall { proposalId: id }.abi_encode());
        views.push(I::proposalSnapshotCall { proposalId: id }.abi_encode());
        views.push(I::proposalDeadlineCall { proposalId: id }.abi_encode());
        views.push(I::proposalProposerCall { proposalId: id }.abi_encode());
        views.push(I::proposalEtaCall { proposalId: id }.abi_encode());
        views.push(I::proposalNeedsQueuingCall { proposalId: id }.abi_encode());
        views.push(I::proposalVotesCall { proposalId: id }.abi_encode());
        views.push(I::hasVotedCall { proposalId: id, account: who[1] }.abi_encode());
        let Proposal { targets, values, calldatas, .. } = proposal;
        let (same, of, each) = (targets.clone(), values.clone(), calldatas.clone());
        views.push(
            I::hashProposalCall { targets: same, values: of, calldatas: each, descriptionHash: hash }.abi_encode(),
        );
        views.push(I::getProposalIdCall { targets, values, calldatas, descriptionHash: hash }.abi_encode());
    }
    views.into_iter().map(|data| (contracts[0], data)).collect()
}

#[test]
fn the_governor_does_what_openzeppelin_s_does() -> eyre::Result<()> {
    SUBJECT.check().map(drop)
}
