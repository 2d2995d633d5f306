// Methods that ethers and viem do not have a function for, or whose exact answers they hide: overrides, simulations,
// access lists, actions by name, modules, decoded logs and reverts, the pool, explorers' methods, discovery.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { AbiCoder, Contract, ContractFactory, Interface, Transaction, Wallet, concat, id, keccak256, toBeHex, verifyMessage, verifyTypedData, zeroPadValue } from 'ethers';
import { accountCode, contract } from './lib/artifacts.mjs';
import { CHAIN_ID, accounts, connect, stranger, wallet } from './lib/env.mjs';
import { rpc, rpcError } from './lib/rpc.mjs';
import { compile } from './lib/solidity.mjs';

const { Store } = compile();
const { abi, module, bytecode } = contract('zx20');
const token = new Interface(abi);
const store = new Interface(Store.abi);
const [owner, other] = accounts.map(({ address }) => address);
const hex = (n) => `0x${BigInt(n).toString(16)}`;
const word = (n) => zeroPadValue(toBeHex(n), 32);
let tokenAt, storeAt;

async function mined(hash) {
  for (;;) {
    const receipt = await rpc('eth_getTransactionReceipt', hash);
    if (receipt) {
      assert.equal(receipt.status, '0x1');
      return receipt;
    }
  }
}

const deploy = async (code, args, more = {}) =>
  mined((await rpc('contract_deploy', { from: owner, code, args, ...more })).hash);

before(async () => {
  const sent = await rpc('contract_deploy', { from: owner, code: bytecode, args: { name: 'Test', symbol: 'T', decimals: 18, initialSupply: '1000' } });
  tokenAt = (await mined(sent.hash)).contractAddress;
  assert.equal(sent.contractAddress, tokenAt);
  storeAt = (await deploy(Store.bytecode, [])).contractAddress;
});

describe('overrides', () => {
  const balanceOf = (account) => ({ to: tokenAt, data: token.encodeFunctionData('balanceOf', [account]) });

  test('give an account a balance, a nonce and code', async () => {
    const rich = stranger();
    const call = { from: rich, to: stranger(), value: hex(10n ** 20n) };
    assert.match((await rpcError('eth_call', call, 'latest')).message, /insufficient funds/);
    assert.equal(await rpc('eth_call', call, 'latest', { [rich]: { balance: hex(10n ** 21n) } }), '0x');
    // BALANCE of the caller, returned.
    const code = '0x333160005260206000f3';
    const seen = await rpc('eth_call', { from: rich, to: rich }, 'latest', { [rich]: { code, balance: '0x7' } });
    assert.equal(BigInt(seen), 7n);
    const create = { from: rich, data: '0x00' };
    assert.ok(BigInt(await rpc('eth_estimateGas', create, 'latest', { [rich]: { nonce: '0x7', balance: '0x7' } })) > 53_000n);
  });

  test('change slots, some or all of them', async () => {
    const read = (overrides) => rpc('eth_call', { to: storeAt, data: store.encodeFunctionData('number') }, 'latest', overrides);
    const slot = word(0);
    assert.equal(BigInt(await read({ [storeAt]: { stateDiff: { [slot]: word(42) } } })), 42n);
    assert.equal(BigInt(await read({ [storeAt]: { state: { [slot]: word(43) } } })), 43n);
    const holder = word(owner);
    assert.equal(BigInt(await rpc('eth_call', balanceOf(owner), 'latest', {})), 1000n);
    assert.equal(BigInt(await rpc('eth_call', balanceOf(owner), 'latest', { [tokenAt]: { state: {} } })), 0n, holder);
    assert.equal(BigInt(await rpc('eth_call', balanceOf(owner), 'latest', { [tokenAt]: { stateDiff: {} } })), 1000n);
  });

  test('put a WebAssembly contract where there is none', async () => {
    const at = stranger();
    const code = await rpc('eth_getCode', tokenAt, 'latest');
    const call = { to: at, data: token.encodeFunctionData('totalSupply') };
    assert.equal(BigInt(await rpc('eth_call', call, 'latest', { [at]: { code } })), 0n);
  });

  test('change the block', async () => {
    // NUMBER, TIMESTAMP, COINBASE, GASLIMIT, BASEFEE, PREVRANDAO and BLOCKHASH(5), returned.
    const code = `0x${['43', '42', '41', '45', '48', '44', '600540'].map((op, i) => `${op}60${(32 * i).toString(16).padStart(2, '0')}52`).join('')}60e06000f3`;
    const at = stranger();
    const block = {
      number: '0x64', time: '0x7fffffff', feeRecipient: other, gasLimit: '0xf4240', baseFeePerGas: '0x9',
      prevRandao: word(77), blockHash: { '0x5': word(99) },
    };
    const seen = await rpc('eth_call', { to: at }, 'latest', { [at]: { code } }, block);
    assert.deepEqual(
      AbiCoder.defaultAbiCoder().decode(Array(7).fill('uint256'), seen).toArray(),
      [100n, 0x7fffffffn, BigInt(other), 1_000_000n, 9n, 77n, 99n],
    );
  });

  for (const [what, overrides, reason] of [
    ['both kinds of slots', { state: {}, stateDiff: {} }, /both 'state' and 'stateDiff'/],
    ['a precompile that is to move', { movePrecompileToAddress: other }, /precompiles stay where they are/],
    ['a field that does not exist', { balanse: '0x1' }, /unknown field `balanse`/],
    ['code that no account can have', { code: '0xef0100' }, /EIP-7702/],
  ])
    test(`refuse ${what}`, async () => {
      const error = await rpcError('eth_call', { to: other }, 'latest', { [owner]: overrides });
      assert.equal(error.code, -32602);
      assert.match(error.message, reason);
    });
});

