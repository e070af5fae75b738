"""Telling listeners and the graph's observers what a node does.

Called where somebody listens (`node._watched`), so that nobody pays for events unheard.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from funcnodes_core._logging import FUNCNODES_LOGGER
from funcnodes_core.node.protocol import NodeLike

# a run that took less is called fast
FAST_S = 0.2

__all__ = [
    "FAST_S",
    "progressed",
    "report_progress",
    "run_done",
    "run_failed",
    "run_started",
    "space_failed",
    "status_changed",
]


def _guarded(node: NodeLike, tell: Callable[..., object], *args: Any) -> None:
    """Tell one listener; its failure is its own: the run goes on to its end."""
    try:
        tell(*args)
    except (Exception, SystemExit):  # noqa: BLE001 - listeners are foreign code
        FUNCNODES_LOGGER.exception("a listener of %r failed", node.name)


def _observe(node: NodeLike, method: str, *args: Any) -> None:
    if node._space is not None:
        for observer in node._space._observers:
            try:
                getattr(observer, method)(node, *args)
            except (Exception, SystemExit):  # noqa: BLE001 - observers are foreign code
                FUNCNODES_LOGGER.exception("an observer of %r failed", node.name)


def _is_heard(node: NodeLike) -> bool:
    """Whether anybody but observers listens."""
    return node._listeners is not None or (node._space is not None and node._space._listeners is not None)


def run_started(node: NodeLike) -> None:
    """A run began."""
    if _is_heard(node):
        for event in ("before_trigger", "triggerstart", "after_trigger"):
            _guarded(node, node._event, event, {})
    _observe(node, "run_started")
    if node.last_duration_s is not None and node.last_duration_s < FAST_S:
        _guarded(node, node._event, "triggerfast", {})


def run_done(node: NodeLike, duration_s: float) -> None:
    """A run ended well."""
    if _is_heard(node):
        _guarded(node, node._event, "triggerdone", {})
    _observe(node, "run_done", duration_s)


def run_failed(node: NodeLike) -> None:
    """A run failed."""
    if node.last_error is not None:
        _observe(node, "run_failed", node.last_error)


def space_failed(node: NodeLike, error: Exception, original: BaseException) -> None:
    """Tell the graph's own listeners of a failed run."""
    if node._space is not None:
        _guarded(node, node._space._node_failed, node, error, original)


def status_changed(node: NodeLike) -> None:
    """The status word changed in another way."""
    _observe(node, "status_changed")


def report_progress(node: NodeLike, info: dict[str, Any]) -> None:
    """Take a refresh of a node's tqdm object, from any thread."""
    if node._off_thread():
        node._post(lambda: progressed(node, info))
    else:
        progressed(node, info)


def progressed(node: NodeLike, info: dict[str, Any]) -> None:
    """A node reported progress."""
    node.last_progress = info
    if node._watched:
        node._event("progress", {"info": info})
        if node._space is not None:
            for observer in node._space._observers:
                observer.progress(node, info)
