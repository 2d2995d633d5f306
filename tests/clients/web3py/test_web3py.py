"""web3.py, unmodified, against a Zexus node: `ZX_RPC_URL`, `ZX_ARTIFACTS` and `ZX_EVM_CONTRACTS` say where things are."""

import json
import os
import unittest
from pathlib import Path

from eth_account import Account
from web3 import HTTPProvider, Web3
from web3.exceptions import (
    BlockNotFound,
    ContractCustomError,
    ContractLogicError,
    TransactionNotFound,
    Web3RPCError,
)

CHAIN_ID = 31_337
KEY = "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"  # The third dev account's.
ARTIFACTS = Path(os.environ["ZX_ARTIFACTS"])
EVM = json.loads(Path(os.environ["ZX_EVM_CONTRACTS"]).read_text())

w3 = Web3(HTTPProvider(os.environ["ZX_RPC_URL"]))
me = Account.from_key(KEY)


def stranger():
    return Account.create().address


def send(transaction):
    """Fills in, signs and sends a transaction, and gives its receipt."""
    transaction = {
        "from": me.address,
        "nonce": w3.eth.get_transaction_count(me.address, "pending"),
        "chainId": CHAIN_ID,
        **transaction,
    }
    transaction.setdefault("gas", w3.eth.estimate_gas(transaction))
    if "gasPrice" not in transaction:
        transaction.setdefault("maxPriorityFeePerGas", w3.eth.max_priority_fee)
        transaction.setdefault("maxFeePerGas", 2 * w3.eth.gas_price)
    signed = me.sign_transaction({k: v for k, v in transaction.items() if k != "from"})
    return w3.eth.wait_for_transaction_receipt(w3.eth.send_raw_transaction(signed.raw_transaction), poll_latency=0.05)


def deploy(abi, code, *args):
    built = w3.eth.contract(abi=abi, bytecode=code).constructor(*args).build_transaction({"from": me.address, "gas": 0})
    receipt = send({"data": built["data"]})
    assert receipt["status"] == 1
    return w3.eth.contract(address=receipt["contractAddress"], abi=abi)


def wasm(name):
    module = (ARTIFACTS / f"{name}.wasm").read_bytes()
    abi = json.loads((ARTIFACTS / f"{name}.abi.json").read_text())
    return abi, "0xef5a5801" + len(module).to_bytes(4, "big").hex() + module.hex()


class Chain(unittest.TestCase):
    def test_is_the_dev_chain(self):
        self.assertTrue(w3.is_connected())
        self.assertEqual(w3.eth.chain_id, CHAIN_ID)
        self.assertEqual(w3.net.version, str(CHAIN_ID))
        self.assertTrue(w3.client_version.startswith("Zexus/"))
        self.assertFalse(w3.eth.syncing)
        self.assertEqual(len(w3.eth.accounts), 10)

    def test_has_fees(self):
        history = w3.eth.fee_history(2, "latest", [10, 90])
        self.assertEqual(len(history["baseFeePerGas"]), len(history["gasUsedRatio"]) + 1)
        self.assertEqual(len(history["reward"]), len(history["gasUsedRatio"]))
        self.assertGreater(w3.eth.gas_price, 0)

    def test_has_blocks(self):
        block = w3.eth.get_block("latest", full_transactions=True)
        self.assertEqual(block["hash"], w3.eth.get_block(block["number"])["hash"])
        self.assertEqual(w3.eth.get_block_transaction_count(block["number"]), len(block["transactions"]))
        self.assertEqual(len(w3.eth.get_block_receipts(block["number"])), len(block["transactions"]))
        self.assertEqual(w3.eth.get_block("safe")["number"], w3.eth.get_block("finalized")["number"])

    def test_says_what_there_is_not(self):
        with self.assertRaises(BlockNotFound):
            w3.eth.get_block(10**9)
        with self.assertRaises(TransactionNotFound):
            w3.eth.get_transaction("0x" + "11" * 32)
        with self.assertRaises(TransactionNotFound):
            w3.eth.get_transaction_receipt("0x" + "11" * 32)


