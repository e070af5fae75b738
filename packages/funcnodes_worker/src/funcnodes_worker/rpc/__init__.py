"""Commands: how a typed Python function becomes something that a client can call."""

__all__: list[str] = []
