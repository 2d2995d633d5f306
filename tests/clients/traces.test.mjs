// Traces of real transactions through Solidity and WASM contracts: call trees that go through both, host calls and
// fuel, prestates, struct logs, Otterscan's methods, and what cannot be traced.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Contract, ContractFactory, Interface, concat, getCreateAddress, keccak256, toBeHex, zeroPadValue } from 'ethers';
import { createPublicClient, decodeEventLog, decodeFunctionData, decodeFunctionResult, http } from 'viem';
import { accountCode, bare, contract } from './lib/artifacts.mjs';
import { accounts, connect, rpcUrl, stranger, wallet } from './lib/env.mjs';
import { rpc, rpcError } from './lib/rpc.mjs';
import { compile } from './lib/solidity.mjs';

const solidity = compile();
const zx20 = contract('zx20');
const CALLS = { tracer: 'callTracer', tracerConfig: { withLog: true } };
const ZX = { tracer: 'zxTracer' };
const word = (n) => zeroPadValue(toBeHex(n), 32);
const low = (address) => address.toLowerCase();
let provider, owner, token, caller, store, forwarder, viem;

async function deploy(abi, bytecode, ...args) {
  const deployed = await new ContractFactory(abi, bytecode, owner).deploy(...args);
  return deployed.waitForDeployment();
}

before(async () => {
  provider = connect();
  viem = createPublicClient({ transport: http(rpcUrl()) });
  owner = wallet(0, provider);
  token = await deploy(zx20.abi, zx20.bytecode, 'Zexus Token', 'ZXT', 18, 1_000_000n);
  caller = await deploy(solidity.Caller.abi, solidity.Caller.bytecode);
  store = await deploy(solidity.Store.abi, solidity.Store.bytecode);
  forwarder = await deploy([], bare('caller').bytecode);
  await (await token.transfer(caller.target, 1_000n)).wait();
});
after(() => provider.destroy());

/** Calldata that makes the WASM forwarder call `method` of `target`. */
const forward = (target, method, ...args) =>
  concat(['0x00', target.target, target.interface.encodeFunctionData(method, args)]);
/** Sends what may fail, and gives the receipt. */
async function send(request) {
  const sent = await owner.sendTransaction({ gasLimit: 3_000_000n, ...request });
  return provider.waitForTransaction(sent.hash);
}
const trace = (hash, options) => rpc('debug_traceTransaction', hash, options);

/** EVM -> WASM -> EVM: the Solidity relay calls the WASM forwarder, which calls the Solidity store. */
async function crossing() {
  const data = caller.interface.encodeFunctionData('relay', [forwarder.target, forward(store, 'set', 42n)]);
  return send({ to: caller.target, data, value: 5n });
}

