"""Progress of a node: a real tqdm object that prints nothing and emits events."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

from funcnodes_core.node.protocol import NodeLike
from funcnodes_core.node.telling import report_progress

__all__ = ["make_progress"]


class _Cache:
    """The tqdm subclass, made when the first node reports progress."""

    made: type[Any] | None = None


def _tqdm_class() -> type[Any]:
    if _Cache.made is not None:
        return _Cache.made
    from tqdm.std import tqdm  # deferred: loading tqdm costs more than the engine

    class NodeProgress(tqdm):  # type: ignore[misc]
        """Progress bar of a node: refreshing it emits the node's `progress` event."""

        def __init__(self, node: NodeLike, *args: Any, **kwargs: Any) -> None:
            self._report = partial(report_progress, node)
            kwargs["file"] = io.StringIO()
            kwargs.setdefault("disable", False)
            super().__init__(*args, **kwargs)

        def display(self, msg: str | None = None, pos: int | None = None) -> bool:
            self._report(dict(self.format_dict))
            return True

        def close(self) -> None:
            if not self.disable:
                self._report(dict(self.format_dict))
            super().close()

        def reset(self, total: float | None = None) -> None:
            """Disabled: a node's progress belongs to one run."""

    _Cache.made = NodeProgress
    return NodeProgress


def make_progress(node: NodeLike, *args: Any, **kwargs: Any) -> Any:
    """A tqdm object for `node`, with tqdm's own arguments."""
    return _tqdm_class()(node, *args, **kwargs)
