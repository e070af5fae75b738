"""The only place of the worker that knows aiohttp."""
