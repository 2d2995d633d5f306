// The WebSocket providers of ethers 6 and viem 2, unmodified, against a Zexus node.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ContractFactory, NonceManager, WebSocketProvider, parseEther } from 'ethers';
import { createPublicClient, createWalletClient, parseAbiItem, webSocket } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { foundry } from 'viem/chains';
import { contract } from './lib/artifacts.mjs';
import { CHAIN_ID, accounts, rpcUrl, stranger, wallet } from './lib/env.mjs';

const URL = rpcUrl().replace(/^http/, 'ws');
const zx20 = contract('zx20');

/** A list that something is put into, and that can be waited for to hold so much. */
function collector() {
  const seen = [];
  let wake = () => {};
  return {
    seen,
    put(item) {
      seen.push(item);
      wake();
    },
    async holds(count) {
      while (seen.length < count) await new Promise((resolve) => (wake = resolve));
      return seen;
    },
  };
}

describe('ethers over a WebSocket', () => {
  let provider, owner, token;

  before(() => {
    provider = new WebSocketProvider(URL, undefined, { cacheTimeout: -1 });
    owner = new NonceManager(wallet(0, provider));
  });
  after(() => provider.destroy());

  test('reads the chain', async () => {
    assert.equal((await provider.getNetwork()).chainId, CHAIN_ID);
    assert.ok((await provider.getBlock('latest')).number >= 0);
  });

  test('hears of every block', async () => {
    const blocks = collector();
    await provider.on('block', blocks.put);
    const first = await (await owner.sendTransaction({ to: stranger(), value: 1n })).wait();
    await (await owner.sendTransaction({ to: stranger(), value: 1n })).wait();
    const seen = await blocks.holds(2);
    assert.deepEqual(seen.slice(0, 2), [first.blockNumber, first.blockNumber + 1]);
    await provider.off('block', blocks.put);
  });

  test('deploys a contract and hears of its events', async () => {
    token = await new ContractFactory(zx20.abi, zx20.bytecode, owner).deploy('Token', 'TKN', 18, 1000n);
    await token.waitForDeployment();
    const events = collector();
    await token.on('Transfer', (from, to, value) => events.put({ from, to, value }));
    const to = stranger();
    for (const value of [1n, 2n, 3n]) await (await token.transfer(to, value)).wait();
    const seen = await events.holds(3);
    assert.deepEqual(seen.map(({ value }) => value), [1n, 2n, 3n]);
    assert.ok(seen.every((event) => event.to === to && event.from === accounts[0].address));
    await token.off('Transfer');
  });

  test('hears only of the events that it filters for', async () => {
    const to = stranger();
    const events = collector();
    const filter = token.filters.Transfer(null, to);
    await token.on(filter, (event) => events.put(event.args.value));
    await (await token.transfer(stranger(), 5n)).wait();
    await (await token.transfer(to, 6n)).wait();
    assert.deepEqual(await events.holds(1), [6n]);
    await token.off(filter);
  });

  test('hears of waiting transactions', async () => {
    const hashes = collector();
    await provider.on('pending', hashes.put);
    const sent = await owner.sendTransaction({ to: stranger(), value: parseEther('1') });
    assert.deepEqual(await hashes.holds(1), [sent.hash]);
    await provider.off('pending', hashes.put);
    await sent.wait();
  });

  test('many requests at once are all answered', async () => {
    const balances = await Promise.all(Array.from({ length: 200 }, (_, i) => provider.getBalance(accounts[i % 10].address)));
    assert.equal(balances.length, 200);
    assert.ok(balances.every((balance) => balance > 0n));
  });
});

describe('viem over a WebSocket', () => {
  const transport = webSocket(URL, { retryCount: 0 });
  const client = createPublicClient({ chain: foundry, transport, cacheTime: 0 });
  const owner = createWalletClient({ chain: foundry, transport, account: privateKeyToAccount(accounts[1].privateKey) });
  const fail = (error) => assert.fail(error);
  let address;

  const mined = async (hash) => client.waitForTransactionReceipt({ hash });
  const send = async () => owner.sendTransaction({ to: stranger(), value: 1n });

  after(async () => (await client.transport.getRpcClient()).close());

  test('reads the chain', async () => {
    assert.equal(BigInt(await client.getChainId()), CHAIN_ID);
  });

  test('watches blocks, by subscription', async () => {
    const blocks = collector();
    const stop = client.watchBlocks({ onBlock: blocks.put, onError: fail });
    // The subscription is made in the background: a block that it is told of proves that it is there.
    while (blocks.seen.length === 0) await mined(await send());
    const { blockNumber } = await mined(await send());
    // Receipts may be there before the notices of the last blocks are.
    const seen = await blocks.holds(Number(blockNumber - blocks.seen[0].number) + 1);
    assert.deepEqual(seen.map(({ number }) => number), seen.map((_, i) => seen[0].number + BigInt(i)));
    assert.equal(seen.at(-1).number, blockNumber);
    assert.equal(typeof seen.at(-1).baseFeePerGas, 'bigint');
    stop();
  });

  test('watches events of a contract', async () => {
    const { abi, bytecode } = zx20;
    const hash = await owner.deployContract({ abi, bytecode, args: ['Token', 'TKN', 18, 1000n] });
    ({ contractAddress: address } = await mined(hash));
    const logs = collector();
    const { unsubscribe } = await client.transport.subscribe({
      params: ['logs', { address }],
      onData: ({ result }) => logs.put(result),
      onError: fail,
    });
    for (const value of [4n, 5n])
      await mined(await owner.writeContract({ abi, address, functionName: 'transfer', args: [stranger(), value] }));
    const seen = await logs.holds(2);
    assert.deepEqual(seen.map(({ data }) => BigInt(data)), [4n, 5n]);
    assert.ok(seen.every(({ removed }) => removed === false));
    await unsubscribe();
  });

  test('watchEvent decodes what it is told', async () => {
    const event = parseAbiItem('event Transfer(address indexed from, address indexed to, uint256 value)');
    const logs = collector();
    const stop = client.watchEvent({ address, event, onLogs: (found) => found.forEach(logs.put), onError: fail });
    const transfer = { abi: zx20.abi, address, functionName: 'transfer', args: [stranger(), 7n] };
    while (logs.seen.length === 0) await mined(await owner.writeContract(transfer));
    assert.equal(logs.seen[0].args.value, 7n);
    stop();
  });

  test('watches waiting transactions', async () => {
    const hashes = collector();
    const { unsubscribe } = await client.transport.subscribe({
      params: ['newPendingTransactions'],
      onData: ({ result }) => hashes.put(result),
      onError: fail,
    });
    const hash = await send();
    assert.deepEqual(await hashes.holds(1), [hash]);
    await unsubscribe();
    await mined(hash);
  });

  test('an error has its code', async () => {
    await assert.rejects(client.request({ method: 'no_such' }), (error) => {
      assert.equal(error.code, -32601, String(error));
      return true;
    });
  });
});
