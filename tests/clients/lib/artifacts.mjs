// What `cargo zx-build` leaves: a module and, for a contract written with the SDK, its JSON ABI.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PREFIX = 'ef5a5801';

function folder() {
  if (process.env.ZX_ARTIFACTS) return process.env.ZX_ARTIFACTS;
  const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../../target', import.meta.url));
  return join(target, 'zx', 'artifacts');
}

function read(file) {
  const path = join(folder(), file);
  if (!existsSync(path)) throw new Error(`${path} is missing: build it with \`cargo zx-build\``);
  return readFileSync(path);
}

/** Input of a create transaction, without constructor arguments: the prefix, the length, the module. */
export function deployment(module) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(module.length);
  return `0x${PREFIX}${length.toString('hex')}${Buffer.from(module).toString('hex')}`;
}

/** Code of the account that a module is stored in. */
export function accountCode(module) {
  return `0x${PREFIX}${Buffer.from(module).toString('hex')}`;
}

/** A contract as `ContractFactory` and `deployContract` want it. */
export function contract(name) {
  const { module, bytecode } = bare(name);
  return { module, bytecode, abi: JSON.parse(read(`${name}.abi.json`)) };
}

/** A module that has no ABI of its own. */
export function bare(name) {
  const module = read(`${name}.wasm`);
  return { module, bytecode: deployment(module) };
}
