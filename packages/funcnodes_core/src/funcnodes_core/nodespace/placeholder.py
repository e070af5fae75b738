"""What stands for a node whose class is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from funcnodes_core.io.input import NodeInput
from funcnodes_core.io.output import NodeOutput
from funcnodes_core.node.base import Node

__all__ = ["PlaceHolderNode"]


class PlaceHolderNode(Node):
    """Keeps the data and the wires of a node until its class is there.

    It has the ports that the saved data names, and gets further ones as wires need them.
    It never runs.
    """

    node_id = "placeholder"
    node_name = "Missing node"
    default_trigger_on_create = False

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        self.data: dict[str, Any] = dict(data or {})
        self.missing_node_id = str(self.data.get("node_id", self.node_id))
        kwargs.setdefault("uuid", self.data.get("id") or self.data.get("uuid"))
        kwargs.setdefault("trigger_on_create", False)
        super().__init__(**kwargs)
        for io_id, saved in (self.data.get("io") or {}).items():
            if isinstance(saved, Mapping) and not io_id.startswith("_trigger"):
                self.ensure_port(io_id, is_input=bool(saved.get("is_input", True)))
        # the instance answers for the class that it stands for
        self.node_id = self.missing_node_id  # type: ignore[misc]

    def ensure_port(self, io_id: str, *, is_input: bool) -> NodeInput | NodeOutput:
        """The port of an id, made if it is not there."""
        ports: Mapping[str, NodeInput | NodeOutput] = self.inputs if is_input else self.outputs
        if io_id not in ports:
            if is_input:
                self.add_input(NodeInput(id=io_id, required=False, allow_multiple=True))
            else:
                self.add_output(NodeOutput(id=io_id))
        return ports[io_id]

    @property
    def status_word(self) -> str:
        """`missing`."""
        return "missing"

    def _may_run(self) -> bool:
        return False

    def request_trigger(self) -> None:
        """Do nothing: there is no function to run."""

    async def func(self, **kwargs: Any) -> None:
        """Never called.

        Raises:
            RuntimeError: Always; names the missing class.
        """
        raise RuntimeError(f"node class {self.missing_node_id!r} is not installed")

    def serialize(self, drop: bool = True) -> dict[str, Any]:
        """The saved data, with what was changed since."""
        now = super().serialize(drop=drop)
        io = {**(self.data.get("io") or {})}
        for io_id, saved in now["io"].items():
            io[io_id] = {**io.get(io_id, {}), **saved} if isinstance(io.get(io_id), Mapping) else saved
        out = {**self.data, **now, "node_id": self.missing_node_id, "io": io}
        if self.data.get("node_name"):
            out["node_name"] = self.data["node_name"]
        return out
