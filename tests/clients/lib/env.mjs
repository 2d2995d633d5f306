// Where the node and the built contracts are, and the accounts that a dev node funds.
import { HDNodeWallet, JsonRpcProvider, Mnemonic, Wallet } from 'ethers';

const MNEMONIC = 'test test test test test test test test test test test junk';
const tree = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), "m/44'/60'/0'/0");

export const CHAIN_ID = 31337n;
export const FUNDS = 10_000n * 10n ** 18n;
/** The ten funded accounts: `{ address, privateKey }`. */
export const accounts = Array.from({ length: 10 }, (_, i) => {
  const { address, privateKey } = tree.deriveChild(i);
  return { address, privateKey };
});

export function rpcUrl() {
  const url = process.env.ZX_RPC_URL;
  if (!url) throw new Error('ZX_RPC_URL is not set: these suites run against a node, and `make test` starts one');
  return url;
}

/** An ethers provider that asks often and remembers nothing, so that a test sees the node and not a cache. */
export function connect(url = rpcUrl()) {
  const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1 });
  provider.pollingInterval = 50;
  return provider;
}

export function wallet(index, provider) {
  return new Wallet(accounts[index].privateKey, provider);
}

/** A fresh address that nobody has used. */
export function stranger() {
  return Wallet.createRandom().address;
}
