"""The one typed event stream of a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from funcnodes_core.io.base import NodeIO
    from funcnodes_core.node.base import Node
    from funcnodes_core.node.run import RunError

__all__ = ["Edge", "SpaceObserver"]


class Edge(NamedTuple):
    """A wire by ids; where `src_io` is an input of `src` it mirrors (forwards)."""

    src: str
    src_io: str
    dst: str
    dst_io: str


class SpaceObserver:
    """Told of every change of a graph, on the graph's thread, as it happens.

    Override what is needed; the methods here do nothing.
    """

    def node_added(self, node: Node) -> None:
        """A node was added; its wires follow."""

    def node_removed(self, node: Node) -> None:
        """A node was removed, after its wires."""

    def node_updated(self, node: Node, fields: tuple[str, ...]) -> None:
        """Name, description, properties, mode, reset_inputs_on_trigger or the set of its ports changed."""

    def edge_added(self, edge: Edge) -> None:
        """A wire was added."""

    def edge_removed(self, edge: Edge) -> None:
        """A wire was removed."""

    def value_changed(self, port: NodeIO) -> None:
        """A port has a new value."""

    def port_updated(self, port: NodeIO, fields: tuple[str, ...]) -> None:
        """Name, hidden, value_options, render_options, default or connected changed."""

    def run_started(self, node: Node) -> None:
        """A run began."""

    def run_done(self, node: Node, duration_s: float) -> None:
        """A run ended well."""

    def run_failed(self, node: Node, error: RunError) -> None:
        """A run failed."""

    def status_changed(self, node: Node) -> None:
        """The node's status word changed in another way."""

    def progress(self, node: Node, info: dict[str, Any]) -> None:
        """A node reported progress, with tqdm's fields."""

    def group_added(self, group_id: str) -> None:
        """A group was added."""

    def group_updated(self, group_id: str) -> None:
        """A group changed."""

    def group_removed(self, group_id: str) -> None:
        """A group was removed."""

    def property_changed(self, key: str) -> None:
        """A property of the graph changed."""

    def cleared(self) -> None:
        """Everything was removed."""

    def loaded(self) -> None:
        """A saved graph was loaded."""