describe('an access list', () => {
  for (const [what, to, data] of [
    ['an EVM contract', () => storeAt, store.encodeFunctionData('set', [7])],
    ['a WebAssembly contract', () => tokenAt, token.encodeFunctionData('transfer', [other, 1])],
  ])
    test(`of ${what} names its slots and saves their cold price`, async () => {
      const call = { from: owner, to: to(), data };
      const { accessList, gasUsed, error } = await rpc('eth_createAccessList', call, 'latest');
      assert.equal(error, undefined);
      assert.deepEqual(accessList.map(({ address }) => address), [to()]);
      assert.ok(accessList[0].storageKeys.length >= 1);
      const used = async (call) => BigInt((await rpc('eth_simulateV1', { blockStateCalls: [{ calls: [call] }] }, 'latest'))[0].calls[0].gasUsed);
      assert.equal(await used({ ...call, accessList }), BigInt(gasUsed));
    });

  test('of a call that reverts is an answer with the reason', async () => {
    const answer = await rpc('eth_createAccessList', { from: owner, to: storeAt, data: store.encodeFunctionData('refuse', [1]) }, 'latest');
    assert.equal(answer.error, 'execution reverted');
    assert.equal(answer.accessList.length, 1);
  });
});

describe('a simulation', () => {
  const simulate = (payload, block = 'latest') => rpc('eth_simulateV1', payload, block);
  const transfer = (to, value) => ({ from: owner, to: tokenAt, data: token.encodeFunctionData('transfer', [to, value]) });

  test('carries state from call to call and from block to block', async () => {
    const head = await rpc('eth_getBlockByNumber', 'latest', false);
    const balance = { to: tokenAt, data: token.encodeFunctionData('balanceOf', [other]) };
    const set = { from: owner, to: storeAt, data: store.encodeFunctionData('set', [5]) };
    const blocks = await simulate({ blockStateCalls: [{ calls: [transfer(other, 3), transfer(other, 4)] }, { calls: [balance, set, set] }] });
    assert.deepEqual(blocks.map(({ number }) => BigInt(number) - BigInt(head.number)), [1n, 2n]);
    assert.equal(blocks[0].parentHash, head.hash);
    assert.equal(blocks[1].parentHash, blocks[0].hash);
    const before = BigInt(await rpc('eth_call', balance, 'latest'));
    assert.equal(BigInt(blocks[1].calls[0].returnData) - before, 7n);
    assert.equal(BigInt(blocks[1].calls[2].returnData), 5n, 'the number from before');
    const [{ logs }] = blocks[0].calls;
    assert.equal(logs[0].topics[0], id('Transfer(address,address,uint256)'));
    assert.deepEqual([logs[0].blockHash, logs[0].transactionHash], [blocks[0].hash, blocks[0].transactions[0]]);
    assert.notEqual(blocks[0].stateRoot, head.stateRoot);
    assert.equal(BigInt(blocks[0].gasUsed), blocks[0].calls.reduce((sum, { gasUsed }) => sum + BigInt(gasUsed), 0n));
    assert.equal(BigInt(await rpc('eth_call', balance, 'latest')), before, 'nothing has happened');
  });

  test('of nothing has the root of the state', async () => {
    const head = await rpc('eth_getBlockByNumber', 'latest', false);
    const [block] = await simulate({ blockStateCalls: [{}] });
    assert.equal(block.stateRoot, head.stateRoot);
  });

  test('has the state root that the block then has', async () => {
    const to = stranger();
    const at = await rpc('eth_blockNumber');
    const sent = await rpc('eth_sendTransaction', { from: owner, to, value: '0x5', gas: '0x5208' });
    const { blockNumber } = await mined(sent);
    const block = await rpc('eth_getBlockByNumber', blockNumber, true);
    const [tx] = block.transactions;
    const call = { from: tx.from, to: tx.to, value: tx.value, gas: tx.gas, nonce: tx.nonce, maxFeePerGas: tx.maxFeePerGas, maxPriorityFeePerGas: tx.maxPriorityFeePerGas };
    const [simulated] = await simulate({ blockStateCalls: [{ calls: [call], blockOverrides: { time: block.timestamp } }], validation: true }, at);
    for (const field of ['stateRoot', 'receiptsRoot', 'gasUsed', 'logsBloom', 'baseFeePerGas', 'parentHash', 'number'])
      assert.equal(simulated[field], block[field], field);
  });

  test('fills the blocks between two heights', async () => {
    const head = BigInt(await rpc('eth_blockNumber'));
    const blocks = await simulate({ blockStateCalls: [{}, { blockOverrides: { number: hex(head + 4n) } }] });
    assert.deepEqual(blocks.map(({ number }) => BigInt(number) - head), [1n, 2n, 3n, 4n]);
  });

  test('logs moves of value, and not those that are undone', async () => {
    const to = stranger();
    const calls = [
      { from: owner, to, value: '0x3' },
      { from: owner, to: storeAt, value: '0x4', data: store.encodeFunctionData('set', [1]) },
      { from: owner, to: tokenAt, value: '0x5', data: token.encodeFunctionData('totalSupply') },
    ];
    const [{ calls: done }] = await simulate({ blockStateCalls: [{ calls }], traceTransfers: true });
    const moves = done.map(({ logs }) => logs.filter(({ address }) => address === `0x${'ee'.repeat(20)}`).map(({ data }) => BigInt(data)));
    assert.deepEqual(moves, [[3n], [4n], []]);
    assert.equal(done[2].status, '0x0', 'the token takes no value');
  });

  test('says what became of a call that fails', async () => {
    const calls = [
      { from: owner, to: storeAt, data: store.encodeFunctionData('refuse', [9]) },
      { from: owner, to: storeAt, data: '0xdeadbeef' },
      { from: owner, data: '0xfe', gas: '0x186a0' },
    ];
    const [{ calls: done }] = await simulate({ blockStateCalls: [{ calls }] });
    assert.deepEqual(done.map(({ status }) => status), ['0x0', '0x0', '0x0']);
    assert.equal(done[0].error.code, 3);
    assert.equal(store.parseError(done[0].returnData).name, 'Refused');
    assert.equal(done[2].error.code, -32015);
    assert.match(done[2].error.message, /^vm execution error/);
  });

  const call = { from: owner, to: other };
  for (const [what, payload, code] of [
    ['without blocks', { blockStateCalls: [] }, -32602],
    ['of too many blocks', { blockStateCalls: Array(257).fill({}) }, -38026],
    ['whose heights go back', { blockStateCalls: [{ blockOverrides: { number: '0x0' } }] }, -38020],
    ['whose times go back', { blockStateCalls: [{ blockOverrides: { time: '0x1' } }] }, -38021],
    ['with a used nonce', { blockStateCalls: [{ calls: [{ ...call, nonce: '0x0', maxFeePerGas: '0x2540be400' }] }], validation: true }, -38010],
    ['with a nonce to come', { blockStateCalls: [{ calls: [{ ...call, nonce: '0xffff', maxFeePerGas: '0x2540be400' }] }], validation: true }, -38011],
    ['that cannot pay the base fee', { blockStateCalls: [{ calls: [{ ...call, maxFeePerGas: '0x1' }] }], validation: true }, -38012],
    ['with too little gas', { blockStateCalls: [{ calls: [{ ...call, gas: '0x1' }] }] }, -38013],
    ['without the funds', { blockStateCalls: [{ calls: [{ from: `0x${'77'.repeat(20)}`, to: other, value: '0x1' }] }] }, -38014],
    ['with more gas than a block', { blockStateCalls: [{ calls: [{ ...call, gas: '0x1c9c381' }] }] }, -38015],
  ])
    test(`${what} has its own code`, async () => {
      assert.equal((await rpcError('eth_simulateV1', payload, 'latest')).code, code);
    });
});

