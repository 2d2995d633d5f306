// The development node's own methods, as viem's test client (in both of its modes), ethers and bare JSON-RPC use them.
import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, describe, test } from 'node:test';
import { ContractFactory, Interface, verifyMessage, zeroPadValue, toBeHex } from 'ethers';
import { createTestClient, getAddress, http, numberToHex, parseEther, publicActions, walletActions } from 'viem';
import { foundry } from 'viem/chains';
import { accountCode, contract } from './lib/artifacts.mjs';
import { FUNDS, accounts, connect, rpcUrl, stranger, wallet } from './lib/env.mjs';
import { rpc, rpcError } from './lib/rpc.mjs';
import { compile } from './lib/solidity.mjs';

const { Store } = compile();
const { abi, module, bytecode } = contract('zx20');
const token = new Interface(abi);
const [owner, other] = accounts.map(({ address }) => address);
const hex = (n) => `0x${BigInt(n).toString(16)}`;
const testClient = (mode) =>
  createTestClient({ mode, chain: foundry, transport: http(rpcUrl()), pollingInterval: 20, cacheTime: 0 })
    .extend(publicActions)
    .extend(walletActions);
const client = testClient('anvil');
const height = async () => Number(await rpc('eth_blockNumber'));
const block = (tag = 'latest') => rpc('eth_getBlockByNumber', tag, false);
const time = async () => Number((await block()).timestamp);
const balance = async (address, tag = 'latest') => BigInt(await rpc('eth_getBalance', address, tag));
const send = (to, value = 1n, more = {}) => rpc('eth_sendTransaction', { from: owner, to, value: hex(value), ...more });
const receipt = (hash) => rpc('eth_getTransactionReceipt', hash);

// The first block's time is 1970.
before(() => rpc('evm_mine'));

let undo;
beforeEach(async () => { undo = await rpc('evm_snapshot'); });
afterEach(async () => {
  await rpc('evm_setAutomine', true);
  assert.equal(await rpc('evm_revert', undo), true);
});

