// The same transactions on this node and on anvil, traced by both. Addresses are the same: both begin with the same
// accounts. What may differ is who is paid the tips.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { Interface, JsonRpcProvider, Wallet, getCreateAddress } from 'ethers';
import { accounts, rpcUrl } from './lib/env.mjs';
import { compile } from './lib/solidity.mjs';

const solidity = compile();
const [storeAbi, callerAbi] = [solidity.Store.abi, solidity.Caller.abi].map((abi) => new Interface(abi));
const from = accounts[0].address;
const at = (nonce) => getCreateAddress({ from, nonce });
const [STORE, CALLER, MAKER, GONE, DELEGATOR] = [0, 1, 2, 3, 4].map(at);
const relay = (target, data) => callerAbi.encodeFunctionData('relay', [target, data]);

/** Init code that makes a contract of this code. */
function init(code) {
  const size = (code.length / 2).toString(16).padStart(2, '0');
  return `0x60${size}600c60003960${size}6000f3${code}`;
}
const child = '6001600c60003960016000f300';
const CODES = {
  // CREATE, then CREATE2 with salt 7, of the same init code.
  maker: `6c${child}600052600d60136000f0506007600d60136000f500`,
  // SELFDESTRUCT to whom the calldata names.
  gone: '600035ff',
  // DELEGATECALL of the store's `set`, CALLCODE of it, and a STATICCALL of the precompile that hashes.
  delegator: `3660006000376000600036600073${STORE.slice(2)}5af45060006000366000600073${STORE.slice(2)}5af250602060006020600060025afa5060206000a000`,
  // An opcode that is none, after a write.
  invalid: '600160005521',
  endless: '5b600056',
};

/** What is sent, one transaction a block. */
const SENT = {
  'a deployment': { data: solidity.Store.bytecode },
  'another deployment': { data: solidity.Caller.bytecode },
  'a deployment that makes contracts': { data: init(CODES.maker) },
  'a deployment of what goes': { data: init(CODES.gone) },
  'a deployment of what delegates': { data: init(CODES.delegator) },
  'a transfer': { to: accounts[1].address, value: '0x5' },
  'a call with an event': { to: STORE, data: storeAbi.encodeFunctionData('set', [42n]), value: '0x3' },
  'the same again': { to: STORE, data: storeAbi.encodeFunctionData('set', [43n]) },
  'a slot that is cleared': { to: STORE, data: storeAbi.encodeFunctionData('set', [0n]) },
  'a call inside a call': { to: CALLER, data: relay(STORE, storeAbi.encodeFunctionData('set', [7n])), value: '0x9' },
  'an echo': { to: CALLER, data: relay(STORE, storeAbi.encodeFunctionData('echo', [`0x${'ab'.repeat(100)}`])) },
  'a custom error': { to: CALLER, data: relay(STORE, storeAbi.encodeFunctionData('refuse', [5n])) },
  'a panic': { to: STORE, data: storeAbi.encodeFunctionData('panic', [0n]) },
  'a precompile': { to: '0x0000000000000000000000000000000000000002', data: '0x010203' },
  'two creations': { to: MAKER },
  'a self-destruct': { to: GONE, data: `0x${accounts[2].address.slice(2).padStart(64, '0')}`, value: '0x1' },
  'delegate calls and a precompile': { to: DELEGATOR, data: storeAbi.encodeFunctionData('set', [9n]) },
  'an opcode that is none': { data: `0x${CODES.invalid}` },
  'too little gas': { data: `0x${CODES.endless}`, gas: '0x11170' },
};

let anvil, ours, theirs;
const hashes = {};

async function startAnvil() {
  const child = spawn(process.env.ZX_ANVIL, ['--port', '0', '--hardfork', 'osaka', '--chain-id', '31337', '--steps-tracing'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => reject(new Error(`anvil ended with ${status}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const listening = /^Listening on (\S+)/.exec(line.trim());
      if (listening) resolve(`http://${listening[1]}`);
    });
  });
  return { url, stop: () => child.kill('SIGTERM') };
}

const connect = (url) => new JsonRpcProvider(url, undefined, { cacheTimeout: -1, batchMaxCount: 1 });

/** Sends the next of them on one chain, and waits for it. */
async function send(provider, { gas = '0x1e8480', ...request }, nonce) {
  const signer = new Wallet(accounts[0].privateKey);
  const raw = await signer.signTransaction({ ...request, gasLimit: gas, nonce, gasPrice: 10n ** 10n, type: 0, chainId: 31337 });
  const hash = await provider.send('eth_sendRawTransaction', [raw]);
  for (;;) {
    const receipt = await provider.send('eth_getTransactionReceipt', [hash]);
    if (receipt) return { hash, receipt };
  }
}

