"""What a saved graph is made of, and how it is written."""

from funcnodes_core.codec.json import JSONDecoder, JSONEncoder
from funcnodes_core.files import read_json, write_json
from funcnodes_core.schema import NodeJSON, NodeSpaceJSON

__all__ = ["JSONDecoder", "JSONEncoder", "NodeJSON", "NodeSpaceJSON", "read_json", "write_json"]