describe('actions by name', () => {
  test('are called with named arguments, and answer by name', async () => {
    const named = await rpc('contract_staticCall', { address: tokenAt, action: 'balanceOf', args: { account: owner } });
    assert.deepEqual([named.action, named.result], ['balanceOf(address)', '1000']);
    const listed = await rpc('contract_staticCall', { address: tokenAt, action: 'balanceOf(address)', args: [owner] });
    assert.equal(listed.result, '1000');
    const { result } = await rpc('contract_staticCall', { address: storeAt, action: 'context', abi: Store.abi, from: owner, value: '0x3' });
    assert.deepEqual(result, { self: (await import('ethers')).getAddress(storeAt), sender: (await import('ethers')).getAddress(owner), origin: (await import('ethers')).getAddress(owner), value: '3' });
  });

  test('tell the events that they would log', async () => {
    const { events, result } = await rpc('contract_staticCall', { address: tokenAt, action: 'transfer', args: { to: other, value: 5 }, from: owner });
    assert.equal(result, true);
    assert.deepEqual(events[0].event.args.value, '5');
  });

  test('are sent for an account of the node', async () => {
    const to = stranger();
    const { sent, hash } = await rpc('contract_call', { address: tokenAt, action: 'transfer', args: { to, value: '7' }, from: owner });
    assert.equal(sent, true);
    await mined(hash);
    assert.equal((await rpc('contract_staticCall', { address: tokenAt, action: 'balanceOf', args: [to] })).result, '7');
  });

  test('are given to be signed for any other', async () => {
    const mine = Wallet.createRandom();
    await mined(await rpc('eth_sendTransaction', { from: owner, to: mine.address, value: hex(10n ** 18n) }));
    const unsent = await rpc('contract_call', { address: tokenAt, action: 'approve', args: { spender: other, value: 1 }, from: mine.address });
    assert.equal(unsent.sent, false);
    const { from, gas, input, ...rest } = unsent.transaction;
    assert.equal(from, mine.address.toLowerCase());
    const raw = await mine.signTransaction({ ...rest, type: Number(rest.type), gasLimit: gas, data: input });
    await mined(await rpc('eth_sendRawTransaction', raw));
  });

  for (const [what, request, reason] of [
    ['an argument of another type', { action: 'transfer', args: { to: 'me', value: 1 } }, /argument "to" \(address\): "me" is not an address/],
    ['a number that does not fit', { action: 'transfer', args: { to: owner, value: -1 } }, /argument "value" \(uint256\): -1 is negative/],
    ['an argument too few', { action: 'transfer', args: { to: owner } }, /argument "value" \(uint256\) is missing/],
    ['an argument too much', { action: 'name', args: { x: 1 } }, /there is no argument "x"/],
    ['an action that there is not', { action: 'steal', args: [] }, /no action "steal": the contract has .*transfer\(address,uint256\)/],
    ['a field that there is not', { action: 'name', arguments: [] }, /arguments/],
  ])
    test(`refuse ${what}, and say so`, async () => {
      const error = await rpcError('contract_staticCall', { address: tokenAt, ...request });
      assert.equal(error.code, -32602);
      assert.match(error.message, reason);
    });

  test('refuse a contract that carries no ABI', async () => {
    const error = await rpcError('contract_staticCall', { address: storeAt, action: 'number' });
    assert.match(error.message, /carries no ABI/);
  });

  test('revert in the words of the contract', async () => {
    const call = { address: tokenAt, action: 'transfer', args: { to: other, value: '5000' }, from: other };
    for (const method of ['contract_staticCall', 'contract_call']) {
      const error = await rpcError(method, call);
      assert.equal(error.code, 3);
      assert.match(error.message, /^execution reverted: ERC20InsufficientBalance\(sender: 0x/);
      assert.equal(token.parseError(error.data).name, 'ERC20InsufficientBalance');
    }
  });
});

describe('a module', () => {
  test('is told by what is in it', async () => {
    const told = await rpc('zx_getModule', tokenAt);
    assert.equal(BigInt(told.moduleBytes), BigInt(module.length));
    assert.equal(told.codeHash, keccak256(await rpc('eth_getCode', tokenAt, 'latest')));
    assert.deepEqual(told.abi, abi);
    assert.ok(told.imports.length > 0 && told.imports.every(({ kind }) => kind === 'function'));
    assert.ok(told.exports.some(({ name, kind }) => name === 'memory' && kind === 'memory'));
    assert.deepEqual(told.compiled, { memory: true, disk: true });
    assert.equal(await rpc('zx_getModule', storeAt), null);
    assert.equal(await rpc('zx_getModule', stranger()), null);
  });

  test('is a kind of account', async () => {
    const kind = async (address) => (await rpc('zx_getAccount', address)).kind;
    assert.deepEqual(await Promise.all([tokenAt, storeAt, owner].map(kind)), ['wasm', 'evm', 'key']);
  });

  test('decodes logs, by the name of the event', async () => {
    const to = stranger();
    await mined((await rpc('contract_call', { address: tokenAt, action: 'transfer', args: { to, value: 9 }, from: owner })).hash);
    await mined((await rpc('contract_call', { address: tokenAt, action: 'approve', args: { spender: to, value: 8 }, from: owner })).hash);
    const find = async (eventName, more = { address: tokenAt }) =>
      (await rpc('zx_getLogs', { fromBlock: 'earliest', eventName, ...more })).map(({ event }) => [event.name, event.args.value]);
    assert.deepEqual((await find('Transfer')).at(-1), ['Transfer', '9']);
    assert.deepEqual((await find('Approval(address,address,uint256)')).at(-1), ['Approval', '8']);
    assert.deepEqual((await find('Approval', {})).at(-1), ['Approval', '8']);
    assert.deepEqual(await find('Nothing'), []);
    assert.equal((await rpc('zx_getLogs', { fromBlock: 'earliest', address: tokenAt })).length, (await rpc('eth_getLogs', { fromBlock: 'earliest', address: tokenAt })).length);
  });

  test('decodes reverts and calls', async () => {
    const data = token.encodeErrorResult('ERC20InvalidReceiver', [owner]);
    const told = await rpc('zx_decodeRevert', data, tokenAt);
    assert.equal(told.signature, 'ERC20InvalidReceiver(address)');
    assert.equal(told.args.receiver.toLowerCase(), owner.toLowerCase());
    assert.equal(await rpc('zx_decodeRevert', data), null);
    const panic = await rpc('zx_decodeRevert', `0x4e487b71${word(0x11).slice(2)}`);
    assert.match(panic.text, /arithmetic underflow or overflow/);
    const call = await rpc('zx_decodeCall', tokenAt, token.encodeFunctionData('transfer', [other, 3]));
    assert.deepEqual([call.action, call.args.value], ['transfer', '3']);
  });
});

describe('immutables and instances', () => {
  const keeper = contract('keeper');
  const code = (address) => rpc('eth_getCode', address, 'latest');
  const number = async (address) => (await rpc('contract_staticCall', { address, action: 'number' })).result;
  const instanceOf = (address) => concat(['0xef5a5803', address]);
  let template, instance;

  before(async () => {
    template = (await deploy(keeper.bytecode, { number: '7' })).contractAddress;
    const sent = await rpc('contract_deploy', { from: owner, code: instanceOf(template), args: { number: '8' } });
    instance = (await mined(sent.hash)).contractAddress;
    assert.equal(sent.contractAddress, instance);
  });

  test('are told apart from the module, which both run', async () => {
    const [of, its] = await Promise.all([template, instance].map((address) => rpc('zx_getModule', address)));
    const program = keccak256(accountCode(keeper.module));
    assert.deepEqual([of.programHash, its.programHash], [program, program]);
    assert.deepEqual([of.immutables, its.immutables], [word(7), word(8)]);
    assert.deepEqual([of.templateHash, its.templateHash], [null, of.codeHash]);
    assert.equal(of.codeHash, keccak256(await code(template)));
    assert.equal(its.codeHash, keccak256(await code(instance)));
    assert.notEqual(of.codeHash, program);
    for (const told of [of, its]) {
      assert.equal(BigInt(told.moduleBytes), BigInt(keeper.module.length));
      assert.deepEqual(told.abi, keeper.abi);
      assert.deepEqual(told.layout.immutables, [{ bytes: 32, label: 'number', offset: 0, type: 'uint256' }]);
      assert.equal(told.compiled.memory, true);
    }
    const plain = await rpc('zx_getModule', tokenAt);
    assert.deepEqual([plain.programHash, plain.templateHash, plain.immutables], [plain.codeHash, null, '0x']);
  });

  test('answer with what is theirs', async () => {
    assert.deepEqual([await number(template), await number(instance)], ['7', '8']);
    assert.equal((await rpc('zx_getAccount', instance)).kind, 'wasm');
  });

  test('are made of their parts', async () => {
    assert.equal(await code(template), concat(['0xef5a5802', '0x0020', word(7), keeper.module]));
    assert.equal(await code(instance), concat(['0xef5a5803', keccak256(await code(template)), word(8)]));
  });

  test('are made by a plain create transaction', async () => {
    const provider = connect();
    try {
      const sender = wallet(5, provider);
      const data = concat([instanceOf(instance), word(9)]);
      const { contractAddress } = await (await sender.sendTransaction({ data })).wait();
      assert.equal(await new Contract(contractAddress, keeper.abi, provider).number(), 9n);
      assert.equal((await rpc('zx_getModule', contractAddress)).templateHash, keccak256(await code(template)), 'an instance of an instance is one of the template');
      const made = await new ContractFactory(keeper.abi, instanceOf(template), sender).deploy(10);
      const { gasUsed } = await made.deploymentTransaction().wait();
      assert.equal(await made.number(), 10n);
      assert.ok(gasUsed < 80_000n, `${gasUsed} gas`);
    } finally {
      provider.destroy();
    }
  });

  for (const [what, at, reason] of [
    ['an EVM contract', () => storeAt, /the template is not a WASM contract of an earlier transaction/],
    ['nobody', () => stranger(), /the template is not a WASM contract of an earlier transaction/],
  ])
    test(`cannot have ${what} as their template`, async () => {
      const error = await rpcError('contract_deploy', { from: owner, code: instanceOf(at()), args: [] });
      assert.equal(error.code, 3);
      assert.match(error.message, reason);
    });

  for (const [what, bytes, args, reason] of [
    ['half an address', () => '0xef5a58030102', [], /deployment of an instance is 6 bytes, its header alone takes 24/],
    ['arguments twice', () => concat([instanceOf(template), word(9)]), ['9'], /32 bytes follow the module or template; arguments go into "args"/],
    ['an argument of another type', () => instanceOf(template), { number: 'many' }, /argument "number" \(uint256\)/],
    ['no argument', () => instanceOf(template), {}, /argument "number" \(uint256\) is missing/],
  ])
    test(`are refused with ${what}, and told why`, async () => {
      const error = await rpcError('contract_deploy', { from: owner, code: bytes(), args });
      assert.equal(error.code, -32602);
      assert.match(error.message, reason);
    });

  test('may be what a call overrides code with, if their template is there', async () => {
    const at = stranger();
    const ask = (hash) => ['eth_call', { to: at, data: id('number()').slice(0, 10) }, 'latest', { [at]: { code: concat(['0xef5a5803', hash, word(11)]) } }];
    assert.equal(await rpc(...ask(keccak256(await code(template)))), word(11));
    const error = await rpcError(...ask(word(1)));
    assert.equal(error.code, -32602);
    assert.match(error.message, /instance \(0xef5a5803\) of the code with the hash 0x0+1, which is not there/);
  });

  test('have code that is found by its hash', async () => {
    for (const address of [template, instance, storeAt]) assert.equal(await rpc('zx_getCodeByHash', keccak256(await code(address))), await code(address));
    assert.equal(await rpc('zx_getCodeByHash', keccak256(accountCode(keeper.module))), null, 'nobody has the program without immutables');
    assert.equal(await rpc('zx_getCodeByHash', word(1)), null);
    for (const wrong of [['0x12'], [], [instance], [5]]) assert.equal((await rpcError('zx_getCodeByHash', ...wrong)).code, -32602);
  });
});

describe('accounts of the node', () => {
  test('sign messages, typed data and transactions', async () => {
    assert.deepEqual(await rpc('eth_accounts'), accounts.map(({ address }) => address.toLowerCase()));
    const message = 'hello';
    const bytes = `0x${Buffer.from(message).toString('hex')}`;
    const signature = await rpc('eth_sign', owner, bytes);
    assert.equal(verifyMessage(message, signature).toLowerCase(), owner.toLowerCase());
    assert.equal(await rpc('personal_sign', bytes, owner), signature);
    const [domain, types, value] = [{ name: 'Zexus', chainId: 31337 }, { Greeting: [{ name: 'text', type: 'string' }] }, { text: 'hello' }];
    const typed = { domain, message: value, primaryType: 'Greeting', types: { EIP712Domain: [{ name: 'name', type: 'string' }, { name: 'chainId', type: 'uint256' }], ...types } };
    for (const data of [typed, JSON.stringify(typed)])
      assert.equal(verifyTypedData(domain, types, value, await rpc('eth_signTypedData_v4', owner, data)).toLowerCase(), owner.toLowerCase());
    const { raw, tx } = await rpc('eth_signTransaction', { from: owner, to: other, value: '0x1' });
    const read = Transaction.from(raw);
    assert.equal(read.from.toLowerCase(), owner.toLowerCase());
    assert.equal(read.hash, tx.hash);
    const error = await rpcError('eth_sendTransaction', { from: stranger(), to: other });
    assert.deepEqual([error.code, /^unknown account/.test(error.message)], [-32000, true]);
  });

  test('fill in what a transaction leaves out', async () => {
    const { tx } = await rpc('eth_fillTransaction', { from: owner, to: other, value: '0x1' });
    assert.deepEqual([tx.type, tx.gas, tx.chainId, tx.input], ['0x2', '0x5208', hex(CHAIN_ID), '0x']);
    const legacy = (await rpc('eth_fillTransaction', { from: owner, to: other, gasPrice: '0x2540be400' })).tx;
    assert.deepEqual([legacy.type, legacy.gasPrice], ['0x0', '0x2540be400']);
  });
});

describe('sending', () => {
  const sign = async (index, fields) => {
    const provider = connect();
    const signer = wallet(index, provider);
    const nonce = await signer.getNonce('pending');
    provider.destroy();
    return signer.signTransaction({ type: 2, chainId: CHAIN_ID, nonce, to: other, value: 1n, gasLimit: 21_000n, maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 9n, ...fields });
  };

  test('and waiting answers with the receipt', async () => {
    const receipt = await rpc('eth_sendRawTransactionSync', await sign(5));
    assert.equal(receipt.status, '0x1');
    assert.deepEqual(await rpc('eth_getTransactionReceipt', receipt.transactionHash), receipt);
  });

  test('behind a gap waits: the pool tells of it, and it can be replaced by one that pays more', async () => {
    const { nonce, address } = wallet(6);
    const next = Number(await rpc('eth_getTransactionCount', address, 'pending'));
    const raw = await sign(6, { nonce: next + 1 });
    const late = await rpcError('eth_sendRawTransactionSync', raw, 1);
    assert.equal(late.code, 4);
    assert.equal(late.data, Transaction.from(raw).hash, nonce);
    const { pending, queued } = await rpc('txpool_contentFrom', address);
    assert.deepEqual([Object.keys(pending), Object.keys(queued)], [[], [String(next + 1)]]);
    assert.equal(queued[next + 1].blockHash, null);
    assert.equal((await rpc('txpool_content')).queued[address][next + 1].hash, late.data);
    assert.match((await rpc('txpool_inspect')).queued[address][next + 1], /^0x.*: 1 wei \+ 21000 gas × 100000000000 wei$/);
    assert.equal((await rpc('eth_getTransactionBySenderAndNonce', address, hex(next + 1))).hash, late.data);
    const cheap = await sign(6, { nonce: next + 1, value: 2n });
    assert.match((await rpcError('txpool_replaceByFee', cheap)).message, /replacement transaction underpriced/);
    const dear = await sign(6, { nonce: next + 1, maxFeePerGas: 2n * 10n ** 11n, maxPriorityFeePerGas: 2n * 10n ** 9n });
    const { replaced, hash } = await rpc('txpool_replaceByFee', dear);
    assert.equal(replaced, late.data);
    assert.match((await rpcError('txpool_replaceByFee', await sign(6, { nonce: next + 5 }))).message, /no transaction to replace/);
    // The gap closes, and both are mined.
    await mined(await rpc('eth_sendRawTransaction', await sign(6, { nonce: next })));
    await mined(hash);
  });

  test('is seen by filters of waiting transactions', async () => {
    const [hashes, whole] = [await rpc('eth_newPendingTransactionFilter'), await rpc('eth_newPendingTransactionFilter', true)];
    const { transactionHash } = await rpc('eth_sendRawTransactionSync', await sign(7));
    assert.deepEqual(await rpc('eth_getFilterChanges', hashes), [transactionHash]);
    assert.deepEqual((await rpc('eth_getFilterChanges', whole)).map(({ hash }) => hash), [transactionHash]);
    assert.deepEqual(await rpc('eth_getFilterChanges', hashes), []);
  });
});

describe('looking things up', () => {
  test('by sender and nonce, by place, as bytes', async () => {
    const hash = await rpc('eth_sendTransaction', { from: accounts[8].address, to: other, value: '0x1' });
    const { blockNumber, blockHash, transactionIndex } = await mined(hash);
    const tx = await rpc('eth_getTransactionByHash', hash);
    assert.deepEqual(await rpc('eth_getTransactionBySenderAndNonce', accounts[8].address, tx.nonce), tx);
    assert.equal(await rpc('ots_getTransactionBySenderAndNonce', accounts[8].address, Number(tx.nonce)), hash);
    assert.equal(await rpc('eth_getTransactionBySenderAndNonce', accounts[8].address, '0xffff'), null);
    const raw = await rpc('eth_getRawTransactionByHash', hash);
    assert.equal(Transaction.from(raw).hash, hash);
    assert.equal(await rpc('debug_getRawTransaction', hash), raw);
    assert.equal(await rpc('eth_getRawTransactionByBlockHashAndIndex', blockHash, transactionIndex), raw);
    const header = await rpc('debug_getRawHeader', blockNumber);
    assert.equal(keccak256(header), blockHash);
    assert.equal((await rpc('erigon_getHeaderByNumber', Number(blockNumber))).hash, blockHash);
  });

  test('with parameters by name', async () => {
    const named = (method, params) =>
      fetch(process.env.ZX_RPC_URL, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) }).then((r) => r.json());
    const { result } = await named('eth_getBalance', { block: 'latest', address: owner });
    assert.equal(result, await rpc('eth_getBalance', owner, 'latest'));
    assert.equal((await named('eth_getBalance', { who: owner })).error.code, -32602);
    assert.equal((await named('contract_staticCall', { address: tokenAt, action: 'decimals' })).result.result, '18');
  });

  test('for an explorer', async () => {
    assert.equal(await rpc('ots_getApiLevel'), 8);
    assert.equal(await rpc('ots_hasCode', tokenAt, 'latest'), true);
    assert.equal(await rpc('ots_hasCode', owner, 'latest'), false);
    const { hash, creator } = await rpc('ots_getContractCreator', tokenAt);
    assert.equal(creator, owner.toLowerCase());
    const made = await rpc('eth_getTransactionReceipt', hash);
    assert.equal(made.contractAddress, tokenAt);
    const { block, totalFees } = await rpc('ots_getBlockDetails', Number(made.blockNumber));
    assert.equal(block.transactionCount, '0x1');
    assert.equal(BigInt(totalFees), BigInt(made.gasUsed) * BigInt(made.effectiveGasPrice));
    const page = await rpc('ots_getBlockTransactions', Number(made.blockNumber), 0, 10);
    assert.deepEqual(page.fullblock.transactions.map(({ hash }) => hash), [hash]);
    assert.equal(page.fullblock.transactions[0].input.length, 10);
    const found = await rpc('ots_searchTransactionsBefore', tokenAt, 0, 25);
    assert.ok(found.firstPage && found.lastPage);
    assert.equal(found.txs.at(-1).hash, hash, 'the oldest is the deployment');
    const after = await rpc('ots_searchTransactionsAfter', tokenAt, 0, 25);
    assert.deepEqual(after.txs.map(({ hash }) => hash), found.txs.map(({ hash }) => hash));
  });

  test('of the chain and the node', async () => {
    const info = await rpc('zx_getChainInfo');
    assert.equal(info.chainId, hex(CHAIN_ID));
    assert.equal(info.genesis, (await rpc('eth_getBlockByNumber', '0x0', false)).hash);
    const check = await rpc('zx_validateChain');
    assert.deepEqual([check.valid, check.from, check.problem], [true, '0x0', null]);
    assert.equal((await rpc('admin_nodeInfo')).protocols.eth.network, Number(CHAIN_ID));
    const { methods } = await rpc('rpc.discover');
    const listed = await rpc('admin_rpcMethods');
    assert.deepEqual(listed.map(({ name }) => name).sort(), methods.map(({ name }) => name).sort());
    for (const name of ['eth_call', 'zx_getBalance', 'contract_call', 'rpc.discover'])
      assert.ok(methods.some((method) => method.name === name), name);
  });
});
