// What Otterscan and The Graph ask a node for, as they ask, with the checks that their own readers make: numbers where
// they send numbers, EIP-1898 where they send that.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AbiCoder, ContractFactory, Interface, getAddress, id, toBeHex, toQuantity } from 'ethers';
import { contract } from './lib/artifacts.mjs';
import { connect, stranger, wallet } from './lib/env.mjs';
import { rpc, rpcError } from './lib/rpc.mjs';
import { compile } from './lib/solidity.mjs';

const { Store, Caller } = compile();
const zx20 = contract('zx20');
const QUANTITY = /^0x(0|[1-9a-f][0-9a-f]*)$/;
let provider, owner, token, store, caller, deployed, sent, inner, failed, last;

const address = async (made) => (await made.getAddress()).toLowerCase();
const quantity = (value) => {
  assert.match(value, QUANTITY);
  return Number(value);
};

before(async () => {
  provider = connect();
  owner = wallet(0, provider);
  const deploy = async ({ abi, bytecode }, ...args) => {
    const made = await new ContractFactory(abi, bytecode, owner).deploy(...args);
    await made.waitForDeployment();
    return made;
  };
  token = await deploy(zx20, 'Token', 'T', 18, 1_000n);
  deployed = await token.deploymentTransaction().wait();
  store = await deploy(Store);
  caller = await deploy(Caller);
  sent = await (await token.transfer(stranger(), 5n)).wait();
  const data = store.interface.encodeFunctionData('set', [7n]);
  inner = await (await caller.relay(await store.getAddress(), data, { value: 3n })).wait();
  const refused = await store.refuse(9n, { gasLimit: 200_000 });
  await provider.waitForTransaction(refused.hash);
  failed = await provider.getTransactionReceipt(refused.hash);
  last = await provider.getBlockNumber();
});
after(() => provider.destroy());

