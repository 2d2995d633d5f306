// `make demo`: a token written in Rust, on a real node, through ethers, and through a restart.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContractFactory, formatEther, formatUnits, parseUnits } from 'ethers';
import { contract } from './lib/artifacts.mjs';
import { FUNDS, accounts, connect, wallet } from './lib/env.mjs';
import { startNode } from './lib/node.mjs';

const PER_ACCOUNT = 20;
const TRANSFERS = accounts.length * PER_ACCOUNT;
const SUPPLY = parseUnits('1000000', 18);
const SHARE = SUPPLY / BigInt(accounts.length);

// --- How it looks --------------------------------------------------------------------------------------------------

const tty = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code) => (text) => (tty ? `\x1b[${code}m${text}\x1b[0m` : text);
const [bold, dim, green, red] = [1, 2, 32, 31].map(paint);
const number = (n) => n.toLocaleString('en-US');
const short = (hex) => `${hex.slice(0, 8)}…${hex.slice(-6)}`;
const since = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;
const line = (label, text) => console.log(`  ${bold(label.padEnd(10))} ${text}`);
const more = (text) => console.log(`  ${' '.repeat(10)} ${dim(text)}`);

/** A bar that is redrawn on a terminal, and stays silent elsewhere. */
function progress(label, total) {
  let done = 0;
  return () => {
    done += 1;
    if (!tty) return;
    const filled = Math.round((24 * done) / total);
    const bar = `${green('█'.repeat(filled))}${dim('░'.repeat(24 - filled))}`;
    process.stdout.write(`\r  ${bold(label.padEnd(10))} ${bar} ${done} of ${total}${done === total ? '\r\x1b[K' : ''}`);
  };
}

function table(head, rows) {
  const width = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const print = (row) => row.map((cell, i) => (i === 0 ? cell.padEnd(width[i]) : cell.padStart(width[i]))).join('   ');
  console.log(`\n  ${dim(print(head))}`);
  for (const row of rows) console.log(`  ${print(row)}`);
  console.log();
}

function check(holds, what) {
  if (!holds) throw new Error(`this should hold and does not: ${what}`);
}

// --- What it does --------------------------------------------------------------------------------------------------

async function deploy(provider, zx20) {
  const start = performance.now();
  const factory = new ContractFactory(zx20.abi, zx20.bytecode, wallet(0, provider));
  const token = await factory.deploy('Zexus Token', 'ZXT', 18, SUPPLY);
  const receipt = await token.deploymentTransaction().wait();
  const stats = await provider.send('zx_sandboxStats', []);
  line('Deployed', `ZX-20 at ${token.target} ${dim(`in ${since(start)}`)}`);
  more(`${number(zx20.module.length)} bytes of WebAssembly, ${number(receipt.gasUsed)} gas, modules compiled: ${stats.compiled}`);
  return token;
}

/** Gives each account its share, so that all of them can send. */
async function handOut(token) {
  const first = await token.runner.getNonce();
  const shares = accounts.slice(1).map(({ address }, i) => token.transfer(address, SHARE, { nonce: first + i }));
  await Promise.all(shares.map(async (sent) => (await sent).wait()));
}

/** Sends `PER_ACCOUNT` signed transfers from every account, all accounts at once, and gives the receipts. */
async function sendTransfers(provider, token) {
  const start = performance.now();
  const step = progress('Sending', TRANSFERS);
  const { maxFeePerGas, maxPriorityFeePerGas } = await provider.getFeeData();
  const gasLimit = 2n * (await token.transfer.estimateGas(accounts[1].address, 1n));
  const streams = accounts.map(async (_, from) => {
    const signer = wallet(from, provider);
    const first = await signer.getNonce();
    const sent = [];
    for (let k = 0; k < PER_ACCOUNT; k++) {
      const to = accounts[(from + 1 + (k % 9)) % 10].address;
      const amount = parseUnits(String((from + 1) * (k + 1)), 18);
      const options = { nonce: first + k, gasLimit, maxFeePerGas, maxPriorityFeePerGas, type: 2 };
      sent.push(await token.connect(signer).transfer(to, amount, options));
    }
    return Promise.all(
      sent.map(async (tx) => {
        const receipt = await tx.wait();
        step();
        return receipt;
      }),
    );
  });
  const receipts = (await Promise.all(streams)).flat();
  const seconds = (performance.now() - start) / 1000;
  const rate = number(Math.round(receipts.length / seconds));
  line('Sent', `${receipts.length} signed transfers from ten accounts ${dim(`in ${seconds.toFixed(1)} s, ${rate} a second`)}`);
  return receipts;
}

