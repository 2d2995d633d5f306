// viem 2, unmodified, against a Zexus node.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  ContractFunctionRevertedError,
  InsufficientFundsError,
  NonceTooLowError,
  createPublicClient,
  createWalletClient,
  decodeEventLog,
  getContract,
  getContractAddress,
  http,
  parseEther,
  publicActions,
  zeroAddress,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { foundry } from 'viem/chains';
import { accountCode, contract } from './lib/artifacts.mjs';
import { CHAIN_ID, FUNDS, accounts, rpcUrl, stranger } from './lib/env.mjs';

const SUPPLY = 1_000_000n;
const { abi, bytecode, module } = contract('zx20');
const transport = http(rpcUrl());
// `foundry` is viem's name for a local chain with the id 31337.
const options = { chain: foundry, transport, pollingInterval: 50, cacheTime: 0 };
const client = createPublicClient(options);
const walletOf = (i) => createWalletClient({ ...options, account: privateKeyToAccount(accounts[i].privateKey) }).extend(publicActions);
const [owner, other] = [walletOf(0), walletOf(1)];
let token;

const mined = async (hash) => {
  const receipt = await client.waitForTransactionReceipt({ hash });
  assert.equal(receipt.status, 'success');
  return receipt;
};
const read = (functionName, ...args) => client.readContract({ abi, address: token, functionName, args });
const write = (functionName, args, more = {}) => owner.writeContract({ abi, address: token, functionName, args, ...more });
const transfer = async (...args) => mined(await write('transfer', args));

async function failure(promise) {
  return promise.then((value) => assert.fail(`gave ${value}`), (error) => error);
}

describe('the chain', () => {
  test('is the dev chain, with funded accounts', async () => {
    assert.equal(BigInt(await client.getChainId()), CHAIN_ID);
    for (const { address } of accounts) assert.equal(await client.getBalance({ address }), FUNDS);
  });

  test('has a fee market', async () => {
    const { maxFeePerGas, maxPriorityFeePerGas } = await client.estimateFeesPerGas();
    assert.ok(maxFeePerGas >= maxPriorityFeePerGas && maxFeePerGas > 0n);
    assert.ok((await client.getGasPrice()) > 0n);
    const { number } = await client.getBlock();
    await mined(await owner.sendTransaction({ to: stranger(), value: 1n }));
    const history = await client.getFeeHistory({ blockCount: 2, rewardPercentiles: [10, 50], blockNumber: number + 1n });
    const blocks = history.gasUsedRatio.length;
    assert.ok(blocks >= 1 && blocks <= 2);
    assert.equal(history.baseFeePerGas.length, blocks + 1);
    assert.deepEqual(history.reward.map((row) => row.length), Array(blocks).fill(2));
  });
});

describe('deployment', () => {
  before(async () => {
    const nonce = await client.getTransactionCount({ address: owner.account.address });
    const hash = await owner.deployContract({ abi, bytecode, args: ['Zexus Token', 'ZXT', 18, SUPPLY] });
    const receipt = await mined(hash);
    token = receipt.contractAddress;
    const expected = getContractAddress({ from: owner.account.address, nonce: BigInt(nonce) });
    assert.equal(token, expected.toLowerCase());
    assert.equal(receipt.to, null);
  });

  test('stores the module behind its prefix', async () => {
    assert.equal(await client.getCode({ address: token }), accountCode(module));
  });

  test('ran the constructor', async () => {
    assert.equal(await read('name'), 'Zexus Token');
    assert.equal(await read('symbol'), 'ZXT');
    assert.equal(await read('decimals'), 18);
    assert.equal(await read('totalSupply'), SUPPLY);
    assert.equal(await read('balanceOf', owner.account.address), SUPPLY);
  });

  test('reads many views in one batch', async () => {
    const batched = createPublicClient({ ...options, transport: http(rpcUrl(), { batch: true }) });
    const contractOf = getContract({ abi, address: token, client: batched });
    const [name, decimals, supply] = await Promise.all([
      contractOf.read.name(),
      contractOf.read.decimals(),
      contractOf.read.totalSupply(),
    ]);
    assert.deepEqual([name, decimals, supply], ['Zexus Token', 18, SUPPLY]);
  });
});

