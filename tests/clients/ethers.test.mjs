// ethers 6, unmodified, against a Zexus node.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ContractFactory, NonceManager, Transaction, getCreateAddress, id, parseEther, zeroPadValue } from 'ethers';
import { accountCode, contract } from './lib/artifacts.mjs';
import { CHAIN_ID, FUNDS, accounts, connect, stranger, wallet } from './lib/env.mjs';
import { rpcError } from './lib/rpc.mjs';

const SUPPLY = 1_000_000n;
const zx20 = contract('zx20');
let provider, owner, other, token, tokenAddress;

before(async () => {
  provider = connect();
  owner = wallet(0, provider);
  other = wallet(1, provider);
});
after(() => provider.destroy());

const code = (expected) => (error) => {
  assert.equal(error.code, expected, error.message);
  return true;
};

describe('the chain', () => {
  test('is the dev chain, with ten funded accounts', async () => {
    assert.equal((await provider.getNetwork()).chainId, CHAIN_ID);
    for (const { address } of accounts) assert.equal(await provider.getBalance(address), FUNDS);
  });

  test('has EIP-1559 fees', async () => {
    const fees = await provider.getFeeData();
    assert.ok(fees.maxFeePerGas > 0n && fees.gasPrice > 0n, JSON.stringify(fees, (_, v) => v?.toString()));
    const block = await provider.getBlock('latest');
    assert.equal(typeof block.baseFeePerGas, 'bigint');
    assert.equal(block.difficulty, 0n);
  });
});

describe('deployment', () => {
  test('ContractFactory deploys the module with its constructor arguments', async () => {
    const nonce = await owner.getNonce();
    const factory = new ContractFactory(zx20.abi, zx20.bytecode, owner);
    token = await factory.deploy('Zexus Token', 'ZXT', 18, SUPPLY);
    await token.waitForDeployment();
    tokenAddress = await token.getAddress();
    const receipt = await token.deploymentTransaction().wait();
    assert.equal(tokenAddress, getCreateAddress({ from: owner.address, nonce }));
    assert.equal(receipt.contractAddress, tokenAddress);
    assert.equal(receipt.to, null);
    assert.equal(receipt.status, 1);
  });

  test('stores the module behind its prefix', async () => {
    assert.equal(await provider.getCode(tokenAddress), accountCode(zx20.module));
  });

  test('ran the constructor', async () => {
    assert.equal(await token.name(), 'Zexus Token');
    assert.equal(await token.symbol(), 'ZXT');
    assert.equal(await token.decimals(), 18n);
    assert.equal(await token.totalSupply(), SUPPLY);
    assert.equal(await token.balanceOf(owner.address), SUPPLY);
    assert.equal(await token.balanceOf(other.address), 0n);
  });
});