class Transactions(unittest.TestCase):
    def test_move_wei(self):
        for fields in ({}, {"gasPrice": 2 * w3.eth.gas_price}, {"accessList": [{"address": me.address, "storageKeys": []}]}):
            to = stranger()
            receipt = send({"to": to, "value": 7, **fields})
            self.assertEqual((receipt["status"], w3.eth.get_balance(to)), (1, 7))
            transaction = w3.eth.get_transaction(receipt["transactionHash"])
            self.assertEqual((transaction["from"], transaction["to"], transaction["value"]), (me.address, to, 7))
            self.assertEqual(w3.eth.get_raw_transaction(receipt["transactionHash"])[0] > 0, True)

    def test_are_signed_by_the_node_for_its_accounts(self):
        to = stranger()
        sent = w3.eth.send_transaction({"from": w3.eth.accounts[1], "to": to, "value": 5})
        self.assertEqual(w3.eth.wait_for_transaction_receipt(sent, poll_latency=0.05)["status"], 1)
        self.assertEqual(w3.eth.get_balance(to), 5)

    def test_are_refused_in_words_that_it_knows(self):
        with self.assertRaisesRegex(Web3RPCError, "nonce too low"):
            send({"to": stranger(), "nonce": 0, "gas": 21_000})
        with self.assertRaisesRegex(Web3RPCError, "insufficient funds"):
            send({"to": stranger(), "value": 10**30, "gas": 21_000})

    def test_are_seen_by_filters(self):
        pending, blocks = w3.eth.filter("pending"), w3.eth.filter("latest")
        receipt = send({"to": stranger(), "value": 1})
        self.assertEqual(pending.get_new_entries(), [receipt["transactionHash"]])
        self.assertEqual(blocks.get_new_entries(), [receipt["blockHash"]])


class Contract:
    """What the two kinds have in common."""

    def test_its_code_is_there(self):
        self.assertTrue(w3.eth.get_code(self.contract.address).startswith(self.prefix))

    def test_its_account_has_a_proof(self):
        proof = w3.eth.get_proof(self.contract.address, [0], "latest")
        self.assertEqual(len(proof["storageProof"]), 1)
        self.assertGreater(len(proof["accountProof"]), 0)


class WebAssembly(Contract, unittest.TestCase):
    prefix = bytes.fromhex("ef5a5801")

    @classmethod
    def setUpClass(cls):
        abi, code = wasm("zx20")
        cls.contract = deploy(abi, code, "Python Token", "PYT", 18, 1_000_000)

    def test_answers_and_changes(self):
        calls, to = self.contract.functions, stranger()
        self.assertEqual((calls.name().call(), calls.decimals().call()), ("Python Token", 18))
        data = calls.transfer(to, 9).build_transaction({"from": me.address, "gas": 0})["data"]
        receipt = send({"to": self.contract.address, "data": data})
        self.assertEqual(calls.balanceOf(to).call(), 9)
        (event,) = self.contract.events.Transfer().process_receipt(receipt)
        self.assertEqual(event["args"]["value"], 9)
        (found,) = self.contract.events.Transfer().get_logs(from_block=receipt["blockNumber"], argument_filters={"to": to})
        self.assertEqual(found["transactionHash"], receipt["transactionHash"])

    def test_takes_overrides(self):
        supply = self.contract.functions.totalSupply()
        self.assertEqual(supply.call(), 1_000_000)
        self.assertEqual(supply.call(state_override={self.contract.address: {"state": {}}}), 0)

    def test_reverts_with_its_own_error(self):
        with self.assertRaises(ContractCustomError):
            self.contract.functions.transfer(stranger(), 10**30).call({"from": me.address})

    def test_makes_access_lists(self):
        data = self.contract.functions.transfer(stranger(), 1).build_transaction({"from": me.address, "gas": 0})["data"]
        listed = w3.eth.create_access_list({"from": me.address, "to": self.contract.address, "data": data})
        self.assertEqual([entry["address"] for entry in listed["accessList"]], [self.contract.address])


class Evm(Contract, unittest.TestCase):
    prefix = bytes.fromhex("60")

    @classmethod
    def setUpClass(cls):
        cls.contract = deploy(EVM["Store"]["abi"], EVM["Store"]["bytecode"])

    def test_answers_and_changes(self):
        data = self.contract.functions.set(42).build_transaction({"from": me.address, "gas": 0, "value": 3})["data"]
        receipt = send({"to": self.contract.address, "data": data, "value": 3})
        self.assertEqual(self.contract.functions.number().call(), 42)
        (event,) = self.contract.events.Stored().process_receipt(receipt)
        self.assertEqual((event["args"]["number"], event["args"]["value"]), (42, 3))
        self.assertEqual(int(w3.eth.get_storage_at(self.contract.address, 0).hex(), 16), 42)

    def test_reverts(self):
        with self.assertRaises(ContractCustomError):
            self.contract.functions.refuse(1).call()
        with self.assertRaises(ContractLogicError):
            self.contract.functions.panic(0).call()

    def test_simulates(self):
        data = self.contract.functions.set(7).build_transaction({"from": me.address, "gas": 0})["data"]
        call = {"from": me.address, "to": self.contract.address, "data": data}
        blocks = w3.eth.simulate_v1({"blockStateCalls": [{"calls": [call, call]}]}, "latest")
        self.assertEqual(int(blocks[0]["calls"][1]["returnData"].hex(), 16), 7)


if __name__ == "__main__":
    unittest.main(verbosity=2)
