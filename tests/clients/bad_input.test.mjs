// Transactions and deployments that must be refused, each with a clear error at the right place, and nothing charged
// or stored that should not be.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { after, afterEach, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  AbiCoder,
  ContractFactory,
  Interface,
  SigningKey,
  Transaction,
  concat,
  dataSlice,
  encodeRlp,
  getCreateAddress,
  keccak256,
  toBeHex,
  toBeArray,
} from 'ethers';
import { bare, contract, deployment } from './lib/artifacts.mjs';
import { CHAIN_ID, FUNDS, accounts, connect, stranger, wallet } from './lib/env.mjs';
import { RpcError, rpc, rpcError } from './lib/rpc.mjs';
import { compile } from './lib/solidity.mjs';

const solidity = compile();
const zx20 = contract('zx20');
const GWEI = 10n ** 9n;
let provider, sender;

before(() => {
  provider = connect();
  sender = wallet(3, provider);
});
after(() => provider.destroy());

// The node goes on: after every case it still takes a transaction of the same account.
afterEach(async () => {
  const to = stranger();
  const receipt = await (await sender.sendTransaction({ to, value: 1n })).wait();
  assert.equal(receipt.status, 1);
  assert.equal(await provider.getBalance(to), 1n);
});

/** Fields of a good transfer, to be spoilt. */
async function fields(spoilt = {}) {
  return {
    type: 2,
    chainId: CHAIN_ID,
    nonce: await sender.getNonce(),
    to: stranger(),
    value: 1n,
    gasLimit: 21_000n,
    maxFeePerGas: 100n * GWEI,
    maxPriorityFeePerGas: GWEI,
    ...spoilt,
  };
}

/** Signs whatever it is given: ethers itself would refuse some of these. */
function sign({ chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gasLimit, to, value, data = '0x' }) {
  const number = (n) => (BigInt(n) === 0n ? '0x' : toBeArray(n));
  const body = [chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gasLimit].map(number);
  body.push(to ?? '0x', number(value), data, []);
  const { yParity, r, s } = new SigningKey(sender.privateKey).sign(keccak256(concat(['0x02', encodeRlp(body)])));
  return concat(['0x02', encodeRlp([...body, number(yParity), toBeArray(r), toBeArray(s)])]);
}

async function account() {
  return { balance: await provider.getBalance(sender.address), nonce: await sender.getNonce('pending') };
}

/** Expects that the node does not admit `raw`, for the reason given, and that the sender is as before. */
async function notAdmitted(raw, reason, codes = [-32000]) {
  const before = await account();
  const error = await rpcError('eth_sendRawTransaction', raw);
  assert.match(error.message, reason);
  assert.ok(codes.includes(error.code), `code ${error.code} for: ${error.message}`);
  assert.deepEqual(await account(), before);
}