describe('transactions', () => {
  for (const type of ['legacy', 'eip2930', 'eip1559']) {
    test(`of type ${type} have the standard shape`, async () => {
      const to = stranger();
      const accessList = type === 'eip2930' ? [{ address: token, storageKeys: [] }] : undefined;
      const funds = await client.getBalance({ address: owner.account.address });
      const hash = await owner.sendTransaction({ to, value: parseEther('1'), type, accessList });
      const receipt = await mined(hash);
      assert.equal(receipt.type, type);
      assert.equal(receipt.transactionHash, hash);
      assert.equal(receipt.contractAddress, null);
      assert.equal(receipt.from, owner.account.address.toLowerCase());
      assert.equal(receipt.to, to.toLowerCase());
      assert.equal(receipt.gasUsed, receipt.cumulativeGasUsed, 'alone in its block');
      const spent = parseEther('1') + receipt.gasUsed * receipt.effectiveGasPrice;
      assert.equal(await client.getBalance({ address: owner.account.address }), funds - spent);

      const tx = await client.getTransaction({ hash });
      assert.equal(tx.type, type);
      assert.equal(tx.value, parseEther('1'));
      assert.equal(tx.chainId, Number(CHAIN_ID));
      assert.equal(tx.blockHash, receipt.blockHash);
      assert.equal(tx.transactionIndex, receipt.transactionIndex);
      assert.equal(tx.gasPrice, receipt.effectiveGasPrice, 'of a mined one it is what was paid');
      if (type === 'eip1559') assert.ok(tx.maxFeePerGas >= receipt.effectiveGasPrice);
      for (const field of ['r', 's']) assert.match(tx[field], /^0x[0-9a-f]{1,64}$/);
    });
  }

  test('stand in a block with every field of the header', async () => {
    const { blockHash, transactionHash } = await transfer(stranger(), 1n);
    const block = await client.getBlock({ blockHash, includeTransactions: true });
    assert.deepEqual(block.transactions.map(({ hash }) => hash), [transactionHash]);
    for (const field of ['parentHash', 'stateRoot', 'transactionsRoot', 'receiptsRoot', 'sha3Uncles', 'mixHash'])
      assert.match(block[field], /^0x[0-9a-f]{64}$/, field);
    assert.match(block.logsBloom, /^0x[0-9a-f]{512}$/);
    assert.notEqual(BigInt(block.logsBloom), 0n, 'the transfer logged');
    assert.match(block.nonce, /^0x[0-9a-f]{16}$/);
    assert.match(block.miner, /^0x[0-9a-f]{40}$/);
    for (const field of ['number', 'gasLimit', 'gasUsed', 'timestamp', 'baseFeePerGas', 'size', 'difficulty'])
      assert.equal(typeof block[field], 'bigint', field);
    assert.deepEqual(block.uncles, []);
    assert.ok(block.extraData.length <= 2 + 64);
    const parent = await client.getBlock({ blockHash: block.parentHash });
    assert.equal(parent.number, block.number - 1n);
    assert.notEqual(parent.stateRoot, block.stateRoot);
    assert.ok(block.timestamp >= parent.timestamp);
    assert.equal(await client.getBlockTransactionCount({ blockHash }), 1);
  });

  test('are counted, pending ones too', async () => {
    const { address } = owner.account;
    const count = await client.getTransactionCount({ address });
    await transfer(stranger(), 1n);
    assert.equal(await client.getTransactionCount({ address }), count + 1);
    assert.equal(await client.getTransactionCount({ address, blockTag: 'pending' }), count + 1);
  });

  test('estimateGas and estimateContractGas are enough', async () => {
    assert.equal(await client.estimateGas({ account: owner.account, to: stranger(), value: 1n }), 21_000n);
    const to = stranger();
    const gas = await owner.estimateContractGas({ abi, address: token, functionName: 'transfer', args: [to, 7n] });
    const { gasUsed } = await mined(await write('transfer', [to, 7n], { gas }));
    assert.ok(gas >= gasUsed && gas <= gasUsed + gasUsed / 4n, `estimate ${gas}, used ${gasUsed}`);
  });

  test('with a used nonce or without funds have viem’s errors', async () => {
    const low = await failure(owner.sendTransaction({ to: stranger(), nonce: 0, gas: 21_000n }));
    assert.ok(low.walk((e) => e instanceof NonceTooLowError), low.message);
    const poor = await failure(other.sendTransaction({ to: stranger(), value: FUNDS * 2n, gas: 21_000n }));
    assert.ok(poor.walk((e) => e instanceof InsufficientFundsError), poor.message);
  });

  test('that do not exist are told apart from failures', async () => {
    const error = await failure(client.getTransaction({ hash: `0x${'11'.repeat(32)}` }));
    assert.equal(error.name, 'TransactionNotFoundError');
    const block = await failure(client.getBlock({ blockNumber: 10n ** 9n }));
    assert.equal(block.name, 'BlockNotFoundError');
  });
});

