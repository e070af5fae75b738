"""Encoders and decoders of values, under an import path that node modules use."""

from funcnodes_core.codec.binary import ByteEncoder, BytesEncdata
from funcnodes_core.codec.json import Encdata, JSONDecoder, JSONEncoder

__all__ = ["ByteEncoder", "BytesEncdata", "Encdata", "JSONDecoder", "JSONEncoder"]
