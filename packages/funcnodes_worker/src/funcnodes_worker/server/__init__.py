"""The only place of the worker that knows aiohttp."""

__all__: list[str] = []
