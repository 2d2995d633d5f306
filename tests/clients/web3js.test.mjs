// web3.js 4, unmodified, against a Zexus node.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Web3 } from 'web3';
import { contract } from './lib/artifacts.mjs';
import { CHAIN_ID, accounts, rpcUrl, stranger } from './lib/env.mjs';
import { compile } from './lib/solidity.mjs';

const web3 = new Web3(rpcUrl());
// A plain error where the node says one, and receipts as soon as they are there.
web3.eth.transactionPollingInterval = 50;
web3.eth.handleRevert = false;
const [owner, other] = [4, 5].map((i) => web3.eth.accounts.wallet.add(accounts[i].privateKey)[0] ?? web3.eth.accounts.privateKeyToAccount(accounts[i].privateKey));
const from = accounts[4].address;
const { abi, bytecode } = contract('zx20');
const { Store } = compile();
let token, store;

const refused = (promise) => promise.then((value) => assert.fail(`gave ${value}`), (error) => error);

before(async () => {
  assert.ok(owner && other);
  token = await new web3.eth.Contract(abi).deploy({ data: bytecode, arguments: ['Web3 Token', 'W3T', 18, 1_000_000n] }).send({ from });
  store = await new web3.eth.Contract(Store.abi).deploy({ data: Store.bytecode }).send({ from });
});

describe('the chain', () => {
  test('is the dev chain', async () => {
    assert.equal(await web3.eth.getChainId(), CHAIN_ID);
    assert.equal(await web3.eth.net.getId(), CHAIN_ID);
    assert.equal(await web3.eth.net.isListening(), true);
    assert.match(await web3.eth.getNodeInfo(), /^Zexus\//);
    assert.equal(await web3.eth.isSyncing(), false);
    assert.ok((await web3.eth.getBalance(from)) > 0n);
    assert.ok((await web3.eth.getGasPrice()) > 0n);
    assert.ok((await web3.eth.getMaxPriorityFeePerGas()) > 0n);
  });

  test('has blocks, with transactions and without', async () => {
    const block = await web3.eth.getBlock('latest', true);
    assert.equal(block.hash, (await web3.eth.getBlock(block.number)).hash);
    assert.equal(await web3.eth.getBlockTransactionCount(block.hash), BigInt(block.transactions.length));
    assert.equal(await web3.eth.getBlockUncleCount(block.hash), 0n);
    const history = await web3.eth.getFeeHistory(2, 'latest', [50]);
    assert.equal(history.baseFeePerGas.length, history.gasUsedRatio.length + 1);
  });
});

describe('a WebAssembly contract', () => {
  test('was deployed with its constructor', async () => {
    assert.equal(await token.methods.name().call(), 'Web3 Token');
    assert.equal(await token.methods.totalSupply().call(), 1_000_000n);
    assert.equal(await token.methods.balanceOf(from).call(), 1_000_000n);
  });

  test('is called, and its events are decoded', async () => {
    const to = stranger();
    const receipt = await token.methods.transfer(to, 7n).send({ from });
    assert.equal(receipt.status, 1n);
    assert.equal(receipt.events.Transfer.returnValues.value, 7n);
    assert.equal(await token.methods.balanceOf(to).call(), 7n);
    const events = await token.getPastEvents('Transfer', { fromBlock: receipt.blockNumber, filter: { to } });
    assert.deepEqual(events.map(({ returnValues }) => returnValues.value), [7n]);
    assert.ok((await token.methods.transfer(to, 1n).estimateGas({ from })) > 21_000n);
  });

  test('reverts with its own error', async () => {
    const error = await refused(token.methods.transfer(stranger(), 10n ** 18n).call({ from }));
    assert.equal(error.cause?.errorName, 'ERC20InsufficientBalance', error.message);
  });
});

describe('an EVM contract', () => {
  test('is called, with value', async () => {
    const receipt = await store.methods.set(42n).send({ from, value: '5' });
    assert.deepEqual([receipt.events.Stored.returnValues.number, receipt.events.Stored.returnValues.value], [42n, 5n]);
    assert.equal(await store.methods.number().call(), 42n);
    assert.equal(await web3.eth.getStorageAt(store.options.address, 0), `0x${'2a'.padStart(64, '0')}`);
  });

  test('reverts with its own error', async () => {
    const error = await refused(store.methods.refuse(9n).call({ from }));
    assert.equal(error.cause?.errorName, 'Refused', error.message);
  });
});

describe('transactions', () => {
  test('are signed here and sent', async () => {
    const to = stranger();
    const signed = await web3.eth.accounts.signTransaction(
      { to, value: '3', gas: 21_000n, maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 9n, nonce: await web3.eth.getTransactionCount(from, 'pending'), chainId: CHAIN_ID },
      accounts[4].privateKey,
    );
    const receipt = await web3.eth.sendSignedTransaction(signed.rawTransaction);
    assert.equal(receipt.transactionHash, signed.transactionHash);
    assert.equal(await web3.eth.getBalance(to), 3n);
    const tx = await web3.eth.getTransaction(receipt.transactionHash);
    assert.deepEqual([tx.from, tx.value], [from.toLowerCase(), 3n]);
  });

  test('are signed by the node for its own accounts', async () => {
    const plain = new Web3(rpcUrl());
    const [first] = await plain.eth.getAccounts();
    const to = stranger();
    const receipt = await plain.eth.sendTransaction({ from: first, to, value: '4' });
    assert.equal(receipt.status, 1n);
    assert.equal(await plain.eth.getBalance(to), 4n);
  });

  test('are refused in geth’s words', async () => {
    const low = await web3.eth.accounts.signTransaction(
      { to: stranger(), value: '1', gas: 21_000n, maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 1n, nonce: 0n, chainId: CHAIN_ID },
      accounts[4].privateKey,
    );
    const error = await refused(web3.eth.sendSignedTransaction(low.rawTransaction));
    assert.match(`${error.message} ${error.innerError?.message ?? ''} ${error.cause?.message ?? ''}`, /nonce too low/);
  });

  test('have proofs and access lists', async () => {
    const proof = await web3.eth.getProof(store.options.address, [`0x${'0'.repeat(64)}`], 'latest');
    assert.equal(proof.storageProof.length, 1);
    const { accessList, gasUsed } = await web3.eth.createAccessList({ from, to: store.options.address, data: store.methods.set(1n).encodeABI() });
    assert.ok(accessList.length === 1 && BigInt(gasUsed) > 21_000n);
  });
});
