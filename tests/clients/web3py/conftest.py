"""Which of web3.py's own tests are not asked of a node; pytest looks for this hook here."""

import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        words = getattr(item.module, "GETH_ONLY", ())
        if any(word in item.name for word in words):
            item.add_marker(pytest.mark.skip(reason="not of any node but web3.py's own geth"))
