// Proofs of state, transactions and receipts, verified by @ethereumjs/mpt; and the trail of what changed.
import { verifyMerkleProof } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { AbiCoder, Contract, ContractFactory, JsonRpcProvider, Wallet, getBytes, hexlify, keccak256, toBeHex } from 'ethers';
import { contract } from './lib/artifacts.mjs';
import { accounts, rpcUrl, stranger } from './lib/env.mjs';
import { rpc, rpcError } from './lib/rpc.mjs';

const provider = new JsonRpcProvider(rpcUrl(), undefined, { pollingInterval: 50, cacheTimeout: -1 });
const [owner, holder] = accounts.map(({ privateKey }) => new Wallet(privateKey, provider));
const { abi, bytecode } = contract('zx20');
const SUPPLY = 1_000_000n;
let token;
let receipts;

const number = (bytes) => (bytes.length === 0 ? 0n : BigInt(hexlify(bytes)));
/** Slot of `balances[holder]` if the mapping is at a slot. */
const entry = (address, slot) => keccak256(AbiCoder.defaultAbiCoder().encode(['address', 'uint256'], [address, slot]));
const verify = (root, key, proof) => verifyMerkleProof(getBytes(key), proof.map((node) => getBytes(node)), { root: getBytes(root), useKeyHashing: true });
const verifyPlain = (root, key, proof) => verifyMerkleProof(key, proof.map((node) => getBytes(node)), { root: getBytes(root) });

/** The slot that the token keeps balances at: found once, by trying. */
async function balancesSlot() {
  for (let slot = 0; slot < 20; slot += 1) {
    const value = await provider.getStorage(token, entry(owner.address, slot));
    if (BigInt(value) === (await token.balanceOf(owner.address))) return slot;
  }
  return assert.fail('no slot holds the balance');
}

before(async () => {
  token = await new ContractFactory(abi, bytecode, owner).deploy('Zexus Token', 'ZXT', 18, SUPPLY);
  await token.waitForDeployment();
  receipts = [];
  for (let amount = 1n; amount <= 12n; amount += 1n) receipts.push(await (await token.transfer(holder.address, amount)).wait());
});

describe('eth_getProof', () => {
  test('proves an account and its slots against the header', async () => {
    const slot = entry(holder.address, await balancesSlot());
    for (const { blockNumber } of [receipts[0], receipts[5], receipts[11]]) {
      const block = await rpc('eth_getBlockByNumber', toBeHex(blockNumber), false);
      const proof = await rpc('eth_getProof', token.target, [slot, '0x77'], toBeHex(blockNumber));
      const account = RLP.decode(await verify(block.stateRoot, token.target, proof.accountProof));
      assert.deepEqual(account.slice(0, 2).map(number), [BigInt(proof.nonce), BigInt(proof.balance)]);
      assert.deepEqual(account.slice(2).map((part) => hexlify(part)), [proof.storageHash, proof.codeHash]);
      assert.equal(proof.codeHash, keccak256(await provider.getCode(token.target)));
      const [held, never] = proof.storageProof;
      assert.equal(BigInt(held.value), await token.balanceOf(holder.address, { blockTag: blockNumber }));
      assert.equal(number(RLP.decode(await verify(proof.storageHash, slot, held.proof))), BigInt(held.value));
      assert.deepEqual([never.key, BigInt(never.value)], ['0x77', 0n]);
      assert.equal(await verify(proof.storageHash, toBeHex('0x77', 32), never.proof), null);
    }
  });

  test('proves that an account is not there', async () => {
    const nobody = stranger();
    const block = await rpc('eth_getBlockByNumber', 'latest', false);
    const proof = await rpc('eth_getProof', nobody, ['0x0'], block.number);
    assert.equal(await verify(block.stateRoot, nobody, proof.accountProof), null);
    assert.deepEqual([proof.balance, proof.nonce, proof.storageProof[0].proof], ['0x0', '0x0', []]);
    assert.equal(proof.codeHash, keccak256('0x'));
    assert.equal(proof.storageHash, keccak256('0x80'));
  });

  test('of another block does not hold', async () => {
    const [first, last] = await Promise.all([receipts[0], receipts[11]].map((r) => rpc('eth_getBlockByNumber', toBeHex(r.blockNumber), false)));
    const proof = await rpc('eth_getProof', token.target, [], first.number);
    await assert.rejects(verify(last.stateRoot, token.target, proof.accountProof));
  });

  test('refuses too many keys, and what is no key', async () => {
    const many = Array.from({ length: 1025 }, (_, i) => toBeHex(i));
    assert.equal((await rpcError('eth_getProof', token.target, many, 'latest')).code, -32602);
    assert.equal((await rpcError('eth_getProof', token.target, ['0xzz'], 'latest')).code, -32602);
    assert.equal((await rpcError('eth_getProof', token.target, [], '0xffffff')).code, -32000);
  });
});

