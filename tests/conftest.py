"""Fixtures of the whole suite."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, the loop that the engine and aiohttp use."""
    return "asyncio"


@pytest.fixture(scope="session")
def root() -> Path:
    """The root folder of the repository."""
    return ROOT
