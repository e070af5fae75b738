"""Fixtures of the whole suite."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, the loop that the engine and aiohttp use."""
    return "asyncio"
