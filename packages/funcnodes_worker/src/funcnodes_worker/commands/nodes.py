"""Commands about nodes and their ports."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from funcnodes_worker.context import GraphContext
from funcnodes_worker.errors import BadArgumentsError
from funcnodes_worker.plan.nodes import plan_add_node, plan_remove_nodes, plan_update_io, plan_update_node
from funcnodes_worker.plan.values import plan_set_value
from funcnodes_worker.protocol.events import IOType
from funcnodes_worker.protocol.shapes import FrontendState, NodeMode, Retries, TimeoutSeconds
from funcnodes_worker.rpc.registry import Success, command

__all__ = ["AddedNode"]


class AddedNode(Struct, kw_only=True):
    """The node that was made."""

    uuid: str
    node_id: str


@command(scope="edit", mutates=True)
def add_node(
    ctx: GraphContext,
    node_id: str,
    uuid: str | None = None,
    name: str | None = None,
    frontend: FrontendState | None = None,
) -> AddedNode:
    """Add a node of a class that the library has; it runs when every required input has a value."""
    record, edits = plan_add_node(ctx.document.model, ctx.space, node_id, uuid, name, _layout(frontend))
    ctx.commit(edits)
    return AddedNode(uuid=record["uuid"], node_id=node_id)


@command(scope="edit", mutates=True)
def remove_node(ctx: GraphContext, uuid: str) -> Success:
    """Remove a node and its edges."""
    ctx.commit(plan_remove_nodes(ctx.document.model, [uuid]))
    return Success()


@command(scope="edit", mutates=True)
def update_node(
    ctx: GraphContext,
    uuid: str,
    input_id: str | None = None,
    io_id: str | None = None,
    io_type: IOType | None = None,
    value: Any = UNSET,
    name: str | UnsetType = UNSET,
    description: str | UnsetType = UNSET,
    frontend: FrontendState | None = None,
    reset_inputs_on_trigger: bool | UnsetType = UNSET,
    timeout_s: TimeoutSeconds | UnsetType | None = UNSET,
    retries: Retries | UnsetType = UNSET,
    properties: dict[str, Any] | None = None,
) -> Success:
    """Change a node: any of its name, description, place, properties, limits, and the value of one input.

    A property given as null is removed.
    """
    model = ctx.document.model
    fields = {
        "name": name,
        "description": description,
        "reset_inputs_on_trigger": reset_inputs_on_trigger,
        "timeout_s": timeout_s,
        "retries": retries,
        "frontend": _layout(frontend),
        "properties": properties,
    }
    edits = plan_update_node(model, uuid, fields)
    if value is not UNSET:
        port = input_id if input_id is not None else io_id
        if port is None:
            raise BadArgumentsError("kwargs.input_id: missing, a value needs an input")
        if io_type == "output":
            raise BadArgumentsError("kwargs.io_type: the value of an output cannot be set")
        edits += plan_set_value(
            model, ctx.space, ctx.document.store.blobs, uuid, port, value, secrets=ctx.document.secrets
        )
    ctx.commit(edits)
    return Success()


@command(scope="knobs", mutates=True)
def update_node_input(ctx: GraphContext, uuid: str, input_id: str, value: Any) -> Success:
    """Set the value of an input; "<NoValue>" brings its default back."""
    document = ctx.document
    ctx.commit(
        plan_set_value(
            document.model, ctx.space, document.store.blobs, uuid, input_id, value, secrets=document.secrets
        )
    )
    return Success()


@command(scope="edit", mutates=True)
def update_io(
    ctx: GraphContext,
    uuid: str,
    io_id: str,
    name: str | UnsetType = UNSET,
    hidden: bool | UnsetType = UNSET,
    value_options: dict[str, Any] | UnsetType = UNSET,
    render_options: dict[str, Any] | UnsetType = UNSET,
    default: Any = UNSET,
) -> Success:
    """Change a port: any of its label, visibility, options and default."""
    fields = {
        "name": name,
        "hidden": hidden,
        "value_options": value_options,
        "render_options": render_options,
        "default": default,
    }
    document = ctx.document
    ctx.commit(plan_update_io(document.model, ctx.space, document.store.blobs, uuid, io_id, fields))
    return Success()


@command(scope="edit", mutates=True)
def set_node_mode(ctx: GraphContext, uuid: str, mode: NodeMode) -> Success:
    """Let a node run (active), not run (muted), or hand its inputs on as they are (bypassed)."""
    ctx.commit(plan_update_node(ctx.document.model, uuid, {"mode": mode}))
    return Success()


def _layout(frontend: FrontendState | None) -> dict[str, Any]:
    if frontend is None:
        return {}
    given = {"pos": frontend.pos, "size": frontend.size, "collapsed": frontend.collapsed}
    # lists, as they come back from the journal
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in given.items()
        if value is not UNSET
    }