describe('a transaction', () => {
  test('that is good is admitted when signed by hand', async () => {
    const good = await fields();
    const hash = await rpc('eth_sendRawTransaction', sign(good));
    assert.equal((await provider.waitForTransaction(hash)).status, 1);
    assert.equal(await provider.getBalance(good.to), 1n);
  });

  test('for another chain', async () => notAdmitted(sign(await fields({ chainId: 1n })), /chain ?id/i));

  test('without a chain id', async () => {
    const { nonce, to, value, gasLimit, maxFeePerGas: gasPrice } = await fields();
    const unprotected = Transaction.from({ type: 0, nonce, to, value, gasLimit, gasPrice });
    unprotected.signature = new SigningKey(sender.privateKey).sign(unprotected.unsignedHash);
    await notAdmitted(unprotected.serialized, /only replay-protected \(EIP-155\) transactions allowed over RPC/);
  });

  test('with a used nonce', async () => {
    const { nonce } = await fields();
    await notAdmitted(sign(await fields({ nonce: nonce - 1 })), /nonce too low/);
  });

  test('that was mined already', async () => {
    const raw = sign(await fields());
    await provider.waitForTransaction(await rpc('eth_sendRawTransaction', raw));
    await notAdmitted(raw, /nonce too low|already known/);
  });

  test('without the funds for its value', async () =>
    notAdmitted(sign(await fields({ value: FUNDS })), /insufficient funds for gas \* price \+ value/));

  test('without the funds for its gas', async () => {
    const maxFeePerGas = FUNDS / 21_000n + 1n;
    await notAdmitted(sign(await fields({ maxFeePerGas, value: 0n })), /insufficient funds for gas \* price \+ value/);
  });

  test('of an account that has nothing', async () => {
    const nobody = Transaction.from(await fields({ nonce: 0 }));
    nobody.signature = new SigningKey(keccak256('0x01')).sign(nobody.unsignedHash);
    await notAdmitted(nobody.serialized, /insufficient funds/);
  });

  test('with less than the intrinsic gas', async () => {
    await notAdmitted(sign(await fields({ gasLimit: 20_999n })), /intrinsic gas too low/);
    await notAdmitted(sign(await fields({ data: '0x01' })), /intrinsic gas too low|floor data gas/);
    await notAdmitted(sign(await fields({ to: null, gasLimit: 50_000n })), /intrinsic gas too low/);
  });

  test('with more gas than a block has', async () => {
    const { gasLimit } = await provider.getBlock('latest');
    await notAdmitted(sign(await fields({ gasLimit: gasLimit + 1n })), /exceeds block gas limit/);
  });

  test('with a tip above its fee cap', async () => {
    const spoilt = { maxFeePerGas: 10n * GWEI, maxPriorityFeePerGas: 11n * GWEI };
    await notAdmitted(sign(await fields(spoilt)), /max priority fee per gas higher than max fee per gas/);
  });

  test('with a fee cap below the base fee', async () => {
    const spoilt = { maxFeePerGas: 1n, maxPriorityFeePerGas: 0n };
    await notAdmitted(sign(await fields(spoilt)), /max fee per gas less than block base fee|underpriced/);
  });

  test('with a signature that recovers nobody', async () => {
    const tx = Transaction.from(sign(await fields()));
    const bytes = encodeRlp([...Array(8).fill('0x'), [], '0x', toBeHex(1), toBeHex(0)]);
    await notAdmitted(concat(['0x02', bytes]), /./, [-32000, -32602]);
    assert.ok(tx.from, 'while the unspoilt one does');
  });

  test('cut short at every byte', async () => {
    const raw = sign(await fields());
    const before = await account();
    for (let length = 0; length < raw.length / 2 - 1; length++) {
      const error = await rpcError('eth_sendRawTransaction', dataSlice(raw, 0, length));
      assert.ok([-32000, -32602].includes(error.code), `${length} bytes: ${error.code} ${error.message}`);
    }
    assert.deepEqual(await account(), before);
  });

  test('followed by more bytes', async () => notAdmitted(concat([sign(await fields()), '0x00']), /./, [-32000, -32602]));

  test('that is not one at all', async () => {
    for (const raw of ['0x', '0x00', '0xdeadbeef', '0xc0', '0xff', '0x7f01', '0x05c0', `0x02f9ffff${'00'.repeat(40)}`])
      await notAdmitted(raw, /./, [-32000, -32602]);
    for (const raw of ['deadbeef', '0xabc', '0xzz', 7, null, {}, []]) {
      const error = await rpcError('eth_sendRawTransaction', raw);
      assert.equal(error.code, -32602, `${JSON.stringify(raw)}: ${error.message}`);
    }
  });

  test('with EVM init code over the limit of EIP-3860', async () => {
    const data = `0x${'00'.repeat(49_153)}`;
    await notAdmitted(sign(await fields({ to: null, data, value: 0n, gasLimit: 5_000_000n })), /initcode size/);
  });
});

/**
 * Expects that `data` cannot be deployed: asking says why, and sending it anyway either is not admitted, with the
 * reason and for nothing, or is mined as a failure that costs exactly its gas and leaves no code.
 */
async function notDeployed(data, reason) {
  const asked = await rpcError('eth_estimateGas', { from: sender.address, data });
  assert.match(asked.message, reason);
  assert.ok([3, -32000].includes(asked.code), `code ${asked.code}`);

  const before = await account();
  const raw = sign(await fields({ to: null, value: 0n, data, gasLimit: 12_000_000n }));
  let hash;
  try {
    hash = await rpc('eth_sendRawTransaction', raw);
  } catch (error) {
    assert.ok(error instanceof RpcError, error.message);
    assert.match(error.message, reason);
    assert.equal(error.code, -32000);
    assert.deepEqual(await account(), before);
    return { asked };
  }
  const receipt = await provider.waitForTransaction(hash);
  assert.equal(receipt.status, 0);
  assert.deepEqual(receipt.logs, []);
  assert.deepEqual(await account(), { balance: before.balance - receipt.fee, nonce: before.nonce + 1 });
  const address = getCreateAddress({ from: sender.address, nonce: before.nonce });
  assert.equal(await provider.getCode(address), '0x');
  assert.equal(BigInt(await provider.getStorage(address, 0)), 0n);
  assert.equal(await provider.getTransactionCount(address), 0);
  return { asked, receipt };
}