describe('proofs of a block', () => {
  test('show that it has a transaction and its receipt', async () => {
    for (const { hash, blockHash, index } of receipts) {
      const block = await rpc('eth_getBlockByHash', blockHash, false);
      const tx = await rpc('zx_getTransactionProof', hash);
      assert.deepEqual([tx.root, tx.blockHash, Number(tx.transactionIndex)], [block.transactionsRoot, blockHash, index]);
      assert.equal(keccak256(tx.header), blockHash);
      const key = RLP.encode(index);
      assert.equal(hexlify(await verifyPlain(tx.root, key, tx.proof)), tx.value);
      assert.equal(keccak256(tx.value), hash);
      const receipt = await rpc('zx_getReceiptProof', hash);
      assert.equal(receipt.root, block.receiptsRoot);
      assert.equal(hexlify(await verifyPlain(receipt.root, key, receipt.proof)), receipt.value);
      // EIP-2718: the type, then status, gas, bloom and logs.
      const [status, , , logs] = RLP.decode(getBytes(receipt.value).slice(1));
      assert.deepEqual([number(status), logs.length], [1n, 1]);
    }
  });

  test('of a transaction that there is not are null', async () => {
    assert.equal(await rpc('zx_getTransactionProof', keccak256('0x01')), null);
    assert.equal(await rpc('zx_getReceiptProof', keccak256('0x01')), null);
  });
});

describe('the trail', () => {
  test('of a slot has each change with its block and transaction', async () => {
    const slot = entry(holder.address, await balancesSlot());
    const changes = await rpc('zx_getStorageHistory', token.target, slot);
    assert.deepEqual(changes.map((change) => Number(change.blockNumber)), receipts.map((receipt) => receipt.blockNumber));
    let held = 0n;
    for (const [place, change] of changes.entries()) {
      assert.equal(BigInt(change.before), held);
      held += BigInt(place + 1);
      assert.deepEqual([BigInt(change.after), Number(change.transactionIndex)], [held, 0]);
    }
  });

  test('of an account has its nonces', async () => {
    const someone = new Wallet(keccak256('0x1234'), provider);
    await (await owner.sendTransaction({ to: someone.address, value: 10n ** 18n })).wait();
    for (let i = 0; i < 3; i += 1) await (await someone.sendTransaction({ to: stranger(), value: 1n })).wait();
    const changes = await rpc('zx_getAccountHistory', someone.address);
    assert.equal(changes[0].before, null);
    assert.deepEqual(changes.map((change) => Number(change.after.nonce)), [0, 1, 2, 3]);
    assert.equal(BigInt(changes.at(-1).after.balance), await provider.getBalance(someone.address));
    const some = await rpc('zx_getAccountHistory', someone.address, changes[1].blockNumber, changes[2].blockNumber);
    assert.deepEqual(some, changes.slice(1, 3));
    assert.equal((await rpcError('zx_getAccountHistory', someone.address, '0x0', '0xffffff')).code, -32602);
  });

  test('leads to what calls of old blocks give', async () => {
    let held = 0n;
    const at = new Contract(token.target, abi, provider);
    for (const [place, { blockNumber }] of receipts.entries()) {
      held += BigInt(place + 1);
      assert.equal(await at.balanceOf(holder.address, { blockTag: blockNumber }), held);
    }
  });
});