for (const mode of ['anvil', 'hardhat']) {
  const viem = testClient(mode);
  describe(`viem's test client, mode ${mode}`, () => {
    test('sets balance, nonce, code and storage of any account', async () => {
      const address = stranger();
      await viem.setBalance({ address, value: parseEther('12') });
      assert.equal(await viem.getBalance({ address }), parseEther('12'));
      await viem.setNonce({ address, nonce: 420 });
      assert.equal(await viem.getTransactionCount({ address }), 420);
      await viem.setCode({ address, bytecode: '0x60006000fd' });
      assert.equal(await viem.getCode({ address }), '0x60006000fd');
      const value = numberToHex(77, { size: 32 });
      await viem.setStorageAt({ address, index: 2, value });
      assert.equal(await viem.getStorageAt({ address, slot: numberToHex(2) }), value);
      await viem.setStorageAt({ address, index: 2, value: numberToHex(0, { size: 32 }) });
      assert.equal(BigInt(await viem.getStorageAt({ address, slot: numberToHex(2) })), 0n);
    });

    test('mines blocks, with an interval between them', async () => {
      const [from, then] = [await height(), await time()];
      await viem.mine({ blocks: 1 });
      assert.equal(await height(), from + 1);
      const first = await time();
      assert.ok(first > then);
      await viem.mine({ blocks: 4, interval: 600 });
      assert.equal(await height(), from + 5);
      assert.ok((await time()) >= first + 3 * 600);
    });

    test('moves and sets the time', async () => {
      const start = await time();
      await viem.increaseTime({ seconds: 86_400 });
      await viem.mine({ blocks: 1 });
      const later = await time();
      assert.ok(later >= start + 86_400, `${start} ${later}`);
      await viem.setNextBlockTimestamp({ timestamp: BigInt(later + 1_000) });
      await send(stranger());
      assert.equal(await time(), later + 1_000);
      await viem.mine({ blocks: 1 });
      assert.ok((await time()) > later + 1_000, 'the clock goes on from there');
    });

    test('goes back to a snapshot', async () => {
      const [from, before] = [await height(), await balance(other)];
      const snapshot = await viem.snapshot();
      await send(other, 5n);
      assert.equal(await balance(other), before + 5n);
      await viem.revert({ id: snapshot });
      assert.equal(await balance(other), before);
      assert.equal(await height(), from);
    });

    test('impersonates an account, and stops', async () => {
      const address = getAddress(stranger());
      await viem.setBalance({ address, value: parseEther('1') });
      await viem.impersonateAccount({ address });
      const hash = await viem.sendTransaction({ account: address, to: other, value: 7n });
      const { from, status } = await viem.getTransactionReceipt({ hash });
      assert.deepEqual([getAddress(from), status], [address, 'success']);
      assert.equal(getAddress((await viem.getTransaction({ hash })).from), address);
      await viem.stopImpersonatingAccount({ address });
      await assert.rejects(viem.sendTransaction({ account: address, to: other, value: 7n }), /unknown account/);
    });

    test('sets automine, and drops what waits', async () => {
      await viem.setAutomine(false);
      assert.equal(await viem.getAutomine(), false);
      const from = await height();
      const hashes = [await send(other, 1n), await send(other, 2n)];
      assert.equal(await receipt(hashes[0]), null);
      await viem.dropTransaction({ hash: hashes[1] });
      await viem.mine({ blocks: 1 });
      assert.equal((await receipt(hashes[0])).status, '0x1');
      assert.equal(await rpc('eth_getTransactionByHash', hashes[1]), null);
      assert.equal(await height(), from + 1);
      await viem.setAutomine(true);
      assert.equal(await viem.getAutomine(), true);
      assert.equal((await receipt(await send(other))).status, '0x1');
    });

    test('sets coinbase, base fee and gas limit of the next block', async () => {
      const address = stranger().toLowerCase();
      await viem.setCoinbase({ address });
      await viem.setNextBlockBaseFeePerGas({ baseFeePerGas: 12_345_678_901n });
      await viem.setBlockGasLimit({ gasLimit: 20_000_000n });
      assert.equal(BigInt(await rpc('eth_baseFee')), 12_345_678_901n);
      const { effectiveGasPrice } = await receipt(await send(other, 1n, { maxFeePerGas: hex(10n ** 11n), maxPriorityFeePerGas: '0x5' }));
      assert.equal(BigInt(effectiveGasPrice), 12_345_678_906n);
      const { miner, baseFeePerGas, gasLimit } = await block();
      assert.deepEqual([miner, BigInt(baseFeePerGas), BigInt(gasLimit)], [address, 12_345_678_901n, 20_000_000n]);
      assert.equal(await balance(address), 5n * 21_000n);
      await viem.mine({ blocks: 1 });
      assert.ok(BigInt((await block()).baseFeePerGas) < 12_345_678_901n);
    });

    test('dumps the state, and loads it again', async () => {
      const address = stranger();
      await viem.setBalance({ address, value: 99n });
      const state = await viem.dumpState();
      await viem.setBalance({ address, value: 1n });
      await viem.loadState({ state });
      assert.equal(await viem.getBalance({ address }), 99n);
    });

    test('sends a transaction that nobody has signed', async () => {
      const address = stranger();
      await viem.setBalance({ address, value: parseEther('1') });
      const hash = await viem.sendUnsignedTransaction({ from: address, to: other, value: 3n });
      assert.equal((await viem.getTransactionReceipt({ hash })).status, 'success');
    });
  });
}

describe('dumps', () => {
  test('have instances and their templates, in whatever order', async () => {
    const keeper = contract('keeper');
    const make = async (code, number) => {
      const { hash } = await rpc('contract_deploy', { from: owner, code, args: { number } });
      return (await receipt(hash)).contractAddress;
    };
    const before = await rpc('evm_snapshot');
    const template = await make(keeper.bytecode, '7');
    const instances = [];
    for (const number of ['8', '9', '10']) instances.push(await make(`0xef5a5803${template.slice(2)}`, number));
    const state = await rpc('anvil_dumpState');
    await rpc('evm_revert', before);
    assert.equal(await rpc('eth_getCode', template, 'latest'), '0x');
    await rpc('anvil_loadState', state);
    const number = async (address) => (await rpc('contract_staticCall', { address, action: 'number' })).result;
    assert.deepEqual(await Promise.all([template, ...instances].map(number)), ['7', '8', '9', '10']);
  });

  test('do not make instances of what nobody has', async () => {
    const error = await rpcError('anvil_setCode', stranger(), `0xef5a5803${'12'.repeat(32)}`);
    assert.match(error.message, /no code with the hash 0x1212\w+ has a module; deploy the template first/);
  });
});