describe('a deployment', () => {
  const args = AbiCoder.defaultAbiCoder().encode(['string', 'string', 'uint8', 'uint256'], ['Token', 'TKN', 18, 1_000n]);
  const section = (size) => {
    // A custom section named "x" with `size` bytes in all.
    const length = size - 1 - 5;
    const leb = Array.from({ length: 5 }, (_, i) => ((length >> (7 * i)) & 0x7f) | (i < 4 ? 0x80 : 0));
    return Buffer.concat([Buffer.from([0, ...leb, 1, 0x78]), Buffer.alloc(length - 2)]);
  };
  const padded = (size) => Buffer.concat([zx20.module, section(size - zx20.module.length)]);

  test('of EVM code whose constructor reverts', async () => {
    const { abi, bytecode } = solidity.Refusing;
    const data = concat([bytecode, toBeHex(7, 32)]);
    const { asked, receipt } = await notDeployed(data, /^execution reverted/);
    assert.equal(asked.code, 3);
    assert.deepEqual([...Interface.from(abi).parseError(asked.data).args], [7n]);
    assert.ok(receipt, 'it is mined: only running it tells');
  });

  test('whose header is cut short', async () => {
    for (const data of ['0xef5a5801', '0xef5a580100', '0xef5a5801000000']) await notDeployed(data, /header/);
  });

  test('whose module is cut short', async () => {
    const bytes = zx20.bytecode.length / 2 - 1;
    await notDeployed(dataSlice(zx20.bytecode, 0, bytes - 1), /announces a module of \d+ bytes, only \d+ follow/);
    await notDeployed(dataSlice(zx20.bytecode, 0, 8), /announces a module of \d+ bytes, only 0 follow/);
    await notDeployed('0xef5a5801ffffffff00', /announces a module of 4294967295 bytes/);
  });

  test('that begins as another 0xEF code', async () => notDeployed('0xef00', /./));

  test('of a module over the limit', async () => {
    await notDeployed(deployment(padded(128 * 1024 + 1)), /131073|oversized|too (large|many)/);
  });

  test('of something that is not a module', async () => {
    await notDeployed(deployment(Buffer.from('not wasm')), /not a valid module/);
    await notDeployed(deployment(Buffer.alloc(0)), /not a valid module|export/);
    const cut = zx20.module.subarray(0, zx20.module.length - 1);
    await notDeployed(deployment(cut), /not a valid module/);
  });

  for (const file of readdirSync(new URL('wat/refused', import.meta.url)).sort()) {
    const name = file.replace(/\.wat$/, '');
    test(`of a module that breaks a rule: ${name}`, async () => {
      const text = readFileSync(fileURLToPath(new URL(`wat/refused/${file}`, import.meta.url)), 'utf8');
      const [, expected] = /^;; expect: (.*)$/m.exec(text);
      await notDeployed(bare(`refused/${name}`).bytecode, new RegExp(expected.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
    });
  }

  test('with constructor arguments that do not decode', async () => {
    for (const wrong of ['0x', dataSlice(args, 0, 100), concat([dataSlice(args, 0, 64), toBeHex(256, 32), dataSlice(args, 96)])]) {
      const { asked, receipt } = await notDeployed(concat([zx20.bytecode, wrong]), /^execution reverted/);
      assert.equal(asked.code, 3);
      assert.ok(receipt, 'it is mined: only running it tells');
    }
  });

  test('whose constructor reverts', async () => {
    const { asked, receipt } = await notDeployed(bare('refusing').bytecode, /^execution reverted: not today$/);
    assert.equal(asked.code, 3);
    assert.equal(asked.data, new Interface(['error Error(string)']).encodeErrorResult('Error', ['not today']));
    assert.ok(receipt, 'it is mined: only running it tells');
  });

  test('whose constructor traps', async () => {
    const { receipt } = await notDeployed(bare('trapping').bytecode, /out of gas|vm execution error|revert/);
    assert.ok(receipt, 'it is mined: only running it tells');
  });

  test('with too little gas', async () => {
    const data = concat([zx20.bytecode, args]);
    const enough = BigInt(await rpc('eth_estimateGas', { from: sender.address, data }));
    const nonce = await sender.getNonce();
    const raw = sign(await fields({ to: null, value: 0n, data, gasLimit: (enough * 9n) / 10n }));
    const receipt = await provider.waitForTransaction(await rpc('eth_sendRawTransaction', raw));
    assert.equal(receipt.status, 0);
    assert.equal(receipt.gasUsed, (enough * 9n) / 10n, 'out of gas takes all of it');
    assert.equal(await provider.getCode(getCreateAddress({ from: sender.address, nonce })), '0x');
  });

  for (const [size, module] of [['its own size', zx20.module], ['the largest size', padded(128 * 1024)]]) {
    test(`that is right works, at ${size}`, async () => {
      const factory = new ContractFactory(zx20.abi, deployment(module), sender);
      const token = await factory.deploy('Token', 'TKN', 18, 1_000n);
      await token.waitForDeployment();
      assert.equal(await token.balanceOf(sender), 1_000n);
    });
  }
});

describe('a call that traps', () => {
  let address;
  before(async () => {
    const deployed = await new ContractFactory([], bare('trap').bytecode, sender).deploy();
    address = await (await deployed.waitForDeployment()).getAddress();
  });

  for (const [kind, name] of ['unreachable', 'a load past memory', 'a division by zero', 'an endless loop', 'endless recursion'].entries()) {
    test(`by ${name} is an error of the call, and a receipt with status 0`, async () => {
      const data = toBeHex(kind, 1);
      const error = await rpcError('eth_call', { to: address, data, gas: '0xf4240' });
      assert.match(error.message, /out of gas|vm execution error|revert/);
      assert.notEqual(error.code, -32603);
      const raw = sign(await fields({ to: address, value: 0n, data, gasLimit: 1_000_000n }));
      const receipt = await provider.waitForTransaction(await rpc('eth_sendRawTransaction', raw));
      assert.equal(receipt.status, 0);
      assert.deepEqual(receipt.logs, []);
    });
  }
});
