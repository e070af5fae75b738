"""Any value as JSON, with encoders that node modules add for their types.

An encoder is called as `encoder(value, preview)` and returns an `Encdata`, or `(data, handled)`.
"""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Any, ClassVar, TypeAlias
from weakref import WeakKeyDictionary, WeakSet

from funcnodes_core.sentinels import NoValue, NoValueType
from funcnodes_core.types import databytes

__all__ = ["Encdata", "EncoderRegistry", "JSONDecoder", "JSONEncoder"]

NO_VALUE_TEXT = "<NoValue>"
PREVIEW_CHARS = 1000
PREVIEW_ITEMS = 10
_SCALARS = (str, int, float, bool, type(None))
_LISTS = (list, tuple, set, frozenset, WeakSet)


@dataclasses.dataclass(slots=True)
class Encdata:
    """What an encoder made of a value.

    Attributes:
        data: The result.
        done: Whether `data` is final; otherwise it is encoded again.
        handeled: Whether the encoder knew the value at all.
        continue_preview: Whether what is encoded again is shortened; None keeps the mode.
    """

    data: Any
    done: bool = False
    handeled: bool = False
    continue_preview: bool | None = None


Encoder: TypeAlias = Callable[[Any, bool], Any]
Decoder: TypeAlias = Callable[[Any], tuple[Any, bool]]


class EncoderRegistry(dict[type, list[Encoder]]):
    """Encoders by class; those for `object` are asked last, for every value."""

    def __init__(self) -> None:
        super().__init__()
        self._found: WeakKeyDictionary[type, tuple[Encoder, ...]] = WeakKeyDictionary()

    def add(self, encoder: Encoder, classes: Iterable[type] | type | None, *, first: bool) -> None:
        """Adds an encoder behind or in front of those that a class has."""
        chosen = [classes] if isinstance(classes, type) else classes
        for cls in [object] if chosen is None else chosen:
            encoders = self.setdefault(cls, [])
            encoders.insert(0 if first else len(encoders), encoder)
        self._found.clear()

    def remove(self, encoder: Encoder) -> None:
        """Takes an encoder off every class."""
        for encoders in self.values():
            while encoder in encoders:
                encoders.remove(encoder)
        self._found.clear()

    def lookup(self, cls: type) -> tuple[Encoder, ...]:
        """The encoders for values of a class: its own, then those of its bases in order."""
        found = self._found.get(cls)
        if found is None:
            skip = _SCALAR_BLIND if cls in _SCALARS else ()
            found = tuple(e for base in cls.__mro__ for e in self.get(base, ()) if e not in skip)
            self._found[cls] = found
        return found


class JSONEncoder(json.JSONEncoder):
    """Encodes any value; use as `json.dumps(value, cls=JSONEncoder)`."""

    encoder_registry: ClassVar[EncoderRegistry] = EncoderRegistry()
    default_preview: ClassVar[bool] = False

    @classmethod
    def add_encoder(cls, enc: Encoder, enc_cls: Iterable[type] | type | None = None) -> None:
        """Adds an encoder.

        Args:
            enc: Called as `enc(value, preview)`.
            enc_cls: For values of which classes; without it for every value, asked last.
        """
        cls.encoder_registry.add(enc, enc_cls, first=False)

    @classmethod
    def prepend_encoder(cls, enc: Encoder, enc_cls: Iterable[type] | type | None = None) -> None:
        """Adds an encoder in front of those that the classes have."""
        cls.encoder_registry.add(enc, enc_cls, first=True)

    @classmethod
    def apply_custom_encoding(cls, obj: Any, preview: bool = False, seen: set[int] | None = None) -> Any:
        """A value made of dicts, lists, text, numbers, booleans and None.

        Args:
            obj: Any value.
            preview: Whether long text and long lists are cut.
            seen: Ids of the values that this one is inside of.

        Raises:
            ValueError: The value contains itself.
        """
        outer = seen or set()
        if type(obj) not in _SCALARS:
            if id(obj) in outer:
                raise ValueError("Circular reference detected.")
            outer = outer | {id(obj)}
        for encoder in cls.encoder_registry.lookup(type(obj)):
            answer = encoder(obj, preview)
            result = answer if isinstance(answer, Encdata) else Encdata(answer[0], handeled=answer[1])
            if not result.handeled:
                continue
            if result.done:
                return result.data
            go_on = preview if result.continue_preview is None else result.continue_preview
            return cls.apply_custom_encoding(result.data, go_on, outer)
        return cls._encode_default(obj, preview, outer)

    @classmethod
    def _encode_default(cls, obj: Any, preview: bool, seen: set[int]) -> Any:
        if isinstance(obj, str):
            return obj[:PREVIEW_CHARS] + "..." if preview and len(obj) > PREVIEW_CHARS else obj
        if obj is None or isinstance(obj, int):
            return obj
        if isinstance(obj, float):
            return obj if obj == obj else None
        if isinstance(obj, Mapping):
            return {key: cls.apply_custom_encoding(item, preview, seen) for key, item in obj.items()}
        if isinstance(obj, _LISTS):
            items = list(obj)[:PREVIEW_ITEMS] if preview else obj
            return [cls.apply_custom_encoding(item, preview, seen) for item in items]
        return str(obj)

    def default(self, o: Any) -> Any:
        """Called by `json` for values that it does not know."""
        return self.apply_custom_encoding(o, preview=self.default_preview)


