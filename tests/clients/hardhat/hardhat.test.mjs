// Hardhat 3 with its ethers and Ignition plugins, unmodified, on a network of type `http`.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import ethersPlugin from '@nomicfoundation/hardhat-ethers';
import ignitionPlugin from '@nomicfoundation/hardhat-ignition-ethers';
import { buildModule } from '@nomicfoundation/hardhat-ignition/modules';
import { createHardhatRuntimeEnvironment } from 'hardhat/hre';
import { accountCode, contract } from '../lib/artifacts.mjs';
import { FUNDS, accounts, rpcUrl, stranger } from '../lib/env.mjs';
import { compile } from '../lib/solidity.mjs';

const SUPPLY = 1_000_000n;
const COIN = 10n ** 18n;
const zx20 = contract('zx20');
const { Store, Caller, Refusing } = compile();

/** As Hardhat keeps what its compiler makes; a module in WebAssembly is bytecode like any other. */
const artifact = (contractName, { abi, bytecode }) => ({
  _format: 'hh3-artifact-1',
  contractName,
  sourceName: `${contractName}.sol`,
  abi,
  bytecode,
  deployedBytecode: '0x',
  linkReferences: {},
  deployedLinkReferences: {},
  immutableReferences: {},
});

/** An error that has these bytes somewhere: plugins wrap the provider's. */
const tells = (data) => (error) => {
  const told = JSON.stringify([error, error.message, error.data, error.cause?.data], (_, value) => value?.toString());
  assert.ok(told.includes(data), told);
  return true;
};

const folder = mkdtempSync(join(tmpdir(), 'zexus-hardhat-'));
let hre, keys, remote;

before(async () => {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const network = { type: 'http', chainType: 'l1', url: rpcUrl() };
  const mnemonic = 'test test test test test test test test test test test junk';
  hre = await createHardhatRuntimeEnvironment(
    {
      plugins: [ethersPlugin, ignitionPlugin],
      paths: { ignition: join(folder, 'ignition'), cache: join(folder, 'cache'), artifacts: join(folder, 'artifacts') },
      networks: {
        keys: { ...network, accounts: accounts.slice(0, 3).map(({ privateKey }) => privateKey) },
        words: { ...network, accounts: { mnemonic, count: 4, initialIndex: 3 } },
        remote: { ...network, accounts: 'remote' },
        elsewhere: { ...network, chainId: 1 },
      },
    },
    {},
    folder,
  );
  keys = await hre.network.connect('keys');
  remote = await hre.network.connect('remote');
});
after(async () => {
  await Promise.all([keys.close(), remote.close()]);
  rmSync(folder, { recursive: true });
});

describe('the network', () => {
  test('has the accounts of keys, of words, and of the node', async () => {
    const addresses = async ({ ethers }) => (await ethers.getSigners()).map(({ address }) => address);
    const expected = accounts.map(({ address }) => address);
    assert.deepEqual(await addresses(keys), expected.slice(0, 3));
    assert.deepEqual(await addresses(await hre.network.connect('words')), expected.slice(3, 7));
    assert.deepEqual(await addresses(remote), expected);
    assert.equal(await keys.ethers.provider.getBalance(expected[9]), FUNDS);
  });

  test('is held to the chain id of its configuration', async () => {
    const { provider } = await hre.network.connect('elsewhere');
    await assert.rejects(provider.request({ method: 'eth_blockNumber' }), /chain ?id/i);
  });

  test('answers in batches no worse than one by one', async () => {
    const blocks = await Promise.all(Array.from({ length: 20 }, () => keys.ethers.provider.getBlock('latest')));
    assert.ok(blocks.every(({ hash }) => hash === blocks[0].hash));
  });
});