describe('transactions', () => {
  for (const type of [0, 1, 2]) {
    test(`of type ${type} move coins and charge exactly the gas`, async () => {
      const to = stranger();
      const funds = await provider.getBalance(owner.address);
      const sent = await owner.sendTransaction({ to, value: parseEther('1'), type });
      const receipt = await sent.wait();
      assert.equal(receipt.type, type);
      assert.equal(receipt.status, 1);
      assert.equal(receipt.gasUsed, 21_000n);
      assert.equal(await provider.getBalance(to), parseEther('1'));
      assert.equal(await provider.getBalance(owner.address), funds - parseEther('1') - receipt.fee);

      const found = await provider.getTransaction(sent.hash);
      assert.equal(found.type, type);
      assert.equal(found.from, owner.address);
      assert.equal(found.chainId, CHAIN_ID);
      assert.equal(found.blockHash, receipt.blockHash);
      assert.equal(Transaction.from(found).hash, sent.hash, 'every signed field came back as it was sent');
    });

    test(`of type ${type} call the contract`, async () => {
      const to = stranger();
      const receipt = await (await token.transfer(to, 5n, { type })).wait();
      assert.equal(receipt.type, type);
      assert.equal(await token.balanceOf(to), 5n);
    });
  }

  test('with an access list keep it', async () => {
    const accessList = [{ address: tokenAddress, storageKeys: [zeroPadValue('0x02', 32)] }];
    const sent = await token.transfer(stranger(), 1n, { type: 1, accessList });
    await sent.wait();
    assert.deepEqual((await provider.getTransaction(sent.hash)).accessList, accessList);
  });

  test('are found in their block, hydrated and by hash', async () => {
    const sent = await token.transfer(stranger(), 1n);
    const receipt = await sent.wait();
    const block = await provider.getBlock(receipt.blockNumber, true);
    assert.equal(block.hash, receipt.blockHash);
    assert.equal(block.parentHash, (await provider.getBlock(receipt.blockNumber - 1)).hash);
    assert.equal(block.getPrefetchedTransaction(sent.hash).from, owner.address);
    assert.equal((await receipt.getBlock()).number, receipt.blockNumber);
    assert.ok((await block.getTransaction(receipt.index)).hash === sent.hash);
    assert.ok(block.gasUsed >= receipt.gasUsed && block.gasUsed <= block.gasLimit);
  });

  test('estimateGas is enough and close', async () => {
    const to = stranger();
    const estimate = await token.transfer.estimateGas(to, 7n);
    const receipt = await (await token.transfer(to, 7n, { gasLimit: estimate })).wait();
    assert.equal(receipt.status, 1);
    assert.ok(estimate <= receipt.gasUsed + receipt.gasUsed / 4n, `estimate ${estimate}, used ${receipt.gasUsed}`);
    assert.equal(await owner.estimateGas({ to: stranger(), value: 1n }), 21_000n);
  });

  test('twenty at once get their nonces in order', async () => {
    const manager = new NonceManager(owner);
    const first = await owner.getNonce('pending');
    const to = stranger();
    const sent = await Promise.all(Array.from({ length: 20 }, () => token.connect(manager).transfer(to, 1n)));
    await Promise.all(sent.map((tx) => tx.wait()));
    assert.deepEqual(sent.map((tx) => tx.nonce).sort((a, b) => a - b), Array.from({ length: 20 }, (_, i) => first + i));
    assert.equal(await token.balanceOf(to), 20n);
    assert.equal(await owner.getNonce(), first + 20);
  });

  test('one that comes before its predecessor waits for it', async () => {
    const nonce = await owner.getNonce();
    const to = stranger();
    const later = await owner.sendTransaction({ to, value: 2n, nonce: nonce + 1 });
    assert.equal(await later.provider.getTransactionReceipt(later.hash), null);
    assert.equal((await provider.getTransaction(later.hash)).blockNumber, null);
    await owner.sendTransaction({ to, value: 1n, nonce });
    assert.equal((await later.wait()).status, 1);
    assert.equal(await provider.getBalance(to), 3n);
  });

  test('with a used nonce are NONCE_EXPIRED', async () => {
    const nonce = (await owner.getNonce()) - 1;
    await assert.rejects(owner.sendTransaction({ to: stranger(), nonce, gasLimit: 21_000n }), code('NONCE_EXPIRED'));
  });

  test('beyond the balance are INSUFFICIENT_FUNDS', async () => {
    const value = FUNDS * 2n;
    await assert.rejects(other.sendTransaction({ to: stranger(), value, gasLimit: 21_000n }), code('INSUFFICIENT_FUNDS'));
    await assert.rejects(other.estimateGas({ to: stranger(), value }), code('INSUFFICIENT_FUNDS'));
  });
});

describe('events', () => {
  test('are decoded from the receipt', async () => {
    const to = stranger();
    const receipt = await (await token.transfer(to, 11n)).wait();
    assert.equal(receipt.logs.length, 1);
    const [log] = receipt.logs;
    assert.equal(log.eventName, 'Transfer');
    assert.deepEqual([...log.args], [owner.address, to, 11n]);
    assert.equal(log.address, tokenAddress);
    assert.equal(log.transactionHash, receipt.hash);
    assert.equal(log.topics[0], id('Transfer(address,address,uint256)'));
  });

  test('queryFilter finds them by indexed argument and range', async () => {
    const [a, b] = [stranger(), stranger()];
    const first = await (await token.transfer(a, 1n)).wait();
    await (await token.transfer(b, 2n)).wait();
    const last = await (await token.transfer(a, 3n)).wait();
    const amounts = async (...query) => (await token.queryFilter(...query)).map(({ args }) => args[2]);
    assert.deepEqual(await amounts(token.filters.Transfer(null, a)), [1n, 3n]);
    assert.deepEqual(await amounts(token.filters.Transfer(owner.address, [a, b]), first.blockNumber), [1n, 2n, 3n]);
    assert.deepEqual(await amounts(token.filters.Transfer(null, a), last.blockNumber), [3n]);
    assert.deepEqual(await amounts(token.filters.Transfer(a)), []);
    const byHash = await provider.getLogs({ blockHash: last.blockHash, address: tokenAddress });
    assert.deepEqual(byHash.map(({ transactionHash }) => transactionHash), [last.hash]);
  });

  test('contract.on hears of new ones', { timeout: 20_000 }, async () => {
    const to = stranger();
    const watching = Promise.all([answer('eth_blockNumber'), answer('eth_newFilter'), answer('eth_getFilterChanges')]);
    await provider.on('block', () => {});
    const heard = new Promise((resolve) => token.on(token.filters.Transfer(null, to), resolve));
    await watching;
    const receipt = await (await token.transfer(to, 13n)).wait();
    const event = await heard;
    assert.deepEqual([...event.args], [owner.address, to, 13n]);
    assert.equal(event.log.transactionHash, receipt.hash);
    await token.removeAllListeners();
    await provider.removeAllListeners();
  });
});

