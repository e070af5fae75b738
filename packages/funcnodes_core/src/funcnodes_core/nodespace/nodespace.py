"""The graph: nodes, wires, groups and properties, and the one place that tells of changes."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from funcnodes_core.eventmanager import EventEmitterMixin
from funcnodes_core.exceptions import (
    DuplicateNodeError,
    NodeNotFoundError,
    WrongThreadError,
)
from funcnodes_core.grouping_logic import GroupingLogic
from funcnodes_core.ids import new_uuid
from funcnodes_core.io.base import NodeIO
from funcnodes_core.io.connection import Link
from funcnodes_core.lib.library import Library
from funcnodes_core.lib.shelf import Shelf
from funcnodes_core.node.base import Node
from funcnodes_core.node.waiting import start_requests
from funcnodes_core.nodespace import edges, execution, state
from funcnodes_core.nodespace.observer import Edge, SpaceObserver
from funcnodes_core.nodespace.properties import Properties

__all__ = ["NodeSpace"]

R = TypeVar("R")


class NodeSpace(EventEmitterMixin):
    """A graph of nodes.

    It works in a plain script, with or without a running loop. Changes of structure belong
    to one thread; values may be set from any.

    Attributes:
        bad_edges: What is wrong with wires of the loaded graph; those that could not be made are kept, too.
    """

    def __init__(self, id: str | None = None) -> None:
        self._listeners = None
        self._error_listeners = None
        self.id = id or new_uuid()
        self.lib = Library()
        self.groups = GroupingLogic()
        self.bad_edges: dict[Edge, str] = {}
        self._nodes: dict[str, Node] = {}
        self._kept = Properties()
        self._observers: tuple[SpaceObserver, ...] = ()
        self._listens = False
        self._live = 0
        self._loading = False
        self._paused = False
        self._held_back: dict[Node, None] = {}
        self._rest_waiters: list[asyncio.Future[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = asyncio._get_running_loop()
        self._thread_id = threading.get_ident()

    # -- nodes -----------------------------------------------------------------------

    @property
    def nodes(self) -> list[Node]:
        """The nodes in the order in which they were added."""
        return list(self._nodes.values())

    def get_node_by_id(self, uuid: str) -> Node:
        """The node of a uuid.

        Raises:
            NodeNotFoundError: There is none.
        """
        try:
            return self._nodes[uuid]
        except KeyError:
            raise NodeNotFoundError(f"there is no node {uuid!r}") from None

    def add_node_by_id(self, node_id: str, **kwargs: Any) -> Node:
        """Make a node of a class of the library and add it.

        Args:
            node_id: Id of the node class.
            **kwargs: For the node's constructor.

        Raises:
            NodeClassNotFoundError: No such class is known.
            DuplicateNodeError: The uuid is taken.
        """
        if kwargs.get("uuid") in self._nodes:
            raise DuplicateNodeError(f"there is a node {kwargs['uuid']!r} already")
        return self.add_node_instance(state.make_node(self.node_class(node_id), kwargs))

    def node_class(self, node_id: str) -> type[Node]:
        """The class of an id, from the library or from what is imported.

        Raises:
            NodeClassNotFoundError: No such class is known.
        """
        return state.node_class(self, node_id)

    def add_node_instance(self, node: Node) -> Node:
        """Add a node and return it.

        Raises:
            DuplicateNodeError: The uuid is taken, or the node is in another graph.
        """
        self._check_thread()
        if node.uuid in self._nodes:
            raise DuplicateNodeError(f"there is a node {node.uuid!r} already")
        if node._space is not None:
            raise DuplicateNodeError(f"{node.name!r} is in another graph")
        self._nodes[node.uuid] = node
        node._space = self
        node._listeners_changed()
        if node._live:
            self._live += 1
            if self._paused:
                self._held_back |= dict.fromkeys(execution.hold_back([node]))
        node._event("after_set_nodespace", {"result": self})
        for observer in self._observers:
            observer.node_added(node)
        self.emit("node_added", {"node": node})
        for link in edges.links_from(node):
            self._edge_changed(link, added=True)
        return node

    def remove_node_by_id(self, uuid: str) -> str:
        """Remove a node with its wires and return its uuid; a run under way is dropped.

        Raises:
            NodeNotFoundError: There is none.
        """
        self._check_thread()
        node = self.get_node_by_id(uuid)
        for port in (*node.inputs.values(), *node.outputs.values()):
            port.disconnect()
        execution.forget(node)
        if node in self._held_back:
            del self._held_back[node]
            execution.wake([node])
        self.groups.ungroup_nodes([uuid])
        edges.forget_bad(self.bad_edges, uuid)
        del self._nodes[uuid]
        for observer in self._observers:
            observer.node_removed(node)
        self.emit("node_removed", {"node": node})
        node._space = None
        node.cleanup()
        node._watched = False
        return uuid

    def remove_node_instance(self, node: Node) -> str:
        """Remove a node with its wires and return its uuid."""
        return self.remove_node_by_id(node.uuid)

    def clear(self) -> None:
        """Remove everything."""
        for uuid in reversed(list(self._nodes)):
            self.remove_node_by_id(uuid)
        self.groups = GroupingLogic()
        self.bad_edges.clear()
        for observer in self._observers:
            observer.cleared()

    # -- wires -----------------------------------------------------------------------

    @property
    def edges(self) -> list[Edge]:
        """Every wire that starts in this graph."""
        return edges.edges_of(self._nodes.values())

    def connect(
        self, src: str, src_io: str, dst: str, dst_io: str, *, replace: bool = False, check: bool = True
    ) -> Edge:
        """Connect two ports; an input as `src_io` is mirrored.

        Args:
            src: uuid of the node that sends; `src_io` the id of its port.
            dst: uuid of the node that receives; `dst_io` the id of its input.
            replace: Take away a wire that occupies the input.
            check: Refuse types that can never fit.

        Raises:
            NodeConnectionError: The two cannot be connected; the message says why.
        """
        source, target = self.find_edge_ports(src, src_io, dst, dst_io)
        source.connect(target, replace=replace, check=check)  # type: ignore[attr-defined]
        return Edge(src, src_io, dst, dst_io)

    def find_edge_ports(self, src: str, src_io: str, dst: str, dst_io: str) -> tuple[NodeIO, NodeIO]:
        """The two ports of an edge; an output is meant where a node has both of an id."""
        return edges.ports_of(self.get_node_by_id(src), src_io, self.get_node_by_id(dst), dst_io)

    def disconnect(self, src: str, src_io: str, dst: str, dst_io: str) -> None:
        """Take a wire away.

        Raises:
            EdgeNotFoundError: There is no such wire.
        """
        edges.disconnect(self, Edge(src, src_io, dst, dst_io))

    # -- shelves and properties ------------------------------------------------------

    def add_shelf(self, shelf: Shelf) -> None:
        """Offer a shelf's nodes in the library."""
        self.lib.add_shelf(shelf)

    def remove_shelf(self, shelf: Shelf, with_nodes: bool = True) -> None:
        """Take a shelf out of the library, with the nodes of its classes."""
        if with_nodes:
            state.remove_nodes_of(self, shelf)
        self.lib.remove_shelf(shelf)

    def set_property(self, key: str, value: Any, secret: bool = False) -> None:
        """Keep a value with the graph; a secret one is kept in memory only, never saved or shown.

        Raises:
            ValueError: The key is no text, or the value not JSON.
        """
        self._kept.set(key, value, secret=secret)
        if not secret:
            for observer in self._observers:
                observer.property_changed(key)

    def set_secret_property(self, key: str, value: Any) -> None:
        """Keep a value that is never saved or shown."""
        self.set_property(key, value, secret=True)

    def get_property(self, key: str) -> Any:
        """A value kept with the graph, or None."""
        return self._kept.get(key)

    def remove_property(self, key: str) -> None:
        """Forget a value kept with the graph."""
        self._kept.remove(key)

    @property
    def properties(self) -> dict[str, Any]:
        """The values kept with the graph, without the secret ones."""
        return self._kept.public

    # -- running ---------------------------------------------------------------------

    async def await_done(self) -> None:
        """Start what was asked for and wait until nothing in the graph is under way."""
        self._loop = asyncio.get_running_loop()
        self._thread_id = threading.get_ident()
        start_requests(self._nodes.values())
        while self._live:
            future = self._loop.create_future()
            self._rest_waiters.append(future)
            await future

    def idle(self) -> bool:
        """Tell whether nothing in the graph is asked, held or running."""
        return not self._live

    def stop(self, deadline_s: float = 1.0) -> Coroutine[Any, Any, dict[str, str]]:
        """Stop everything: the queue is emptied, what runs is cancelled, all of it is stale. From any thread.

        Returns:
            To be awaited: how it went, by the uuid of each node that was under way; see `Node.cancel`.
        """
        return execution.stop(self, deadline_s)

    def pause(self) -> None:
        """Start nothing from now on; what runs goes on to its end."""
        self._paused = True
        self._held_back |= dict.fromkeys(execution.hold_back(self.nodes))

    def resume(self) -> None:
        """Start what was asked for since `pause`, as one change."""
        self._paused = False
        held, self._held_back = self._held_back, {}
        for node in held:
            node.request_trigger()
        execution.wake(held)

    @property
    def paused(self) -> bool:
        """Whether nothing is started."""
        return self._paused

    def run_stale(self, node: Node | None = None) -> list[Node]:
        """Ask what is stale (above `node`, itself included) for a run and return it."""
        return execution.run_stale(self.nodes, node)

    def call_threadsafe(self, call: Callable[..., R], *args: Any) -> concurrent.futures.Future[R]:
        """Call something on the graph's thread, from any thread.

        Raises:
            RuntimeError: The graph has no running loop.
        """
        return execution.call_threadsafe(self._loop, call, args)

    def _hold_back(self, node: Node) -> bool:
        if self._paused:
            self._held_back[node] = None
            return True
        return self._loading

    def _came_to_rest(self) -> None:
        waiters, self._rest_waiters = self._rest_waiters, []
        for future in waiters:
            if not future.done():
                future.set_result(None)

    def _check_thread(self) -> None:
        loop = self._loop
        if loop is None or not loop.is_running():
            self._loop = asyncio._get_running_loop()
            self._thread_id = threading.get_ident()
        elif threading.get_ident() != self._thread_id:
            raise WrongThreadError("this graph belongs to another thread: use nodespace.call_threadsafe(...)")

    # -- telling ---------------------------------------------------------------------

    def observe(self, observer: SpaceObserver) -> Callable[[], None]:
        """Tell `observer` of every change from now on; call the result to end that."""
        self._observers = (*self._observers, observer)
        self._listeners_changed()

        def end() -> None:
            self._observers = tuple(o for o in self._observers if o is not observer)
            self._listeners_changed()

        return end

    def _listeners_changed(self) -> None:
        self._listens = bool(self._observers or self._listeners)
        for node in self._nodes.values():
            node._listeners_changed()

    def _node_event(self, node: Node, event: str, msg: dict[str, Any]) -> None:
        if self._listeners:
            self.emit(event, {"node": node, **msg})

    def _value_stored(self, node: Node, port: NodeIO, value: Any) -> None:
        for observer in self._observers:
            observer.value_changed(port)
        if self._listeners and port._spec.emit_value_set:
            self.emit("after_set_value", {"node": node, "io": port.id, "result": value})

    def _port_event(self, node: Node, port: NodeIO, event: str, msg: dict[str, Any]) -> None:
        if self._listeners:
            self.emit(event, {"node": node, "io": port.id, **msg})

    def _port_changed(self, port: NodeIO, fields: tuple[str, ...]) -> None:
        for observer in self._observers:
            observer.port_updated(port, fields)

    def _node_updated(self, node: Node, fields: tuple[str, ...]) -> None:
        for observer in self._observers:
            observer.node_updated(node, fields)

    def _edge_changed(self, link: Link, *, added: bool) -> None:
        other = link.dst.node
        if other is None or other._space is not self:
            return
        edge = edges.edge_of(link)
        self.bad_edges.pop(edge, None)
        for observer in self._observers:
            (observer.edge_added if added else observer.edge_removed)(edge)
        self.emit("edge_added" if added else "edge_removed", {"edge": edge})

    def _node_failed(self, node: Node, error: Exception, original: BaseException) -> None:
        self.emit("node_trigger_error", {"node": node, "error": error, "tb": original.__traceback__})

    # -- serialization ---------------------------------------------------------------

    def loading(self, *nodes: Node) -> AbstractContextManager[None]:
        """Inside `with`, requests for a run are dropped; `nodes` says that no others can make any."""
        return state.loading(self, nodes)

    def serialize(self) -> dict[str, Any]:
        """The graph with the keys that earlier releases wrote."""
        return state.serialize(self)

    def full_serialize(self, with_io_values: bool = False) -> dict[str, Any]:
        """Everything about the graph."""
        return state.full_serialize(self, with_io_values=with_io_values)

    def serialize_nodes(self) -> list[dict[str, Any]]:
        """The nodes as earlier releases saved them."""
        return [node.serialize() for node in self._nodes.values()]

    def serialize_edges(self) -> list[tuple[str, str, str, str]]:
        """The wires as earlier releases saved them."""
        return edges.saved_edges(self._nodes.values(), self.bad_edges)

    def deserialize(self, data: Mapping[str, Any]) -> None:
        """Replace the graph by a saved one; unknown classes become placeholders, nothing runs."""
        state.deserialize(self, data)