describe('the call tree', () => {
  test('goes from EVM to WASM to EVM, and viem decodes every frame', async () => {
    const receipt = await crossing();
    const tree = await trace(receipt.hash, CALLS);
    assert.equal(BigInt(tree.gasUsed), receipt.gasUsed, 'the gas of the receipt');
    assert.equal(BigInt(tree.gas), 3_000_000n, 'the gas limit');
    const [wasm] = tree.calls;
    const [evm] = wasm.calls;
    const route = [tree, wasm, evm].map(({ type, from, to, value }) => ({ type, from, to, value }));
    const hop = (from, to) => ({ type: 'CALL', from: low(from), to: low(to), value: '0x5' });
    assert.deepEqual(route, [hop(owner.address, caller.target), hop(caller.target, forwarder.target), hop(forwarder.target, store.target)]);
    const { functionName, args } = decodeFunctionData({ abi: solidity.Store.abi, data: evm.input });
    assert.deepEqual([functionName, args], ['set', [42n]]);
    assert.equal(decodeFunctionResult({ abi: solidity.Store.abi, functionName: 'set', data: evm.output }), 0n);
    const [log] = evm.logs;
    const event = decodeEventLog({ abi: solidity.Store.abi, data: log.data, topics: log.topics });
    assert.deepEqual([event.eventName, event.args], ['Stored', { by: forwarder.target, number: 42n, value: 5n }]);
    assert.deepEqual([log.address, log.index, tree.logs[0].index], [low(store.target), '0x0', '0x1']);
  });

  test('shows a token transfer that Solidity asks a WASM contract for', async () => {
    const to = stranger();
    const receipt = await (await caller.send(token, to, 10n)).wait();
    const tree = await trace(receipt.hash, CALLS);
    const [call] = tree.calls;
    assert.deepEqual([call.from, call.to, call.type], [low(caller.target), low(token.target), 'CALL']);
    const { args } = decodeFunctionData({ abi: zx20.abi, data: call.input });
    assert.deepEqual([...args], [to, 10n]);
    assert.equal(call.logs.length, 1);
    assert.equal(token.interface.parseLog(call.logs[0]).name, 'Transfer');
    const top = await trace(receipt.hash, { tracer: 'callTracer', tracerConfig: { onlyTopCall: true } });
    assert.equal(top.calls, undefined);
  });

  test('says why a frame failed, and of which error', async () => {
    const data = caller.interface.encodeFunctionData('send', [token.target, stranger(), 10n ** 30n]);
    const receipt = await send({ to: caller.target, data });
    assert.equal(receipt.status, 0);
    const tree = await trace(receipt.hash, CALLS);
    assert.equal(tree.error, 'execution reverted');
    assert.equal(token.interface.parseError(tree.calls[0].output).name, 'ERC20InsufficientBalance');
    assert.equal(BigInt(tree.gasUsed), receipt.gasUsed);
    const panics = await send({ to: forwarder.target, data: forward(store, 'panic', 0n) });
    const [panic] = (await trace(panics.hash, CALLS)).calls;
    assert.match(panic.revertReason, /divi(sion|ded?) (or modulo )?by zero/i);
  });

  test('has the creation of a WASM contract', async () => {
    const tx = token.deploymentTransaction();
    const tree = await trace(tx.hash, CALLS);
    assert.deepEqual([tree.type, tree.to, tree.output], ['CREATE', low(token.target), accountCode(zx20.module)]);
    assert.equal(BigInt(tree.gasUsed), (await tx.wait()).gasUsed);
  });

  test('of a call, with overrides', async () => {
    const data = caller.interface.encodeFunctionData('balance', [token.target, caller.target]);
    const tree = await rpc('debug_traceCall', { to: caller.target, data }, 'latest', CALLS);
    assert.deepEqual([tree.calls[0].type, tree.calls[0].value, tree.calls[0].to], ['STATICCALL', undefined, low(token.target)]);
    const read = { to: store.target, data: store.interface.encodeFunctionData('number') };
    const stateOverrides = { [store.target]: { stateDiff: { [word(0)]: word(77) } } };
    assert.equal(BigInt((await rpc('debug_traceCall', read, 'latest', { ...CALLS, stateOverrides })).output), 77n);
    const number = { to: stranger(), input: '0x' };
    const code = '0x4360005260206000f3'; // NUMBER, returned
    const overridden = { ...CALLS, stateOverrides: { [number.to]: { code } }, blockOverrides: { number: '0x123' } };
    assert.equal(BigInt((await rpc('debug_traceCall', number, 'latest', overridden)).output), 0x123n);
  });

  test('of whole blocks, by number and hash', async () => {
    const receipt = await crossing();
    const number = `0x${receipt.blockNumber.toString(16)}`;
    const alone = await trace(receipt.hash, CALLS);
    const traces = await rpc('debug_traceBlockByNumber', number, CALLS);
    assert.deepEqual(traces, [{ txHash: receipt.hash, result: alone }]);
    assert.deepEqual(await rpc('debug_traceBlockByHash', receipt.blockHash, CALLS), traces);
  });

  test('as a list, with its place', async () => {
    const receipt = await crossing();
    const flat = await trace(receipt.hash, { tracer: 'flatCallTracer' });
    assert.deepEqual(flat.map(({ traceAddress, subtraces }) => [traceAddress, subtraces]), [[[], 1], [[0], 1], [[0, 0], 0]]);
    const parity = await rpc('trace_transaction', receipt.hash);
    assert.deepEqual(await rpc('trace_block', receipt.blockHash), parity);
    assert.ok(BigInt(parity[0].action.gas) < 3_000_000n - 21_000n, 'what the outermost frame had, not the transaction');
    for (const list of [flat, parity]) delete list[0].action.gas, delete list[0].result.gasUsed;
    assert.deepEqual(parity, flat);
    assert.deepEqual([flat[2].action.from, flat[2].transactionHash, flat[2].blockHash], [low(forwarder.target), receipt.hash, receipt.blockHash]);
  });
});

