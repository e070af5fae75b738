"""Commands: how a typed Python function becomes something that a client can call."""
