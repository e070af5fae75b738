"""Whether data has the form of a saved graph; asked before anything is changed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from funcnodes_core.grouping_logic import GroupingLogic
from funcnodes_core.node.mode import NodeMode

__all__ = ["check_graph"]

_MODES = frozenset(mode.value for mode in NodeMode)
_TEXT_OR_NONE = (str, type(None))
_DICT_OR_NONE = (Mapping, type(None))
_LIST_OR_NONE = (list, tuple, type(None))
_NODE_FIELDS: dict[str, Any] = {
    **dict.fromkeys(("id", "uuid", "name", "description"), _TEXT_OR_NONE),
    **dict.fromkeys(("io", "properties", "render_options"), _DICT_OR_NONE),
    "node_id": str,
    "timeout_s": (int, float, type(None)),
    "retries": (int, type(None)),
}
_PORT_FIELDS: dict[str, Any] = {
    "name": _TEXT_OR_NONE,
    **dict.fromkeys(("value_options", "render_options"), _DICT_OR_NONE),
}
_GROUP_FIELDS: dict[str, Any] = {
    "parent_group": _TEXT_OR_NONE,
    "meta": _DICT_OR_NONE,
    **dict.fromkeys(("node_ids", "child_groups", "position"), _LIST_OR_NONE),
}


def check_graph(data: Any) -> tuple[list[Mapping[str, Any]], Sequence[Any]]:
    """The nodes and edges of a saved graph.

    Raises:
        ValueError: The data has another form; the message says where.
    """
    _check(data, Mapping, "a saved graph is a dict")
    nodes, edges, prop, groups = (data.get(key) for key in ("nodes", "edges", "prop", "groups"))
    _check(nodes, _LIST_OR_NONE, "a saved graph has a list under 'nodes'")
    _check(edges, _LIST_OR_NONE, "a saved graph has a list under 'edges'")
    _check(prop, _DICT_OR_NONE, "a saved graph has a dict under 'prop'")
    _check(groups, _DICT_OR_NONE, "a saved graph has a dict under 'groups'")
    for saved in nodes or ():
        _check_node(saved)
    counts = Counter(str(saved.get("id") or saved.get("uuid") or "") for saved in nodes or ())
    for uuid, count in counts.items():
        if uuid and count > 1:
            raise ValueError(f"a saved graph has {count} nodes {uuid!r}")
    _check_groups(groups or {})
    return list(nodes or ()), edges or ()


def _check(value: Any, kinds: Any, complaint: str) -> None:
    if not isinstance(value, kinds):
        raise ValueError(f"{complaint}, not {value!r:.100}")


def _check_fields(saved: Mapping[str, Any], fields: Mapping[str, Any], where: str) -> None:
    for key, kinds in fields.items():
        if key in saved:
            _check(saved[key], kinds, f"{where} has something else under {key!r}")


def _check_node(saved: Any) -> None:
    if not isinstance(saved, Mapping) or not saved.get("node_id"):
        raise ValueError(f"a saved node is a dict with a 'node_id', not {saved!r:.100}")
    where = f"the saved node {saved.get('id') or saved.get('name')!r:.100}"
    _check_fields(saved, _NODE_FIELDS, where)
    if "mode" in saved and (not isinstance(saved["mode"], str) or saved["mode"] not in _MODES):
        raise ValueError(f"{where} has an unknown mode {saved['mode']!r:.100}")
    timeout_s, retries = saved.get("timeout_s"), saved.get("retries")
    if timeout_s is not None and (isinstance(timeout_s, bool) or not 0 < timeout_s < math.inf):
        raise ValueError(f"{where} has a time limit of {timeout_s!r} seconds")
    if retries is not None and (isinstance(retries, bool) or retries < 0):
        raise ValueError(f"{where} has {retries!r} retries")
    for io_id, port in (saved.get("io") or {}).items():
        _check(port, Mapping, f"{where} has a dict for each port, also for {io_id!r}")
        _check_fields(port, _PORT_FIELDS, f"{where}, port {io_id!r},")


def _check_groups(groups: Mapping[str, Any]) -> None:
    for group_id, saved in groups.items():
        _check(saved, Mapping, f"the saved group {group_id!r} is a dict")
        _check_fields(saved, _GROUP_FIELDS, f"the saved group {group_id!r}")
        for key in ("node_ids", "child_groups"):
            for member in saved.get(key) or ():
                _check(member, str, f"the saved group {group_id!r} has ids under {key!r}")
    GroupingLogic().deserialize(groups)
