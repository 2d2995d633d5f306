// The Solidity contracts of this folder, compiled with the JavaScript build of solc.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import solc from 'solc';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

function readImport(path) {
  try {
    return { contents: readFileSync(here(`node_modules/${path}`), 'utf8') };
  } catch {
    return { error: `${path} is not installed` };
  }
}

/** Compiles every file of `contracts/` and gives `{ Name: { abi, bytecode } }`. */
export function compile() {
  const files = readdirSync(here('contracts')).filter((file) => file.endsWith('.sol'));
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(files.map((file) => [file, { content: readFileSync(here(`contracts/${file}`), 'utf8') }])),
    settings: {
      evmVersion: 'cancun',
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }));
  const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'));
  const own = Object.entries(output.contracts).filter(([file]) => files.includes(file));
  return Object.fromEntries(
    own.flatMap(([, contracts]) =>
      Object.entries(contracts).map(([name, { abi, evm }]) => [name, { abi, bytecode: `0x${evm.bytecode.object}` }]),
    ),
  );
}