/** Resolves when the provider has the answer to a call of `method` that it makes from now on. */
function answer(method) {
  return new Promise((resolve) => {
    const ids = new Set();
    const listen = ({ action, payload, result }) => {
      for (const call of [payload ?? []].flat()) if (call.method === method) ids.add(call.id);
      if (action !== 'receiveRpcResult' || ![result].flat().some(({ id }) => ids.has(id))) return;
      provider.off('debug', listen);
      resolve();
    };
    provider.on('debug', listen);
  });
}

describe('reverts', () => {
  /** Expects a custom error. ethers decodes it itself on a call, and hands over the data when it estimates. */
  const named = (name, ...args) => (error) => {
    assert.equal(error.code, 'CALL_EXCEPTION', error.message);
    const revert = error.action === 'call' ? error.revert : token.interface.parseError(error.data);
    assert.equal(revert?.name, name, error.message);
    assert.deepEqual([...revert.args], args);
    return true;
  };
  const shortBy = (amount) => named('ERC20InsufficientBalance', other.address, 0n, amount);
  const asOther = () => token.connect(other);

  test('are decoded from a call', () => assert.rejects(asOther().transfer.staticCall(stranger(), 9n), shortBy(9n)));

  test('are decoded from estimateGas', () => assert.rejects(asOther().transfer.estimateGas(stranger(), 9n), shortBy(9n)));

  test('are decoded when sending', () => assert.rejects(asOther().transfer(stranger(), 9n), shortBy(9n)));

  test('have code 3, geth’s words and the data', async () => {
    const data = token.interface.encodeFunctionData('transfer', [stranger(), 9n]);
    const expected = token.interface.encodeErrorResult('ERC20InsufficientBalance', [other.address, 0n, 9n]);
    for (const method of ['eth_call', 'eth_estimateGas']) {
      const error = await rpcError(method, { from: other.address, to: tokenAddress, data });
      assert.equal(error.code, 3, method);
      assert.match(error.message, /^execution reverted/, method);
      assert.equal(error.data, expected, method);
    }
  });

  test('that are mined have status 0, charge gas and change nothing else', async () => {
    const to = stranger();
    const funds = await provider.getBalance(other.address);
    const nonce = await other.getNonce();
    const sent = await asOther().transfer(to, 9n, { gasLimit: 200_000n });
    const failure = await sent.wait().then(assert.fail, (error) => error);
    assert.equal(failure.code, 'CALL_EXCEPTION');
    const { receipt } = failure;
    assert.equal(receipt.status, 0);
    assert.deepEqual(receipt.logs, []);
    assert.ok(receipt.gasUsed < 200_000n, 'a revert gives back what is left');
    assert.equal(await token.balanceOf(to), 0n);
    assert.equal(await other.getNonce(), nonce + 1);
    assert.equal(await provider.getBalance(other.address), funds - receipt.fee);
  });

  test('name the owner-only rule, the bad receiver and the missing allowance', async () => {
    const zero = `0x${'0'.repeat(40)}`;
    await assert.rejects(asOther().mint(other.address, 1n), named('OwnableUnauthorizedAccount', other.address));
    await assert.rejects(token.transfer(zero, 1n), named('ERC20InvalidReceiver', zero));
    await assert.rejects(
      asOther().transferFrom(owner.address, other.address, 1n),
      named('ERC20InsufficientAllowance', other.address, 0n, 1n),
    );
  });

  test('of an unknown selector are reverts too', async () => {
    const error = await rpcError('eth_call', { to: tokenAddress, data: '0xdeadbeef' });
    assert.equal(error.code, 3);
    assert.match(error.message, /^execution reverted/);
  });
});

describe('the token', () => {
  test('approve and transferFrom spend the allowance', async () => {
    const to = stranger();
    await (await token.approve(other.address, 100n)).wait();
    assert.equal(await token.allowance(owner.address, other.address), 100n);
    await (await token.connect(other).transferFrom(owner.address, to, 60n)).wait();
    assert.equal(await token.allowance(owner.address, other.address), 40n);
    assert.equal(await token.balanceOf(to), 60n);
  });

  test('mint and burn move the supply', async () => {
    const supply = await token.totalSupply();
    await (await token.mint(other.address, 500n)).wait();
    assert.equal(await token.totalSupply(), supply + 500n);
    await (await token.connect(other).burn(200n)).wait();
    assert.equal(await token.totalSupply(), supply + 300n);
    assert.equal(await token.balanceOf(other.address), 300n);
  });

  test('is read at the head by its number, and never wrongly at an older block', async () => {
    const to = stranger();
    const older = await (await token.transfer(to, 21n)).wait();
    const head = await (await token.transfer(to, 1n)).wait();
    assert.equal(await token.balanceOf(to, { blockTag: head.blockNumber }), 22n);
    // A node that has pruned a state says so.
    const before = await token.balanceOf(to, { blockTag: older.blockNumber }).catch((error) => error);
    if (before instanceof Error) assert.match(before.message, /state.*(not available|pruned|missing)|missing trie node/);
    else assert.equal(before, 21n);
  });
});
