// WASM and EVM contracts calling each other: values, return data, reverts, storage contexts.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Contract, ContractFactory, Interface, concat, dataLength, randomBytes, hexlify, parseEther } from 'ethers';
import { bare, contract } from './lib/artifacts.mjs';
import { connect, stranger, wallet } from './lib/env.mjs';
import { rpcError } from './lib/rpc.mjs';
import { compile } from './lib/solidity.mjs';

const SUPPLY = 1_000_000n;
const solidity = compile();
const zx20 = contract('zx20');
const [CALL, STATIC, DELEGATE] = ['0x00', '0x01', '0x02'];

let provider, owner;
let token, caller, store, forwarder;

async function deploy(abi, bytecode, ...args) {
  const deployed = await new ContractFactory(abi, bytecode, owner).deploy(...args);
  return deployed.waitForDeployment();
}

before(async () => {
  provider = connect();
  owner = wallet(0, provider);
  token = await deploy(zx20.abi, zx20.bytecode, 'Zexus Token', 'ZXT', 18, SUPPLY);
  caller = await deploy(solidity.Caller.abi, solidity.Caller.bytecode);
  store = await deploy(solidity.Store.abi, solidity.Store.bytecode);
  forwarder = await deploy([], bare('caller').bytecode);
  await (await token.transfer(caller.target, 1_000n)).wait();
});
after(() => provider.destroy());

/** Calldata that makes the WASM forwarder call `method` of `target`. */
const forward = (how, target, method, ...args) =>
  concat([how, target.target, target.interface.encodeFunctionData(method, args)]);
/** What the forwarder answers to that, decoded as the callee's answer. */
async function ask(how, target, method, ...args) {
  const data = await provider.call({ from: owner.address, to: forwarder.target, data: forward(how, target, method, ...args) });
  return target.interface.decodeFunctionResult(method, data);
}
const send = async (how, target, method, args, value = 0n) => {
  const data = forward(how, target, method, ...args);
  return (await owner.sendTransaction({ to: forwarder.target, data, value })).wait();
};
/** The custom error that a call reverts with, decoded by `abi`. */
async function revertOf(abi, transaction) {
  const error = await rpcError('eth_call', { from: owner.address, gas: '0x989680', ...transaction });
  assert.equal(error.code, 3, error.message);
  return Interface.from(abi).parseError(error.data);
}
/** Decodes the events of `target` in a receipt. */
const eventsOf = (target, receipt) =>
  receipt.logs.filter(({ address }) => address === target.target).map((log) => target.interface.parseLog(log));

