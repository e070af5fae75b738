"""Any value as JSON, with encoders that node modules add for their types.

An encoder is called as `encoder(value, preview)` and returns an `Encdata`, or `(data, handled)`.
"""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from pathlib import PurePath
from typing import Any, ClassVar, TypeAlias
from weakref import WeakKeyDictionary, WeakSet

from funcnodes_core.sentinels import NoValue, NoValueType
from funcnodes_core.types import CONCEALED, Secret, databytes

__all__ = ["Encdata", "EncoderRegistry", "JSONDecoder", "JSONEncoder"]

NO_VALUE_TEXT = "<NoValue>"
PREVIEW_CHARS = 1000
PREVIEW_ITEMS = 10
_PREVIEW_BYTES = PREVIEW_CHARS * 3 // 4  # whose base64 text is as long
_SCALARS = (str, int, float, bool, type(None))
_JSON_TYPES = (str, int, float, list, tuple, dict)
_PLAIN = (*_SCALARS, dict, list, tuple)
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
        self._plain: dict[type, bool] | None = None

    @property
    def plain(self) -> dict[type, bool]:
        """Which types of JSON nobody encodes; true for dict and list, whose items may still be anything."""
        if self._plain is None:
            kinds = {kind: False for kind in _SCALARS} | {dict: True, list: True}
            self._plain = {kind: nested for kind, nested in kinds.items() if not self.lookup(kind)}
        return self._plain

    def _changed(self) -> None:
        self._found.clear()
        self._plain = None

    def add(self, encoder: Encoder, classes: Iterable[type] | type | None, *, first: bool) -> None:
        """Adds an encoder behind or in front of those that a class has."""
        chosen = [classes] if isinstance(classes, type) else classes
        for cls in [object] if chosen is None else chosen:
            encoders = self.setdefault(cls, [])
            encoders.insert(0 if first else len(encoders), encoder)
        self._changed()

    def remove(self, encoder: Encoder) -> None:
        """Takes an encoder off every class."""
        for encoders in self.values():
            while encoder in encoders:
                encoders.remove(encoder)
        self._changed()

    def lookup(self, cls: type) -> tuple[Encoder, ...]:
        """The encoders for values of a class: its own, then those of its bases in order."""
        found = self._found.get(cls)
        if found is None:
            skip = _PLAIN_BLIND if cls in _PLAIN else ()
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
        if type(obj) in _SCALARS:
            return cls._encode(obj, preview, seen or set())
        inside = set() if seen is None else seen
        if id(obj) in inside:
            raise ValueError("Circular reference detected.")
        inside.add(id(obj))
        try:
            return cls._encode(obj, preview, inside)
        finally:
            inside.discard(id(obj))

    @classmethod
    def ask_encoders(cls, obj: Any, preview: bool) -> Encdata | None:
        """What the first encoder that knows a value makes of it; None if none does."""
        for encoder in cls.encoder_registry.lookup(type(obj)):
            answer = encoder(obj, preview)
            result = answer if isinstance(answer, Encdata) else Encdata(answer[0], handeled=answer[1])
            if result.handeled:
                return result
        return None

    @classmethod
    def _encode(cls, obj: Any, preview: bool, seen: set[int], lazy: bool = False) -> Any:
        result = cls.ask_encoders(obj, preview)
        if result is None:
            return cls._encode_default(obj, preview, seen)
        if result.done:
            return result.data
        go_on = preview if result.continue_preview is None else result.continue_preview
        plain = cls.encoder_registry.plain
        if lazy and not go_on and plain.get(type(result.data)):
            return _as_json_takes_it(result.data, cls, plain, seen)
        return cls.apply_custom_encoding(result.data, go_on, seen)

    @classmethod
    def _encode_default(cls, obj: Any, preview: bool, seen: set[int]) -> Any:
        if isinstance(obj, Secret):
            return CONCEALED
        if isinstance(obj, str):
            return obj[:PREVIEW_CHARS] + "..." if preview and len(obj) > PREVIEW_CHARS else obj
        if obj is None or isinstance(obj, (int, float)):
            return obj
        if isinstance(obj, (dict, Mapping)):
            return {key: cls.apply_custom_encoding(item, preview, seen) for key, item in obj.items()}
        if isinstance(obj, _LISTS):
            items = islice(obj, PREVIEW_ITEMS) if preview else obj
            return [cls.apply_custom_encoding(item, preview, seen) for item in items]
        return str(obj)

    def default(self, o: Any) -> Any:
        """Called by `json` for values that it does not know."""
        if self.default_preview or type(o) in _PLAIN:
            return self.apply_custom_encoding(o, preview=self.default_preview)
        return self._encode(o, False, {id(o)}, lazy=True)


def _as_json_takes_it(obj: Any, encoder: type[JSONEncoder], plain: dict[type, bool], seen: set[int]) -> Any:
    """A dict or list in which `json` itself finds what to ask for; the same object if nothing changes.

    Left alone are plain leaves, and values that `json` hands to `default` anyway. Saved graphs
    are little else: they are looked through, not copied.
    """
    if id(obj) in seen:
        raise ValueError("Circular reference detected.")
    seen.add(id(obj))
    made, known = obj, plain.get
    for key, item in obj.items() if type(obj) is dict else enumerate(obj):
        nested = known(kind := type(item))
        if nested is False or (nested and not item):
            continue
        if nested:
            new = _as_json_takes_it(item, encoder, plain, seen)
        elif issubclass(kind, _JSON_TYPES):
            new = encoder.apply_custom_encoding(item, False, seen)
        else:
            continue  # `json` hands it to `default`
        if new is not item:
            if made is obj:
                made = obj.copy()
            made[key] = new
    seen.discard(id(obj))
    return made


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


def _encode_bytes(obj: bytes, preview: bool) -> Encdata:
    if preview and len(obj) > PREVIEW_CHARS:
        return Encdata(
            base64.b64encode(obj[:_PREVIEW_BYTES]).decode("ascii") + "...", done=True, handeled=True
        )
    return Encdata(base64.b64encode(obj).decode("ascii"), done=True, handeled=True)


def _encode_databytes(obj: databytes, _preview: bool) -> Encdata:
    return Encdata(f"databytes({len(obj)})", done=True, handeled=True)


def _encode_path(obj: PurePath, _preview: bool) -> Encdata:
    return Encdata(obj.as_posix(), done=True, handeled=True)


def _encode_no_value(_obj: NoValueType, _preview: bool) -> Encdata:
    return Encdata(NO_VALUE_TEXT, done=True, handeled=True)


# plain scalars, lists and dicts are never of these kinds, and there are many of them
_PLAIN_BLIND = (_encode_repr_json, _encode_full, _encode_dataclass)

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