def _encode_repr_json(obj: Any, _preview: bool) -> Encdata:
    if hasattr(obj, "_repr_json_") and not isinstance(obj, type):
        return Encdata(obj._repr_json_(), done=True, handeled=True)
    return Encdata(None)


def _encode_full(obj: Any, _preview: bool) -> Encdata:
    """Nodes, ports, graphs and whatever else says everything about itself on request."""
    if hasattr(obj, "full_serialize") and not isinstance(obj, type):
        return Encdata(obj.full_serialize(), handeled=True)
    return Encdata(None)


def _encode_dataclass(obj: Any, _preview: bool) -> Encdata:
    if dataclasses.is_dataclass(obj) and not isinstance(obj, type):
        fields = {field.name: getattr(obj, field.name) for field in dataclasses.fields(obj)}
        return Encdata(fields, handeled=True)
    return Encdata(None)


def _encode_bytes(obj: bytes, _preview: bool) -> Encdata:
    return Encdata(base64.b64encode(obj).decode("ascii"), done=True, handeled=True)


def _encode_databytes(obj: databytes, _preview: bool) -> Encdata:
    return Encdata(f"databytes({len(obj)})", done=True, handeled=True)


def _encode_path(obj: PurePath, _preview: bool) -> Encdata:
    return Encdata(obj.as_posix(), done=True, handeled=True)


def _encode_no_value(_obj: NoValueType, _preview: bool) -> Encdata:
    return Encdata(NO_VALUE_TEXT, done=True, handeled=True)


# plain scalars are never of these kinds, and there are many of them
_SCALAR_BLIND = (_encode_repr_json, _encode_full, _encode_dataclass)

JSONEncoder.add_encoder(_encode_repr_json)
JSONEncoder.add_encoder(_encode_full)
JSONEncoder.add_encoder(_encode_dataclass)
JSONEncoder.add_encoder(_encode_bytes, [bytes])
JSONEncoder.add_encoder(_encode_databytes, [databytes])
JSONEncoder.add_encoder(_encode_path, [PurePath])
JSONEncoder.add_encoder(_encode_no_value, [NoValueType])


class JSONDecoder(json.JSONDecoder):
    """Decodes JSON; the leaves of every object go through the decoders that were added.

    A text or a list at the top is left alone.
    """

    decoders: ClassVar[list[Decoder]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._own_hook: Callable[[dict[str, Any]], Any] | None = kwargs.pop("object_hook", None)
        super().__init__(*args, object_hook=self._decode_object, **kwargs)

    @classmethod
    def add_decoder(cls, dec: Decoder) -> None:
        """Adds a decoder, asked before those that are there: `dec(value) -> (value, handled)`."""
        cls.decoders.insert(0, dec)

    @classmethod
    def decode_custom(cls, value: Any) -> Any:
        """A decoded leaf, or a list of them, as the added decoders want it."""
        if type(value) is list:
            return [cls.decode_custom(item) for item in value]
        if type(value) is dict:
            return value  # its own turn came before that of the object around it
        for decoder in cls.decoders:
            decoded, handled = decoder(value)
            if handled:
                return decoded
        return NoValue if value == NO_VALUE_TEXT and type(value) is str else value

    def _decode_object(self, obj: dict[str, Any]) -> Any:
        every = bool(self.decoders)
        for key, value in obj.items():
            # most leaves are numbers and short text: only what may change is looked at
            if every or value == NO_VALUE_TEXT or type(value) is list:
                obj[key] = self.decode_custom(value)
        return obj if self._own_hook is None else self._own_hook(obj)
