"""The store in memory keeps the contract."""

import pytest

from server.store.api import Store
from tests.contract.leases_contract import LeasesContract
from tests.contract.store_contract import StoreContract
from tests.fakes.store import MemoryStore


class TestMemoryStore(StoreContract, LeasesContract):
    """Run by pytest."""

    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()
