// Compiles the Solidity originals into one file, `{ Name: init code }`: those of `src/` with solc, Uniswap's as they were
// published. Does nothing if the file was made of the same sources.
//
//   node compile.mjs FILE
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const read = (path) => readFileSync(here(path), 'utf8');

const PUBLISHED = [
  '@uniswap/v2-core/build/UniswapV2Factory.json',
  '@uniswap/v2-core/build/UniswapV2Pair.json',
  '@uniswap/v2-periphery/build/DeflatingERC20.json',
  '@uniswap/v2-periphery/build/UniswapV2Router02.json',
  '@uniswap/v2-periphery/build/WETH9.json',
];

const [out] = process.argv.slice(2);
if (!out) throw new Error('say which file to write: node compile.mjs FILE');

const files = readdirSync(here('src')).filter((file) => file.endsWith('.sol')).sort();
const hash = createHash('sha256');
for (const path of ['compile.mjs', 'package-lock.json', ...files.map((file) => `src/${file}`)]) {
  hash.update(path).update(read(path));
}
const key = hash.digest('hex');
if (!existsSync(out) || JSON.parse(readFileSync(out, 'utf8')).key !== key) {
  const codes = { ...(await compiled()), ...published() };
  mkdirSync(dirname(out), { recursive: true });
  // Whoever reads the file meanwhile finds the old one or the new one, whole.
  const draft = `${out}.${process.pid}`;
  writeFileSync(draft, JSON.stringify({ key, codes }));
  renameSync(draft, out);
}

async function compiled() {
  const { default: solc } = await import('solc');
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(files.map((file) => [file, { content: read(`src/${file}`) }])),
    settings: {
      evmVersion: 'cancun',
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { '*': { '*': ['evm.bytecode.object'] } },
    },
  };
  const load = (path) => ({ contents: read(`node_modules/${path}`) });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: load }));
  const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'));
  const own = files.flatMap((file) => Object.entries(output.contracts[file] ?? {}));
  return Object.fromEntries(own.map(([name, { evm }]) => [name, `0x${evm.bytecode.object}`]));
}

function published() {
  const entry = (path) => {
    const { evm } = JSON.parse(read(`node_modules/${path}`));
    return [path.replace(/.*\/(.*)\.json/, '$1'), `0x${evm.bytecode.object}`];
  };
  return Object.fromEntries(PUBLISHED.map(entry));
}
