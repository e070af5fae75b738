"""Files written whole or not at all."""

from funcnodes_core.files import read_json, write_atomic, write_json

__all__ = ["read_json", "write_atomic", "write_json"]