describe('snapshots', () => {
  test('nest, and going back to one takes the later ones with it', async () => {
    const address = stranger();
    const ids = [];
    for (let level = 0; level < 40; level += 1) {
      ids.push(await rpc('evm_snapshot'));
      await send(address, 1n);
    }
    assert.equal(await balance(address), 40n);
    assert.equal(await rpc('evm_revert', ids[30]), true);
    assert.equal(await balance(address), 30n);
    assert.equal(await rpc('evm_revert', ids[31]), false);
    assert.equal(await rpc('evm_revert', ids[30]), false);
    assert.equal(await rpc('evm_revert', ids[0]), true);
    assert.equal(await balance(address), 0n);
  });

  test('hold more blocks than the window', async () => {
    const [from, snapshot] = [await height(), await rpc('evm_snapshot')];
    await rpc('anvil_mine', hex(600));
    assert.equal(await height(), from + 600);
    assert.equal(await rpc('evm_revert', snapshot), true);
    assert.equal(await height(), from);
    assert.equal((await receipt(await send(other))).status, '0x1');
  });

  test('undo blocks, receipts, logs and nonces; what was mined since does not come back', async () => {
    const nonce = await rpc('eth_getTransactionCount', owner, 'pending');
    const snapshot = await rpc('evm_snapshot');
    const hash = await send(other, 1n);
    const mined = await receipt(hash);
    assert.equal(await rpc('evm_revert', snapshot), true);
    assert.equal(await receipt(hash), null);
    assert.equal(await rpc('eth_getTransactionByHash', hash), null);
    assert.equal(await rpc('eth_getBlockByHash', mined.blockHash, false), null);
    assert.equal(await rpc('eth_getTransactionCount', owner, 'pending'), nonce);
    assert.deepEqual(await rpc('txpool_status'), { pending: '0x0', queued: '0x0' });
  });

  test('restore what waited', async () => {
    await rpc('evm_setAutomine', false);
    const hash = await send(other, 1n);
    const snapshot = await rpc('evm_snapshot');
    await rpc('evm_mine');
    assert.equal((await receipt(hash)).status, '0x1');
    const late = await send(other, 2n);
    assert.equal(await rpc('evm_revert', snapshot), true);
    assert.equal(await receipt(hash), null);
    assert.equal((await rpc('eth_getTransactionByHash', hash)).blockNumber, null);
    assert.equal(await rpc('eth_getTransactionByHash', late), null);
    await rpc('evm_mine');
    assert.equal((await receipt(hash)).status, '0x1');
  });

  test('restore the clock', async () => {
    const snapshot = await rpc('evm_snapshot');
    const now = await time();
    await rpc('evm_increaseTime', 10_000_000);
    await rpc('evm_mine');
    assert.ok((await time()) >= now + 10_000_000);
    await rpc('evm_revert', snapshot);
    await rpc('evm_mine');
    assert.ok((await time()) < now + 10_000_000);
  });
});