describe('WASM frames', () => {
  test('show their host calls with arguments, gas and fuel', async () => {
    const receipt = await crossing();
    const tree = await trace(receipt.hash, ZX);
    const [wasm] = tree.calls;
    assert.deepEqual([tree.vm, wasm.vm, wasm.calls[0].vm], ['evm', 'wasm', 'evm']);
    assert.equal(wasm.codeHash, keccak256(await provider.getCode(forwarder.target)));
    assert.equal(wasm.fuel, Number(wasm.gas) * 1000);
    assert.equal(Math.floor((wasm.fuel - wasm.fuelLeft) / 1000), Number(wasm.gasUsed));
    const call = wasm.hostCalls.find(({ op }) => op === 'zx.call');
    assert.deepEqual([call.args.to, call.args.value, call.result], [low(store.target), word(5), '0x0']);
    assert.equal(call.args.data, store.interface.encodeFunctionData('set', [42n]));
    const spent = wasm.hostCalls.reduce((sum, { fuelCost }) => sum + fuelCost, 0);
    assert.ok(spent > 0 && spent < wasm.fuel - wasm.fuelLeft, 'the rest is the program itself');
    assert.equal(BigInt(tree.gasUsed), receipt.gasUsed);
  });

  test('are among the opcodes of the struct logs', async () => {
    const receipt = await crossing();
    const { structLogs, gas, failed, returnValue } = await trace(receipt.hash);
    assert.deepEqual([BigInt(gas), failed], [receipt.gasUsed, false]);
    assert.ok(returnValue.startsWith('0x'));
    const depths = structLogs.map(({ depth }) => depth).filter((depth, at, all) => depth !== all[at - 1]);
    assert.deepEqual(depths, [1, 2, 3, 2, 1]);
    const program = structLogs.filter(({ depth }) => depth === 2);
    assert.ok(program.every(({ op, stack }) => op.startsWith('zx.') && stack.length === 0));
    assert.deepEqual([program[0].op, program.at(-1).op], ['zx.enter', 'zx.exit']);
    for (const [before, next] of program.slice(1).map((entry, at) => [program[at], entry]))
      assert.ok(next.fuel <= before.fuel - before.fuelCost, `${before.op} ${next.op}`);
    const inner = structLogs.find(({ op, depth }) => op === 'SSTORE' && depth === 3);
    assert.deepEqual(inner.storage, { [word(0)]: word(42) });
  });

  test('leave their slots in the prestate', async () => {
    const to = stranger();
    const receipt = await (await token.transfer(to, 3n)).wait();
    const before = await trace(receipt.hash, { tracer: 'prestateTracer' });
    const entry = before[low(token.target)];
    assert.equal(entry.code, accountCode(zx20.module));
    const { pre, post } = await trace(receipt.hash, { tracer: 'prestateTracer', tracerConfig: { diffMode: true } });
    assert.equal(post[low(owner.address)].nonce, pre[low(owner.address)].nonce + 1);
    const changed = Object.entries(post[low(token.target)].storage);
    assert.equal(changed.length, 2, 'the balances of both');
    for (const [slot, value] of changed) assert.equal(await provider.getStorage(token.target, slot, receipt.blockNumber), value);
    const spent = BigInt(pre[low(owner.address)].balance) - BigInt(post[low(owner.address)].balance);
    assert.equal(spent, receipt.fee);
  });

  test('count among the selectors', async () => {
    const receipt = await crossing();
    const selectors = await trace(receipt.hash, { tracer: '4byteTracer' });
    assert.equal(selectors[`${store.interface.getFunction('set').selector}-32`], 1);
    assert.deepEqual(await trace(receipt.hash, { tracer: 'noopTracer' }), {});
  });
});

test('trees may be as deep as gas allows', async () => {
  const to = stranger();
  // Calls itself with all the gas there is.
  const stateOverrides = { [to]: { code: '0x60006000600060006000305af100' } };
  for (const tracer of ['callTracer', 'zxTracer', 'flatCallTracer']) {
    let tree = await rpc('debug_traceCall', { to, gas: '0x2faf080' }, 'latest', { tracer, stateOverrides });
    let depth = 0;
    if (Array.isArray(tree)) depth = tree.length;
    else for (; tree; tree = tree.calls?.[0]) depth += 1;
    assert.ok(depth > 500, `${tracer}: ${depth}`);
  }
});

