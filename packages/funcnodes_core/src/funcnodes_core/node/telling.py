"""Telling listeners and the graph's observers what a node does.

Called where somebody listens (`node._watched`), so that nobody pays for events unheard.
"""

from __future__ import annotations

from typing import Any

from funcnodes_core.node.protocol import NodeLike

__all__ = ["progressed", "report_progress", "run_done", "run_failed", "run_started", "status_changed"]


def run_started(node: NodeLike) -> None:
    """A run began."""
    node._event("triggerstart", {})
    if node._space is not None:
        for observer in node._space._observers:
            observer.run_started(node)


def run_done(node: NodeLike, duration_s: float) -> None:
    """A run ended well."""
    node._event("triggerdone", {})
    if node._space is not None:
        for observer in node._space._observers:
            observer.run_done(node, duration_s)


def run_failed(node: NodeLike) -> None:
    """A run failed."""
    if node._space is not None and node.last_error is not None:
        for observer in node._space._observers:
            observer.run_failed(node, node.last_error)


def status_changed(node: NodeLike) -> None:
    """The status word changed in another way."""
    if node._space is not None:
        for observer in node._space._observers:
            observer.status_changed(node)


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
