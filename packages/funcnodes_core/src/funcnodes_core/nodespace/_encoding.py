"""A graph as JSON, one node after the other: never all of its description in memory at once."""

from __future__ import annotations

from funcnodes_core.codec.json import Encdata
from funcnodes_core.nodespace.nodespace import NodeSpace

__all__ = ["encode_space"]


def encode_space(space: NodeSpace, preview: bool) -> Encdata:
    """What `full_serialize` gives, with nodes that describe themselves when it is their turn."""
    if preview or type(space).full_serialize is not NodeSpace.full_serialize:
        return Encdata(None)
    return Encdata(
        {
            "nodes": list(space.nodes),
            "edges": space.serialize_edges(),
            "prop": space.properties,
            "groups": space.groups.serialize(),
            "lib": space.lib.full_serialize(),
        },
        handeled=True,
    )
