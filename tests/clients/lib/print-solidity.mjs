// Prints the contracts of `contracts/` as JSON, for suites that are not in JavaScript.
import { compile } from './solidity.mjs';

process.stdout.write(JSON.stringify(compile()));