for (const [name, connection] of [
  ['keys of its own', () => keys],
  ["the node's keys", () => remote],
]) {
  describe(`with ${name}`, () => {
    let ethers, owner, other, token, store;

    before(async () => {
      ({ ethers } = connection());
      [owner, other] = await ethers.getSigners();
    });

    const deploy = async (name, compiled, args = []) => {
      const factory = await ethers.getContractFactoryFromArtifact(artifact(name, compiled), owner);
      return (await factory.deploy(...args)).waitForDeployment();
    };

    test('coins move, and their fee is what the receipt says', async () => {
      const to = stranger();
      const funds = await ethers.provider.getBalance(owner.address);
      const receipt = await (await owner.sendTransaction({ to, value: COIN })).wait();
      assert.deepEqual([receipt.status, receipt.type, receipt.gasUsed], [1, 2, 21_000n]);
      assert.equal(await ethers.provider.getBalance(to), COIN);
      assert.equal(await ethers.provider.getBalance(owner.address), funds - COIN - receipt.fee);
    });

    test('a WASM contract is deployed from its ABI and module', async () => {
      token = await deploy('Zx20', zx20, ['Zexus Token', 'ZXT', 18, SUPPLY]);
      assert.equal(await ethers.provider.getCode(await token.getAddress()), accountCode(zx20.module));
      assert.deepEqual([await token.symbol(), await token.totalSupply()], ['ZXT', SUPPLY]);
    });

    test('its methods are sent, and its events are found', async () => {
      const receipt = await (await token.transfer(other.address, 7n)).wait();
      assert.equal(await token.balanceOf(other.address), 7n);
      const [event] = await token.queryFilter(token.filters.Transfer(owner.address), receipt.blockNumber);
      assert.deepEqual([event.args.to, event.args.value], [other.address, 7n]);
      await (await token.connect(other).transfer(owner.address, 2n)).wait();
      assert.equal(await token.balanceOf(other.address), 5n);
    });

    test('its custom errors are told with their data', async () => {
      const short = token.interface.encodeErrorResult('ERC20InsufficientBalance', [other.address, 5n, SUPPLY]);
      await assert.rejects(token.connect(other).transfer(owner.address, SUPPLY), tells(short));
    });

    test('an EVM contract is deployed, used, and listened to', async () => {
      store = await deploy('Store', Store);
      const heard = new Promise((resolve) => store.once('Stored', (...args) => resolve(args.slice(0, 3))));
      assert.equal(await store.set.staticCall(42n), 0n);
      await (await store.set(42n, { value: 3n })).wait();
      assert.equal(await store.number(), 42n);
      assert.deepEqual(await heard, [owner.address, 42n, 3n]);
    });

    test('a revert of an estimate, of a call and of a deployment is told with its data', async () => {
      const refused = new ethers.Interface(Store.abi).encodeErrorResult('Refused', [owner.address, 9]);
      await assert.rejects(store.refuse(9), tells(refused));
      await assert.rejects(store.refuse.staticCall(9), tells(refused));
      await assert.rejects(deploy('Refusing', Refusing, [5]), tells(new ethers.Interface(Refusing.abi).encodeErrorResult('NotToday', [5])));
    });

    test('contracts of both machines call each other', async () => {
      const caller = await deploy('Caller', Caller);
      const [from, to] = [await caller.getAddress(), stranger()];
      await (await token.transfer(from, 10n)).wait();
      await (await caller.send(await token.getAddress(), to, 4n)).wait();
      assert.equal(await token.balanceOf(to), 4n);
      assert.equal(await caller.balance(await token.getAddress(), from), 6n);
    });

    test('nonces, gas and fees that are left out are filled in, and those that are not are kept', async () => {
      const { provider } = connection();
      const send = (more) => {
        const params = [{ from: owner.address, to: other.address, value: '0x1', ...more }];
        return provider.request({ method: 'eth_sendTransaction', params });
      };
      const hash = await send({});
      assert.ok(await ethers.provider.waitForTransaction(hash));
      const kept = await send({ gas: '0x7530', gasPrice: '0x2540be400' });
      await ethers.provider.waitForTransaction(kept);
      const found = await ethers.provider.getTransaction(kept);
      assert.deepEqual([found.gasLimit, found.gasPrice, found.type], [30_000n, 10_000_000_000n, 0]);
    });

    test('a message and typed data are signed', async () => {
      assert.equal(ethers.verifyMessage('hello', await owner.signMessage('hello')), owner.address);
      const domain = { name: 'Zexus', chainId: 31337 };
      const types = { Order: [{ name: 'amount', type: 'uint256' }] };
      const signature = await owner.signTypedData(domain, types, { amount: 5n });
      assert.equal(ethers.verifyTypedData(domain, types, { amount: 5n }, signature), owner.address);
    });
  });
}

describe('Ignition', () => {
  const both = buildModule('Both', (m) => {
    const token = m.contract('Zx20', artifact('Zx20', zx20), ['Ignited', 'IGN', 18, SUPPLY]);
    const caller = m.contract('Caller', artifact('Caller', Caller), []);
    const store = m.contract('Store', artifact('Store', Store), [], { after: [caller] });
    const funded = m.call(token, 'transfer', [caller, 100n]);
    m.call(caller, 'send', [token, store, 30n], { after: [funded] });
    m.call(store, 'set', [m.staticCall(token, 'balanceOf', [caller], 0, { after: [funded] })]);
    return { token, caller, store };
  });

  test('deploys a WASM and an EVM contract, and has them call each other', async () => {
    const { token, caller, store } = await keys.ignition.deploy(both);
    assert.equal(await token.balanceOf(await store.getAddress()), 30n);
    assert.equal(await token.balanceOf(await caller.getAddress()), 70n);
    assert.ok([70n, 100n].includes(await store.number()), 'what the token said before or after the sending');
  });

  test('goes on where it was: nothing is deployed twice', async () => {
    const owner = accounts[0].address;
    const nonce = await keys.ethers.provider.getTransactionCount(owner);
    const { token } = await keys.ignition.deploy(both);
    assert.equal(await keys.ethers.provider.getTransactionCount(owner), nonce);
    assert.equal(await token.symbol(), 'IGN');
  });

  test('says why a deployment fails', async () => {
    const refusing = buildModule('Refusing', (m) => ({ it: m.contract('Refusing', artifact('Refusing', Refusing), [8]) }));
    await assert.rejects(keys.ignition.deploy(refusing, { deploymentId: 'refusing' }), /NotToday|revert/);
  });
});