describe('what cannot be traced', () => {
  const refuses = async (code, message, method, ...params) => {
    const error = await rpcError(method, ...params);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
  };

  test('says so', async () => {
    const nothing = word(1);
    await refuses(-32000, /^transaction not found$/, 'debug_traceTransaction', nothing);
    await refuses(-32000, /^block 0x0{63}1 not found$/, 'debug_traceBlockByHash', nothing);
    await refuses(-32000, /^block #268435455 not found$/, 'debug_traceBlockByNumber', '0xfffffff');
    await refuses(-32000, /^genesis is not traceable$/, 'debug_traceBlockByNumber', '0x0');
    await refuses(-32602, /hex string without 0x prefix/, 'debug_traceBlockByNumber', '3');
    const { hash } = await crossing();
    await refuses(-32602, /tracer "\{step\}" not found: this node has callTracer/, 'debug_traceTransaction', hash, { tracer: '{step}' });
    await refuses(-32602, /timeout "5" is not a duration/, 'debug_traceTransaction', hash, { timeout: '5' });
    await refuses(-32602, /tracerConfig of callTracer/, 'debug_traceTransaction', hash, { tracer: 'callTracer', tracerConfig: { withLog: 7 } });
  });

  test('is a trace that would take too much, or too long', async () => {
    const loop = '0x5b600056'; // JUMPDEST, PUSH1 0, JUMP
    const to = stranger();
    const call = { to, gas: '0x2faf080' };
    const stateOverrides = { [to]: { code: loop } };
    await refuses(-32000, /^trace too large: more than \d+ bytes; /, 'debug_traceCall', call, 'latest', { stateOverrides });
    await refuses(-32000, /execution aborted/, 'debug_traceCall', call, 'latest', { ...CALLS, stateOverrides, timeout: '1ns' });
    const limited = await rpc('debug_traceCall', { to, gas: '0x186a0' }, 'latest', { stateOverrides, limit: 10 });
    assert.deepEqual([limited.structLogs.length, limited.failed], [10, true]);
  });
});

describe('Otterscan', () => {
  test('sees the frames and the transfers of a transaction', async () => {
    const receipt = await crossing();
    const frames = await rpc('ots_traceTransaction', receipt.hash);
    assert.deepEqual(
      frames.map(({ type, depth, from, to, value }) => [type, depth, from, to, value]),
      [
        ['CALL', 0, low(owner.address), low(caller.target), '0x5'],
        ['CALL', 1, low(caller.target), low(forwarder.target), '0x5'],
        ['CALL', 2, low(forwarder.target), low(store.target), '0x5'],
      ],
    );
    const move = (from, to) => ({ type: 0, from: low(from), to: low(to), value: '0x5' });
    assert.deepEqual(await rpc('ots_getInternalOperations', receipt.hash), [
      move(caller.target, forwarder.target),
      move(forwarder.target, store.target),
    ]);
    assert.equal(await rpc('ots_getTransactionError', receipt.hash), '0x');
    assert.equal(await rpc('ots_traceTransaction', word(1)), null);
  });

  test('sees why a transaction failed', async () => {
    const receipt = await send({ to: store.target, data: store.interface.encodeFunctionData('refuse', [7n]) });
    const data = await rpc('ots_getTransactionError', receipt.hash);
    assert.deepEqual([...Interface.from(solidity.Store.abi).parseError(data).args], [owner.address, 7n]);
  });

  test('finds who made a contract inside a transaction', async () => {
    // PUSH13 child, MSTORE at 0, CREATE of the last 13 bytes of that word, STOP; the child's code is one STOP.
    const child = '6001600c60003960016000f300';
    const runtime = `6c${child}600052600d60136000f000`;
    const size = (runtime.length / 2).toString(16).padStart(2, '0');
    const init = `0x60${size}600c60003960${size}6000f3${runtime}`;
    const maker = (await send({ data: init })).contractAddress;
    const receipt = await send({ to: maker });
    const made = getCreateAddress({ from: maker, nonce: 1 });
    assert.equal(await provider.getCode(made), '0x00');
    assert.deepEqual(await rpc('ots_getContractCreator', made), { hash: receipt.hash, creator: low(maker) });
    const byHand = await rpc('ots_getContractCreator', store.target);
    assert.deepEqual(byHand, { hash: store.deploymentTransaction().hash, creator: low(accounts[0].address) });
    const [operation] = await rpc('ots_getInternalOperations', receipt.hash);
    assert.deepEqual(operation, { type: 2, from: low(maker), to: low(made), value: '0x0' });
  });
});

test("viem's own debug actions read what the node answers", async () => {
  const receipt = await crossing();
  const traced = await viem.request({ method: 'debug_traceTransaction', params: [receipt.hash, CALLS] });
  assert.equal(BigInt(traced.gasUsed), receipt.gasUsed);
  assert.equal(new Contract(store.target, solidity.Store.abi, provider).interface.parseTransaction({ data: traced.calls[0].calls[0].input }).name, 'set');
});