describe('Otterscan', () => {
  test('finds that it can use the node', async () => {
    assert.equal((await rpc('erigon_getHeaderByNumber', 0)).number, '0x0');
    assert.ok((await rpc('ots_getApiLevel')) >= 8);
    quantity(await rpc('eth_blockNumber'));
  });

  test('shows a block, by number and by hash', async () => {
    const byNumber = await rpc('ots_getBlockDetails', sent.blockNumber);
    assert.deepEqual(await rpc('ots_getBlockDetailsByHash', sent.blockHash), byNumber);
    const { block, issuance, totalFees } = byNumber;
    for (const name of ['number', 'timestamp', 'difficulty', 'gasLimit', 'gasUsed', 'baseFeePerGas', 'size', 'totalDifficulty', 'transactionCount'])
      quantity(block[name]);
    for (const name of ['hash', 'parentHash', 'sha3Uncles', 'stateRoot']) assert.match(block[name], /^0x[0-9a-f]{64}$/);
    getAddress(block.miner);
    assert.match(block.extraData, /^0x/);
    assert.equal(block.transactionCount, '0x1');
    for (const reward of [issuance.blockReward, issuance.uncleReward, issuance.issuance, totalFees]) quantity(reward);
    assert.equal(BigInt(totalFees), sent.fee);
    assert.equal(await rpc('ots_getBlockDetails', 1_000_000), null);
  });

  test("shows a page of a block's transactions", async () => {
    const { fullblock, receipts } = await rpc('ots_getBlockTransactions', sent.blockNumber, 0, 25);
    assert.equal(quantity(fullblock.transactionCount), 1);
    assert.equal(fullblock.transactions[0].hash, sent.hash);
    assert.equal(fullblock.transactions[0].input.length, 10, 'no more than the selector');
    assert.equal(receipts[0].transactionHash, sent.hash);
    quantity(receipts[0].gasUsed);
    quantity(receipts[0].effectiveGasPrice);
  });

  test("shows an account's transactions in pages, newest first", async () => {
    const page = await rpc('ots_searchTransactionsBefore', owner.address, 0, 2);
    assert.equal(page.firstPage, true);
    assert.ok(page.txs.length >= 2 && page.txs.length === page.receipts.length);
    const heights = page.txs.map(({ blockNumber }) => quantity(blockNumber));
    assert.deepEqual(heights, [...heights].sort((a, b) => b - a));
    for (const receipt of page.receipts) quantity(receipt.timestamp);
    const next = await rpc('ots_searchTransactionsBefore', owner.address, heights.at(-1), 2);
    assert.ok(next.txs.every(({ blockNumber }) => Number(blockNumber) < heights.at(-1)));
    const end = await rpc('ots_searchTransactionsAfter', owner.address, 0, 2);
    assert.equal(end.lastPage, true);
  });

  test('tells contracts, who made them, and the transaction of a nonce', async () => {
    assert.equal(await rpc('ots_hasCode', await token.getAddress(), 'latest'), true);
    assert.equal(await rpc('ots_hasCode', stranger(), 'latest'), false);
    const creator = await rpc('ots_getContractCreator', await token.getAddress());
    assert.deepEqual([creator.hash, getAddress(creator.creator)], [deployed.hash, owner.address]);
    assert.equal(await rpc('ots_getContractCreator', stranger()), null);
    const { nonce } = await provider.getTransaction(sent.hash);
    assert.equal(await rpc('ots_getTransactionBySenderAndNonce', owner.address, nonce), sent.hash);
  });

  test('shows what happens inside a transaction', async () => {
    const frames = await rpc('ots_traceTransaction', inner.hash);
    assert.deepEqual(frames.map(({ type, depth }) => [type, depth]), [['CALL', 0], ['CALL', 1]]);
    assert.deepEqual([frames[1].from, frames[1].to], [await address(caller), await address(store)]);
    assert.equal(quantity(frames[1].value), 3);
    const operations = await rpc('ots_getInternalOperations', inner.hash);
    assert.deepEqual(operations, [{ type: 0, from: await address(caller), to: await address(store), value: '0x3' }]);
  });

  test('shows why a transaction failed', async () => {
    assert.equal(await rpc('ots_getTransactionError', sent.hash), '0x');
    const expected = new Interface(Store.abi).encodeErrorResult('Refused', [owner.address, 9n]);
    assert.equal(await rpc('ots_getTransactionError', failed.hash), expected);
  });

  test('shows what a transaction has changed', async () => {
    const { stateDiff, trace, vmTrace, output } = await rpc('trace_replayTransaction', inner.hash, ['stateDiff']);
    assert.deepEqual([trace, vmTrace], [[], null]);
    assert.match(output, /^0x/);
    const kept = stateDiff[await address(store)];
    assert.deepEqual(kept.balance, { '*': { from: '0x0', to: '0x3' } });
    assert.deepEqual([kept.nonce, kept.code], ['=', '=']);
    const word = (value) => toBeHex(value, 32);
    assert.deepEqual(kept.storage, { [word(0)]: { '*': { from: word(0), to: word(7) } } });
    const sender = stateDiff[owner.address.toLowerCase()];
    const { nonce } = await provider.getTransaction(inner.hash);
    assert.deepEqual(sender.nonce, { '*': { from: toQuantity(nonce), to: toQuantity(nonce + 1) } });
    // Each has one key, which its reader counts on.
    for (const account of Object.values(stateDiff))
      for (const change of [account.balance, account.nonce, account.code, ...Object.values(account.storage)])
        if (change !== '=') assert.equal(Object.keys(change).length, 1);
    const made = (await rpc('trace_replayTransaction', deployed.hash, ['stateDiff', 'trace']));
    assert.ok('+' in made.stateDiff[await address(token)].code);
    assert.equal(made.trace[0].type, 'create');
    assert.equal(await rpc('trace_replayTransaction', id('nothing'), ['stateDiff']), null);
    assert.equal((await rpcError('trace_replayTransaction', inner.hash, ['vmTrace'])).code, -32602);
  });
});

