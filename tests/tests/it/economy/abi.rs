//! What the contracts are called by: the ABIs as a front end has them.

use alloy_sol_types::sol;

sol! {
    function balanceOf(address account) returns (uint256);
    function totalSupply() returns (uint256);
    function approve(address spender, uint256 value) returns (bool);
    function transfer(address to, uint256 value) returns (bool);
    function mint(address to, uint256 value);
    function delegate(address delegatee);

    function getPair(address a, address b) returns (address);
    function getReserves() returns (uint112, uint112, uint32);
    function token0() returns (address);
    function addLiquidityETH(
        address token,
        uint256 amountTokenDesired,
        uint256 amountTokenMin,
        uint256 amountETHMin,
        address to,
        uint256 deadline
    ) returns (uint256 amountToken, uint256 amountETH, uint256 liquidity);
    function removeLiquidityETH(
        address token,
        uint256 liquidity,
        uint256 amountTokenMin,
        uint256 amountETHMin,
        address to,
        uint256 deadline
    ) returns (uint256 amountToken, uint256 amountETH);
    function swapExactETHForTokens(uint256 amountOutMin, address[] path, address to, uint256 deadline)
        returns (uint256[] amounts);
    function swapExactTokensForETH(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] path,
        address to,
        uint256 deadline
    ) returns (uint256[] amounts);

    function stake(uint256 amount) returns (uint256);
    function fund(uint256 amount, uint64 duration) returns (uint256);
    function earned(address account) returns (uint256);
    function exit() returns (uint256);
    event RewardPaid(address indexed user, uint256 reward);

    struct Settings {
        uint48 votingDelay;
        uint32 votingPeriod;
        uint256 proposalThreshold;
        uint256 quorumNumerator;
        uint32 queueingPeriod;
        uint32 gracePeriod;
    }
    function grantRole(bytes32 role, address account);
    function renounceRole(bytes32 role, address account);
    function hashProposal(address[] targets, uint256[] values, bytes[] calldatas, bytes32 description)
        returns (uint256);
    function propose(address[] targets, uint256[] values, bytes[] calldatas, string description) returns (uint256);
    function castVote(uint256 proposalId, uint8 support) returns (uint256);
    function queue(address[] targets, uint256[] values, bytes[] calldatas, bytes32 description) returns (uint256);
    function execute(address[] targets, uint256[] values, bytes[] calldatas, bytes32 description) returns (uint256);
    function state(uint256 proposalId) returns (uint8);

    struct Message {
        uint64 sourceChain;
        uint64 destinationChain;
        uint64 nonce;
        address sender;
        bytes payload;
    }
    function setPeer(uint64 chain, address peer);
    function setRoute(uint64 chain, address token, address remote, uint8 kind);
    function setLimit(address token, uint128 capacity, uint128 perSecond);
    function outside(uint64 chain, address token) returns (uint256);
    function digestOf(Message message) returns (bytes32);
    function send(uint64 chain, address token, address to, uint256 amount) returns (uint64);
    function deliver(Message message, bytes proof);
    event MessageSent(
        uint64 indexed destinationChain, uint64 indexed nonce, address indexed from, bytes32 digest, bytes payload
    );
    error AlreadyDelivered(uint64 chain, uint64 nonce);
    error OwnableUnauthorizedAccount(address account);
    error TooFewSignatures(uint256 given, uint32 needed);
}
