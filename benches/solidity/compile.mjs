// Compiles Token.sol with the packages of tests/clients, and prints its init code in hexadecimal.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const clients = createRequire(new URL('../../tests/clients/package.json', import.meta.url));
const solc = clients('solc');

function readImport(path) {
  try {
    return { contents: readFileSync(clients.resolve(path), 'utf8') };
  } catch {
    return { error: `${path} is not installed` };
  }
}

const input = {
  language: 'Solidity',
  sources: { 'Token.sol': { content: readFileSync(new URL('Token.sol', import.meta.url), 'utf8') } },
  settings: {
    optimizer: { enabled: true, runs: 200 },
    outputSelection: { 'Token.sol': { Token: ['evm.bytecode.object'] } },
  },
};
const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }));
const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error');
if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'));
process.stdout.write(output.contracts['Token.sol'].Token.evm.bytecode.object);