describe('The Graph', () => {
  test('knows the chain by its version and its first block', async () => {
    assert.equal(await rpc('net_version'), '31337');
    const genesis = await rpc('eth_getBlockByNumber', '0x0', false);
    assert.match(genesis.hash, /^0x[0-9a-f]{64}$/);
    assert.match(await rpc('web3_clientVersion'), /^Zexus/);
  });

  test('reads blocks by hash, and the receipts of one at once', async () => {
    const block = await rpc('eth_getBlockByHash', inner.blockHash, true);
    assert.equal(block.transactions[0].hash, inner.hash);
    const receipts = await rpc('eth_getBlockReceipts', { blockHash: inner.blockHash });
    assert.deepEqual(receipts, [await rpc('eth_getTransactionReceipt', inner.hash)]);
    assert.deepEqual(receipts[0].blockHash, block.hash);
  });

  test('finds logs by addresses and topics in a range', async () => {
    const topics = [[id('Transfer(address,address,uint256)'), id('Stored(address,uint256,uint256)')]];
    const filter = { fromBlock: '0x0', toBlock: toQuantity(last), address: [await token.getAddress(), await store.getAddress()], topics };
    const logs = await rpc('eth_getLogs', filter);
    assert.deepEqual(logs.map(({ transactionHash }) => transactionHash), [deployed.hash, sent.hash, inner.hash]);
    const { fromBlock: _from, toBlock: _to, ...rest } = filter;
    assert.deepEqual(await rpc('eth_getLogs', { ...rest, blockHash: sent.blockHash }), [logs[1]]);
  });

  test('calls contracts at a block that it names by its hash', async () => {
    const at = { blockHash: sent.blockHash };
    const call = { to: await token.getAddress(), data: token.interface.encodeFunctionData('balanceOf', [owner.address]), gas: '0x2faf080' };
    assert.equal(BigInt(await rpc('eth_call', call, at)), 995n);
    assert.equal(BigInt(await rpc('eth_call', call, { blockHash: deployed.blockHash })), 1_000n);
    quantity(await rpc('eth_getBalance', owner.address, at));
    assert.match(await rpc('eth_getCode', await token.getAddress(), at), /^0xef5a5801/);
    const refused = await rpcError('eth_call', { to: await store.getAddress(), data: store.interface.encodeFunctionData('refuse', [1n]) }, { blockHash: inner.blockHash });
    assert.match(refused.message, /revert/);
    const panics = await rpcError('eth_call', { to: await store.getAddress(), data: store.interface.encodeFunctionData('panic', [0n]) }, { blockHash: inner.blockHash });
    assert.equal(AbiCoder.defaultAbiCoder().decode(['uint256'], `0x${panics.data.slice(10)}`)[0], 0x12n);
  });

  test('finds calls of contracts, inner ones too', async () => {
    const range = { fromBlock: '0x1', toBlock: toQuantity(last) };
    const found = await rpc('trace_filter', { ...range, toAddress: [await store.getAddress()] });
    const creation = store.deploymentTransaction().hash;
    assert.deepEqual(found.map(({ transactionHash }) => transactionHash), [creation, inner.hash, failed.hash]);
    assert.deepEqual(found.map(({ type }) => type), ['create', 'call', 'call']);
    const frame = found[1];
    assert.deepEqual([frame.type, frame.action.callType, frame.traceAddress], ['call', 'call', [0]]);
    assert.deepEqual([frame.action.from, frame.action.to, frame.action.value], [await address(caller), await address(store), '0x3']);
    assert.deepEqual([frame.blockNumber, frame.blockHash, frame.transactionPosition], [inner.blockNumber, inner.blockHash, 0]);
    assert.equal(found[2].error, 'Reverted');
    const all = await rpc('trace_filter', range);
    assert.deepEqual(await rpc('trace_filter', { ...range, after: 1, count: 2 }), all.slice(1, 3));
    const both = { fromAddress: [await caller.getAddress()], toAddress: [await store.getAddress()] };
    assert.deepEqual(await rpc('trace_filter', { ...range, ...both }), [frame]);
    assert.equal((await rpc('trace_filter', { ...range, ...both, mode: 'union' })).length, 3);
    assert.deepEqual(await rpc('trace_filter', { ...range, toAddress: [stranger()] }), []);
  });

  test('is told when it asks for too much, or for what is not there', async () => {
    const wide = await rpcError('trace_filter', { fromBlock: '0x0', toBlock: '0x1000' });
    assert.equal(wide.code, -32602);
    const backwards = await rpcError('trace_filter', { fromBlock: '0x2', toBlock: '0x1' });
    assert.deepEqual([backwards.code, backwards.message], [-32602, 'invalid block range params: from block 2 to block 1']);
    assert.equal(await rpc('eth_getBlockByHash', id('nothing'), true), null);
    assert.equal(await rpc('eth_getBlockReceipts', { blockHash: id('nothing') }), null);
  });
});
