"""A node that makes arrays: apart from the others, because importing numpy takes memory of its own."""

import numpy as np

import funcnodes_core as fn


@fn.NodeDecorator("b.array", name="Array")
def array(n: int) -> np.ndarray:
    """10 MB of numbers."""
    return np.full((1024, 1280), n + 0.5)


NODE_SHELF = fn.Shelf(name="Arrays", nodes=[array], subshelves=[], description="For the figures")