describe('events', () => {
  test('decode from the receipt', async () => {
    const to = stranger();
    const { logs } = await transfer(to, 11n);
    assert.equal(logs.length, 1);
    const { eventName, args } = decodeEventLog({ abi, ...logs[0] });
    assert.equal(eventName, 'Transfer');
    assert.deepEqual(Object.values(args), [owner.account.address, to, 11n]);
  });

  test('getLogs and getContractEvents filter by argument and range', async () => {
    const [a, b] = [stranger(), stranger()];
    const first = await transfer(a, 1n);
    await transfer(b, 2n);
    const last = await transfer(a, 3n);
    const event = abi.find(({ type, name }) => type === 'event' && name === 'Transfer');
    const [fromName, toName, valueName] = event.inputs.map(({ name }) => name);
    const amounts = async (args, fromBlock, toBlock) =>
      (await client.getLogs({ address: token, event, args, fromBlock, toBlock })).map((log) => log.args[valueName]);
    assert.deepEqual(await amounts({ [toName]: a }, first.blockNumber), [1n, 3n]);
    assert.deepEqual(await amounts({ [toName]: [a, b] }, first.blockNumber, last.blockNumber), [1n, 2n, 3n]);
    assert.deepEqual(await amounts({ [toName]: a }, last.blockNumber), [3n]);
    assert.deepEqual(await amounts({ [fromName]: a }, 0n), []);
    const events = await client.getContractEvents({ abi, address: token, blockHash: last.blockHash });
    assert.deepEqual(events.map(({ transactionHash, logIndex }) => [transactionHash, logIndex]), [[last.transactionHash, 0]]);
  });

  test('filters report what came since', async () => {
    const to = stranger();
    const filter = await client.createContractEventFilter({ abi, address: token, eventName: 'Transfer' });
    assert.deepEqual(await client.getFilterChanges({ filter }), []);
    const { transactionHash } = await transfer(to, 13n);
    assert.deepEqual((await client.getFilterChanges({ filter })).map((log) => log.transactionHash), [transactionHash]);
    assert.deepEqual(await client.getFilterChanges({ filter }), []);
    assert.equal(await client.uninstallFilter({ filter }), true);
    assert.equal(await client.uninstallFilter({ filter }), false);
  });
});

describe('reverts', () => {
  const reverted = (error) => {
    const cause = error.walk((e) => e instanceof ContractFunctionRevertedError);
    assert.ok(cause instanceof ContractFunctionRevertedError, error.message);
    return cause.data;
  };
  const asOther = (functionName, ...args) => ({ abi, address: token, functionName, args, account: other.account });

  for (const [how, run] of [
    ['simulateContract', (call) => client.simulateContract(call)],
    ['estimateContractGas', (call) => client.estimateContractGas(call)],
    ['writeContract', (call) => other.writeContract(call)],
  ]) {
    test(`are decoded by ${how}`, async () => {
      const { errorName, args } = reverted(await failure(run(asOther('transfer', stranger(), 9n))));
      assert.equal(errorName, 'ERC20InsufficientBalance');
      assert.deepEqual(args, [other.account.address, 0n, 9n]);
    });
  }

  test('are named for each rule', async () => {
    const nameOf = async (...call) => reverted(await failure(client.simulateContract(asOther(...call)))).errorName;
    assert.equal(await nameOf('mint', other.account.address, 1n), 'OwnableUnauthorizedAccount');
    assert.equal(await nameOf('transfer', zeroAddress, 0n), 'ERC20InvalidReceiver');
    assert.equal(await nameOf('transferFrom', owner.account.address, zeroAddress, 1n), 'ERC20InsufficientAllowance');
  });

  test('that are mined have the status reverted', async () => {
    const hash = await other.writeContract({ ...asOther('transfer', stranger(), 9n), gas: 200_000n });
    const receipt = await client.waitForTransactionReceipt({ hash });
    assert.equal(receipt.status, 'reverted');
    assert.deepEqual(receipt.logs, []);
  });
});

describe('the token', () => {
  test('simulates with the result, then does it', async () => {
    const to = stranger();
    const { result, request } = await owner.simulateContract({ abi, address: token, functionName: 'transfer', args: [to, 5n] });
    assert.equal(result, true);
    assert.equal(await read('balanceOf', to), 0n, 'a simulation changes nothing');
    await mined(await owner.writeContract(request));
    assert.equal(await read('balanceOf', to), 5n);
  });

  test('keeps allowances, and the supply through mint and burn', async () => {
    const supply = await read('totalSupply');
    await mined(await write('approve', [other.account.address, 100n]));
    const args = [owner.account.address, other.account.address, 60n];
    await mined(await other.writeContract({ abi, address: token, functionName: 'transferFrom', args }));
    assert.equal(await read('allowance', owner.account.address, other.account.address), 40n);
    assert.equal(await read('balanceOf', other.account.address), 60n);
    await mined(await write('mint', [other.account.address, 10n]));
    await mined(await write('burn', [3n]));
    assert.equal(await read('totalSupply'), supply + 7n);
  });
});