before(async () => {
  anvil = await startAnvil();
  [ours, theirs] = [connect(rpcUrl()), connect(anvil.url)];
  let nonce = 0;
  for (const [name, request] of Object.entries(SENT)) {
    const [our, their] = [await send(ours, request, nonce), await send(theirs, request, nonce)];
    assert.equal(our.hash, their.hash);
    assert.equal(our.receipt.gasUsed, their.receipt.gasUsed, name);
    assert.equal(our.receipt.status, their.receipt.status, name);
    hashes[name] = our.hash;
    nonce += 1;
  }
});
after(() => {
  anvil?.stop();
  ours?.destroy();
  theirs?.destroy();
});

async function same(method, params, normal = (value) => value) {
  const [our, their] = await Promise.all([ours.send(method, params), theirs.send(method, params)]);
  assert.deepEqual(normal(our), normal(their), JSON.stringify(params));
  return our;
}

/** Without the outermost frame's gas: geth and this node have the transaction's gas limit there, anvil what was left of it. */
const rootGas = async () => ({ gas, ...frame }) => frame;

/** The same of the outermost call alone, of which anvil shows the self-destruct nevertheless. */
const topCall = async () => ({ gas, calls, ...frame }) => frame;

/** Without who is paid the tips, whose address and balance are the chain's own. */
async function withoutBeneficiaries() {
  const blocks = await Promise.all([ours, theirs].map((provider) => provider.send('eth_getBlockByNumber', ['latest', false])));
  const paid = new Set(blocks.map(({ miner }) => miner.toLowerCase()));
  // geth leaves out who was not there.
  const isEmpty = (account) => account?.balance === '0x0' && !account.nonce && !account.code;
  const clean = (value) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).filter(([key, inner]) => !paid.has(key) && !isEmpty(inner)).map(([key, inner]) => [key, clean(inner)]))
      : value;
  return clean;
}

test('trace_transaction', async () => {
  // Calls of precompiles inside a transaction are no frames for Parity; anvil has them, and counts them.
  const isFrame = ({ action, traceAddress }) => traceAddress.length === 0 || !/^0x0{38}/.test(action.to);
  const clean = (list) => list.filter(isFrame).map(({ blockHash, blockNumber, subtraces, ...rest }) => rest);
  for (const hash of Object.values(hashes)) await same('trace_transaction', [hash], clean);
});

describe('for every transaction', () => {
  const every = (name, options, normal) =>
    test(name, async () => {
      const clean = normal ? await normal() : undefined;
      for (const [sent, hash] of Object.entries(hashes)) {
        const seen = await same('debug_traceTransaction', [hash, options], clean);
        assert.ok(seen, sent);
      }
    });
  every('callTracer', { tracer: 'callTracer' }, rootGas);
  every('callTracer with logs', { tracer: 'callTracer', tracerConfig: { withLog: true } }, rootGas);
  every('callTracer of the outermost call', { tracer: 'callTracer', tracerConfig: { onlyTopCall: true } }, topCall);
  // geth does not count calls of precompiles; anvil does. The one here has 28 bytes behind its first four.
  every('4byteTracer', { tracer: '4byteTracer' }, async () => ({ '0x60fe47b1-28': _, ...selectors }) => selectors);
  every('noopTracer', { tracer: 'noopTracer' });
  every('prestateTracer', { tracer: 'prestateTracer' }, withoutBeneficiaries);
  every('prestateTracer of differences', { tracer: 'prestateTracer', tracerConfig: { diffMode: true } }, withoutBeneficiaries);
  // geth leaves out what is empty, names an opcode that is none, and says why it fails; anvil writes zeros and
  // "Unknown", without a reason.
  const plain = async () => (trace) => ({
    ...trace,
    structLogs: trace.structLogs.map(({ refund, returnData, memory, op, error, ...log }) => ({
      ...log,
      op: /^opcode 0x\w+ not defined$/.test(op) ? 'Unknown' : op,
      ...(refund ? { refund } : {}),
      ...(returnData && returnData !== '0x' ? { returnData } : {}),
      ...(memory?.length ? { memory } : {}),
    })),
  });
  every('struct logs', {}, plain);
  every('struct logs with memory and return data', { enableMemory: true, enableReturnData: true }, plain);
  every('struct logs without stack and storage', { disableStack: true, disableStorage: true }, plain);
});

test('debug_traceCall', async () => {
  const call = { from, to: CALLER, data: relay(STORE, storeAbi.encodeFunctionData('set', [1n])), gas: '0xf4240' };
  for (const options of [{ tracer: 'callTracer' }, { tracer: 'callTracer', tracerConfig: { withLog: true } }])
    await same('debug_traceCall', [call, 'latest', options], await rootGas());
});