describe('Solidity calls WASM', () => {
  test('reads a view', async () => {
    assert.equal(await caller.balance(token, caller), 1_000n);
  });

  test('transfers as itself, with the event of the token', async () => {
    const to = stranger();
    const receipt = await (await caller.send(token, to, 10n)).wait();
    assert.equal(await token.balanceOf(to), 10n);
    const [event] = eventsOf(token, receipt);
    assert.equal(event.name, 'Transfer');
    assert.deepEqual([...event.args], [caller.target, to, 10n], 'the token sees the Solidity contract as its caller');
  });

  test('spends an allowance', async () => {
    await (await token.approve(caller, 50n)).wait();
    const before = await token.balanceOf(caller);
    await (await caller.pull(token, owner, 30n)).wait();
    assert.equal(await token.balanceOf(caller), before + 30n);
    assert.equal(await token.allowance(owner, caller), 20n);
  });

  test('lets a custom error bubble', async () => {
    const balance = await token.balanceOf(caller);
    const data = caller.interface.encodeFunctionData('send', [token.target, stranger(), balance + 1n]);
    const { name, args } = await revertOf(zx20.abi, { to: caller.target, data });
    assert.equal(name, 'ERC20InsufficientBalance');
    assert.deepEqual([...args], [caller.target, balance, balance + 1n]);
  });

  test('catches it with try, and goes on', async () => {
    const balance = await token.balanceOf(caller);
    const [ok, reason] = await caller.trySend.staticCall(token, stranger(), balance + 1n);
    assert.equal(ok, false);
    assert.equal(token.interface.parseError(reason).name, 'ERC20InsufficientBalance');
    const receipt = await (await caller.trySend(token, stranger(), balance + 1n)).wait();
    assert.equal(receipt.status, 1);
    assert.deepEqual(receipt.logs, []);
    assert.equal(await token.balanceOf(caller), balance);
  });

  test('is refused writing in a static call', async () => {
    const [ok] = await caller.staticSend(token, stranger(), 1n);
    assert.equal(ok, false);
    const to = stranger();
    const [sent] = await caller.trySend.staticCall(token, to, 1n);
    assert.equal(sent, true, 'the same transfer is fine otherwise');
  });

  test('undoes what WASM wrote when it reverts, whole or in part', async () => {
    const to = stranger();
    const data = caller.interface.encodeFunctionData('sendAndUndo', [token.target, to, 7n]);
    const { name, args } = await revertOf(solidity.Caller.abi, { to: caller.target, data });
    assert.equal(name, 'Undone');
    assert.deepEqual([...args], [7n], 'inside the frame the transfer was seen');

    assert.deepEqual([...(await caller.sendUndoneInside.staticCall(token, to, 7n))], [7n, 0n]);
    const receipt = await (await caller.sendUndoneInside(token, to, 7n)).wait();
    assert.equal(receipt.status, 1);
    assert.deepEqual(receipt.logs, [], 'the undone event is gone');
    assert.equal(await token.balanceOf(to), 0n);
  });

  test('runs it on its own storage by delegatecall', async () => {
    const proxy = await deploy(solidity.Proxy.abi, solidity.Proxy.bytecode, token.target);
    const proxied = new Contract(proxy.target, zx20.abi, owner);
    assert.equal(await proxied.totalSupply(), 0n);
    assert.equal(await proxied.balanceOf(owner), 0n);
    const spender = stranger();
    const receipt = await (await proxied.approve(spender, 5n)).wait();
    assert.equal(await proxied.allowance(owner, spender), 5n);
    assert.equal(await token.allowance(owner, spender), 0n);
    assert.deepEqual(receipt.logs.map(({ address }) => address), [proxy.target], 'the proxy emits');
    await assert.rejects(proxied.transfer.staticCall(spender, 1n), ({ revert }) => {
      assert.equal(revert?.name, 'ERC20InsufficientBalance');
      assert.deepEqual([...revert.args], [owner.address, 0n, 1n], 'the caller is the proxy’s caller');
      return true;
    });
  });
});

describe('WASM calls Solidity', () => {
  test('and hands back what it returns', async () => {
    const data = hexlify(randomBytes(1_000));
    assert.deepEqual([...(await ask(CALL, store, 'echo', data))], [data]);
    assert.deepEqual([...(await ask(STATIC, store, 'echo', data))], [data]);
    assert.deepEqual([...(await ask(CALL, store, 'echo', '0x'))], ['0x']);
  });

  test('as itself, writing and logging', async () => {
    const receipt = await send(CALL, store, 'set', [42n]);
    assert.equal(await store.number(), 42n);
    const [event] = eventsOf(store, receipt);
    assert.deepEqual([...event.args], [forwarder.target, 42n, 0n]);
  });

  test('with the value that came along', async () => {
    const value = parseEther('2');
    const before = await provider.getBalance(store);
    const receipt = await send(CALL, store, 'set', [43n], value);
    assert.deepEqual([...eventsOf(store, receipt)[0].args], [forwarder.target, 43n, value]);
    assert.equal(await provider.getBalance(store), before + value);
    assert.equal(await provider.getBalance(forwarder), 0n);
  });

  test('sending coins to an account without code', async () => {
    const to = stranger();
    const data = concat([CALL, to]);
    const receipt = await (await owner.sendTransaction({ to: forwarder.target, data, value: 5n })).wait();
    assert.equal(receipt.status, 1);
    assert.equal(await provider.getBalance(to), 5n);
  });

  test('lets a custom error bubble and undoes the write', async () => {
    const before = await store.number();
    const data = forward(CALL, store, 'refuse', 77n);
    const { name, args } = await revertOf(solidity.Store.abi, { to: forwarder.target, data });
    assert.equal(name, 'Refused');
    assert.deepEqual([...args], [forwarder.target, 77n]);
    const failed = await owner.sendTransaction({ to: forwarder.target, data, value: 9n, gasLimit: 500_000n });
    const { receipt } = await failed.wait().then(assert.fail, (error) => error);
    assert.equal(receipt.status, 0);
    assert.equal(await store.number(), before);
    assert.equal(await provider.getBalance(forwarder), 0n, 'the value went back');
  });

  test('lets a panic bubble', async () => {
    const error = await rpcError('eth_call', { to: forwarder.target, data: forward(CALL, store, 'panic', 0n) });
    assert.equal(error.code, 3);
    assert.equal(error.data, new Interface(['error Panic(uint256)']).encodeErrorResult('Panic', [0x12n]));
    assert.deepEqual([...(await ask(CALL, store, 'panic', 1n))], [1n]);
  });

  test('is refused writing in a static call', async () => {
    assert.deepEqual([...(await ask(STATIC, store, 'number'))], [await store.number()]);
    const data = forward(STATIC, store, 'set', 99n);
    const error = await rpcError('eth_call', { to: forwarder.target, data, gas: '0x4c4b40' });
    assert.match(error.message, /revert/);
    assert.equal(dataLength(error.data ?? '0x'), 0);
  });

  test('runs it on its own storage by delegatecall', async () => {
    const before = await store.number();
    const receipt = await send(DELEGATE, store, 'set', [1234n]);
    assert.equal(await store.number(), before, 'the callee’s storage is untouched');
    assert.equal(BigInt(await provider.getStorage(forwarder, 0)), 1234n);
    const [log] = receipt.logs;
    assert.equal(log.address, forwarder.target);
    assert.deepEqual([...store.interface.parseLog(log).args], [owner.address, 1234n, 0n]);
    const [self, sender, origin] = await ask(DELEGATE, store, 'context');
    assert.deepEqual([self, sender, origin], [forwarder.target, owner.address, owner.address]);
    assert.equal((await ask(CALL, store, 'context'))[1], forwarder.target);
  });
});