describe('blocks', () => {
  test('evm_mine takes a time, or an object, and answers as anvil does', async () => {
    const [from, now] = [await height(), await time()];
    assert.equal(await rpc('evm_mine', now + 500), '0x0');
    assert.equal(await time(), now + 500);
    assert.equal(await rpc('evm_mine', { blocks: 3 }), '0x0');
    assert.equal(await height(), from + 4);
    const { code, message } = await rpcError('evm_mine', now);
    assert.equal(code, -32602);
    assert.match(message, /is lower than or equal to previous block's timestamp/);
  });

  test('come at an interval while that is asked for', async () => {
    await rpc('evm_setIntervalMining', 1);
    assert.equal(await rpc('anvil_getIntervalMining'), 1);
    assert.equal(await rpc('anvil_getAutomine'), false);
    const provider = connect();
    const next = new Promise((resolve) => provider.once('block', resolve));
    await next;
    const hash = await send(other);
    const mined = await provider.waitForTransaction(hash, 1, 30_000);
    assert.equal(mined.status, 1);
    provider.destroy();
    await rpc('evm_setIntervalMining', 0);
    assert.equal((await rpc('miner_status')).mode, 'manual');
  });

  test('have the interval in their times that is set', async () => {
    await rpc('anvil_setBlockTimestampInterval', 12);
    const now = await time();
    await rpc('anvil_mine', 3);
    assert.equal(await time(), now + 36);
    assert.equal(await rpc('anvil_removeBlockTimestampInterval'), true);
    assert.equal(await rpc('anvil_removeBlockTimestampInterval'), false);
  });

  test('too many at once are refused', async () => {
    assert.match((await rpcError('anvil_mine', 10_000_000)).message, /the limit is 100000/);
  });

  test('miner_* starts, stops and makes them', async () => {
    assert.equal((await rpc('miner_status')).mode, 'automine');
    await rpc('miner_stop');
    const hash = await send(other);
    assert.equal(await receipt(hash), null);
    const made = await rpc('miner_mineBlock');
    assert.deepEqual(made.transactions, [hash]);
    assert.equal(made.hash, (await block()).hash);
    await rpc('miner_start', 1);
    assert.equal((await receipt(await send(other))).status, '0x1');
    await rpc('miner_setMinerAddress', other);
    assert.equal((await rpc('eth_coinbase')).toLowerCase(), other.toLowerCase());
  });

  test('are marked where the rules alone would not make them, and the chain still holds together', async () => {
    const mark = `0x${Buffer.from('zexus dev').toString('hex')}`;
    await rpc('evm_mine');
    assert.equal((await block()).extraData, '0x');
    await rpc('anvil_setBalance', other, '0x5');
    assert.equal((await block()).extraData, mark);
    await rpc('anvil_setPrevRandao', hex(77));
    await rpc('evm_mine');
    assert.deepEqual([BigInt((await block()).mixHash), (await block()).extraData], [77n, mark]);
    const { valid, problem } = await rpc('zx_validateChain');
    assert.ok(valid, problem);
  });
});

describe('edits of the state', () => {
  test('are in the root: a proof of an edited account holds, and its history names the block', async () => {
    const address = stranger();
    await rpc('anvil_setBalance', address, hex(123));
    const { balance: proven, accountProof } = await rpc('eth_getProof', address, [], 'latest');
    assert.equal(BigInt(proven), 123n);
    assert.ok(accountProof.length > 0);
    const [change] = await rpc('zx_getAccountHistory', address);
    assert.equal(change.blockNumber, (await block()).number);
    assert.equal(change.transactionIndex, null);
    assert.equal(change.before, null);
    assert.equal(await balance(address, hex((await height()) - 1)), 0n);
  });

  test('that change nothing make no block', async () => {
    const from = await height();
    await rpc('anvil_setBalance', other, hex(await balance(other)));
    await rpc('anvil_setStorageAt', stranger(), '0x0', `0x${'00'.repeat(32)}`);
    assert.equal(await height(), from);
  });

  test('give a WASM module to an address, whose storage may be set', async () => {
    const address = stranger();
    await rpc('anvil_setCode', address, accountCode(module));
    const supply = await rpc('eth_call', { to: address, data: token.encodeFunctionData('totalSupply') });
    assert.deepEqual(token.decodeFunctionResult('totalSupply', supply).toArray(), [0n]);
    const { code, message } = await rpcError('anvil_setCode', address, '0xef5a580100');
    assert.equal(code, -32602);
    assert.match(message, /invalid WASM module/);
  });

  test('of a contract’s slot are what the contract sees', async () => {
    const sent = await rpc('contract_deploy', { from: owner, code: Store.bytecode, args: [] });
    const { contractAddress: at } = await receipt(sent.hash);
    await rpc('hardhat_setStorageAt', at, '0x0', zeroPadValue(toBeHex(4242), 32));
    assert.equal(BigInt(await rpc('eth_getStorageAt', at, '0x0', 'latest')), 4242n);
  });

  test('of a balance let the account send at once', async () => {
    const poor = wallet(5, connect());
    await rpc('anvil_setBalance', poor.address, '0x0');
    await assert.rejects(poor.sendTransaction({ to: other, value: 1n }), /insufficient funds/);
    await rpc('anvil_addBalance', poor.address, hex(10n ** 18n));
    const sent = await poor.sendTransaction({ to: other, value: 1n });
    assert.equal((await sent.wait()).status, 1);
    poor.provider.destroy();
  });
});

describe('impersonation', () => {
  test('sends for a contract, which ethers sees as any transaction', async () => {
    const provider = connect();
    const deployed = await new ContractFactory(abi, bytecode, wallet(0, provider)).deploy('Test', 'T', 18, 1_000n);
    await deployed.waitForDeployment();
    const self = await deployed.getAddress();
    await (await deployed.transfer(self, 10n)).wait();
    await rpc('hardhat_setBalance', self, hex(10n ** 18n));
    await rpc('hardhat_impersonateAccount', self);
    assert.ok((await rpc('eth_accounts')).some((address) => getAddress(address) === self));
    const signer = await provider.getSigner(self);
    const mined = await (await deployed.connect(signer).transfer(other, 4n)).wait();
    assert.deepEqual([mined.status, mined.from, mined.logs.length], [1, self, 1]);
    assert.equal(await deployed.balanceOf(other), 4n);
    provider.destroy();
  });

  test('of all accounts at once', async () => {
    const address = stranger();
    await rpc('anvil_setBalance', address, hex(10n ** 18n));
    await assert.rejects(rpc('eth_sendTransaction', { from: address, to: other, value: '0x1' }), /unknown account/);
    await rpc('anvil_autoImpersonateAccount', true);
    const hash = await rpc('eth_sendTransaction', { from: address, to: other, value: '0x1' });
    assert.equal((await receipt(hash)).from.toLowerCase(), address.toLowerCase());
    await rpc('anvil_autoImpersonateAccount', false);
  });

  test('is no way to send for others from outside', async () => {
    const address = stranger();
    await rpc('anvil_setBalance', address, hex(10n ** 18n));
    await rpc('anvil_impersonateAccount', address);
    await rpc('evm_setAutomine', false);
    const hash = await rpc('eth_sendTransaction', { from: address, to: other, value: '0x1' });
    const raw = await rpc('eth_getRawTransactionByHash', hash);
    await rpc('anvil_dropAllTransactions');
    assert.match((await rpcError('eth_sendRawTransaction', raw)).message, /signature/);
  });
});

describe('the rest', () => {
  test('the faucet gives real transactions, within its bound', async () => {
    const address = stranger();
    const mined = await receipt(await rpc('zx_faucet', address));
    assert.equal(mined.status, '0x1');
    assert.equal(await balance(address), 10n ** 18n);
    await rpc('zx_faucet', address, hex(99n * 10n ** 18n));
    assert.match((await rpcError('zx_faucet', address)).message, /gives 100000000000000000000 at most/);
    assert.equal((await receipt(await rpc('admin_fundAccount', address, hex(200n * 10n ** 18n)))).status, '0x1');
    assert.equal(await balance(address), 300n * 10n ** 18n);
  });

  test('the node describes itself as anvil and Hardhat do', async () => {
    const info = await rpc('anvil_nodeInfo');
    assert.equal(BigInt(info.currentBlockNumber), BigInt(await height()));
    assert.equal(info.environment.chainId, 31337);
    const [anvil, hardhat] = [await rpc('anvil_metadata'), await rpc('hardhat_metadata')];
    assert.deepEqual(anvil, hardhat);
    assert.equal(hardhat.latestBlockHash, (await block()).hash);
    assert.match(hardhat.instanceId, /^0x[0-9a-f]{64}$/);
  });

  test('accounts sign messages', async () => {
    const signature = await rpc('personal_sign', `0x${Buffer.from('hello').toString('hex')}`, owner);
    assert.equal(verifyMessage('hello', signature), owner);
  });

  test('a reset goes back to the first block', async () => {
    const address = stranger();
    const snapshot = await rpc('evm_snapshot');
    await rpc('anvil_setBalance', address, '0x5');
    const fork = await rpcError('hardhat_reset', { forking: { jsonRpcUrl: 'http://127.0.0.1:1' } });
    assert.match(fork.message, /--fork/);
    if (await rpc('hardhat_reset')) {
      assert.equal(await height(), 0);
      assert.equal(await balance(address), 0n);
      assert.equal(await balance(owner), FUNDS);
      assert.equal(await rpc('evm_revert', snapshot), false);
    }
    assert.equal((await receipt(await send(other))).status, '0x1');
    undo = await rpc('evm_snapshot');
  });

  test('parameters that cannot be are refused', async () => {
    for (const [method, ...params] of [
      ['anvil_setBalance', owner, 'many'],
      ['anvil_setBalance', owner, -1],
      ['anvil_setNonce', owner, hex(2n ** 64n)],
      ['anvil_setStorageAt', owner, '0x0', `0x1${'00'.repeat(32)}`],
      ['evm_increaseTime', {}],
      ['anvil_loadState', '0x00'],
      ['evm_setBlockGasLimit', hex(10n ** 12n)],
    ])
      assert.equal((await rpcError(method, ...params)).code, -32602, `${method} ${params}`);
  });
});