/** What anyone can ask the chain afterwards. */
async function snapshot(provider, token) {
  const { number: height, hash, stateRoot } = await provider.getBlock('latest');
  const tokens = await Promise.all(accounts.map(({ address }) => token.connect(provider).balanceOf(address)));
  const coins = await Promise.all(accounts.map(({ address }) => provider.getBalance(address)));
  const events = (await token.connect(provider).queryFilter('Transfer')).length;
  return { height, hash, stateRoot, tokens, coins, events };
}

function report(state, receipts) {
  const gas = receipts.map(({ gasUsed }) => gasUsed).sort((a, b) => Number(a - b));
  const blocks = new Set(receipts.map(({ blockNumber }) => blockNumber)).size;
  table(
    ['account', 'tokens', 'coins', 'fees paid'],
    accounts.map(({ address }, i) => [
      short(address),
      number(Number(formatUnits(state.tokens[i], 18))),
      Number(formatEther(state.coins[i])).toFixed(4),
      Number(formatEther(FUNDS - state.coins[i])).toFixed(6),
    ]),
  );
  line('Head', `block ${number(state.height)}, ${short(state.hash)} ${dim(`(the transfers filled ${number(blocks)})`)}`);
  line('State', `root ${short(state.stateRoot)}`);
  const total = gas.reduce((a, b) => a + b, 0n);
  line('Gas', `${number(gas[gas.length >> 1])} a transfer ${dim(`(median; ${number(gas[0])} to ${number(gas.at(-1))}), ${number(total)} in all`)}`);
  line('Events', `${number(state.events)} Transfer ${dim(`(1 mint, ${accounts.length - 1} shares, ${TRANSFERS} transfers)`)}`);
}

function consistent(state, receipts) {
  check(receipts.length === TRANSFERS && receipts.every(({ status }) => status === 1), 'every transfer succeeded');
  check(state.events === TRANSFERS + accounts.length, 'there is an event for each movement');
  check(state.tokens.reduce((a, b) => a + b, 0n) === SUPPLY, 'the balances add up to the supply');
}

/** Asks a restarted node the same questions. */
async function compare(provider, token, before) {
  const after = await snapshot(provider, token);
  const same = (key) => String(after[key]) === String(before[key]);
  for (const key of Object.keys(before)) check(same(key), `${key} is the same after the restart`);
  line('Balances', `${green('identical')}, and so are head, state root and events`);
  const { compiled, diskHits } = await provider.send('zx_sandboxStats', []);
  check(compiled === 0 && diskHits === 1, `the module came from the AOT cache (compiled ${compiled}, from disk ${diskHits})`);
  line('Module', `${green('from the AOT cache')}: ${compiled} compiled, ${diskHits} loaded from disk`);
}

async function demo(binary, datadir) {
  const start = performance.now();
  const zx20 = contract('zx20');
  console.log(`\n  ${bold('Zexus')}: smart contracts in Rust, on an Ethereum that runs WebAssembly\n`);

  let node = await startNode(binary, datadir);
  let provider = connect(node.url);
  const { chainId } = await provider.getNetwork();
  line('Node', `${node.url}, chain ${chainId}, ten accounts with ${number(Number(formatEther(FUNDS)))} coins`);
  const token = await deploy(provider, zx20);
  await handOut(token);
  const receipts = await sendTransfers(provider, token);
  const state = await snapshot(provider, token);
  consistent(state, receipts);
  report(state, receipts);
  provider.destroy();
  await node.stop();

  const restart = performance.now();
  node = await startNode(binary, datadir);
  provider = connect(node.url);
  line('Restarted', `on the same data ${dim(`in ${since(restart)}`)}`);
  await compare(provider, token, state);
  provider.destroy();
  await node.stop();
  console.log(`\n  ${green('All of it worked')}, in ${since(start)}.\n`);
}

const datadir = mkdtempSync(join(tmpdir(), 'zexus-demo-'));
process.on('exit', () => rmSync(datadir, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
try {
  const binary = process.env.ZX_NODE_BIN;
  if (!binary) throw new Error('ZX_NODE_BIN is not set: start this with `make demo`');
  await demo(binary, datadir);
} catch (error) {
  console.error(`\n  ${red('The demo failed.')} ${error.message}\n`);
  process.exitCode = 1;
  process.exit();
}