describe('nested', () => {
  test('WASM -> Solidity -> WASM moves tokens, and both virtual machines log in order', async () => {
    const to = stranger();
    const inner = caller.interface.encodeFunctionData('send', [token.target, to, 3n]);
    const outer = concat([CALL, caller.target, inner]);
    const receipt = await (await caller.relay(forwarder, outer)).wait();
    assert.equal(await token.balanceOf(to), 3n);
    assert.deepEqual(receipt.logs.map(({ address }) => address), [token.target, caller.target]);
    assert.deepEqual(receipt.logs.map(({ index }) => index), [0, 1]);
  });

  test('an error comes through four frames as it was thrown', async () => {
    const balance = await token.balanceOf(caller);
    const inner = caller.interface.encodeFunctionData('send', [token.target, stranger(), balance + 1n]);
    const data = caller.interface.encodeFunctionData('relay', [forwarder.target, concat([CALL, caller.target, inner])]);
    const { name, args } = await revertOf(zx20.abi, { to: caller.target, data });
    assert.equal(name, 'ERC20InsufficientBalance');
    assert.deepEqual([...args], [caller.target, balance, balance + 1n]);
  });

  test('static holds below a WASM frame: a nested write is refused', async () => {
    const send = caller.interface.encodeFunctionData('trySend', [token.target, stranger(), 1n]);
    const data = concat([STATIC, caller.target, send]);
    const result = await provider.call({ from: owner.address, to: forwarder.target, data, gasLimit: 5_000_000n });
    const [ok] = caller.interface.decodeFunctionResult('trySend', result);
    assert.equal(ok, false);
  });

  test('value goes down through both and out', async () => {
    const to = stranger();
    const data = concat([CALL, caller.target, caller.interface.encodeFunctionData('relay', [to, '0x'])]);
    await (await owner.sendTransaction({ to: forwarder.target, data, value: 8n })).wait();
    assert.equal(await provider.getBalance(to), 8n);
  });

  test('the forwarder calling itself ends with an error, not with the node', async () => {
    let data = concat([CALL, store.target, store.interface.encodeFunctionData('set', [5n])]);
    for (let depth = 0; depth < 20; depth++) data = concat([CALL, forwarder.target, data]);
    await (await owner.sendTransaction({ to: forwarder.target, data })).wait();
    assert.equal(await store.number(), 5n, 'twenty deep works');
    for (let depth = 0; depth < 1_100; depth++) data = concat([CALL, forwarder.target, data]);
    const error = await rpcError('eth_call', { to: forwarder.target, data, gas: '0x1c9c380' });
    assert.notEqual(error.code, -32603, error.message);
    assert.equal((await provider.getNetwork()).chainId, 31337n);
  });
});
