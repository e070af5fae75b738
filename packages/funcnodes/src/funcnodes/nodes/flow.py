"""Nodes that decide what runs: branches, gates and loops."""

from typing import Any, ClassVar

from funcnodes_core import Node, NodeDecorator, NodeInput, NodeOutput, NoValue, Shelf

__all__ = ["SHELF", "ForNode", "GateNode", "WhileNode"]

CASES = 4


@NodeDecorator("funcnodes.if", name="If", outputs=[{"name": "on_true"}, {"name": "on_false"}])
def if_branch(value: Any, condition: bool) -> tuple[Any, Any]:
    """Sends a value one way or the other.

    Args:
        value: Anything.
        condition: Which way.

    Returns:
        on_true: The value while the condition is true, otherwise nothing.
        on_false: The value while the condition is false, otherwise nothing.
    """
    return (value, NoValue) if condition else (NoValue, value)


@NodeDecorator(
    "funcnodes.switch",
    name="Switch",
    outputs=[{"name": f"case_{number}"} for number in range(CASES)],
    default_io_options={"case": {"value_options": {"min": 0, "max": CASES - 1, "step": 1}}},
)
def switch(value: Any, case: int = 0) -> tuple[Any, Any, Any, Any]:
    """Sends a value to one of four outputs.

    Args:
        value: Anything.
        case: The number of the output, counted from 0.

    Returns:
        case_0: The value in case 0, otherwise nothing.
        case_1: The value in case 1, otherwise nothing.
        case_2: The value in case 2, otherwise nothing.
        case_3: The value in case 3, otherwise nothing.

    Raises:
        IndexError: If there is no such output.
    """
    if not 0 <= case < CASES:
        raise IndexError(f"no case {case!r}; there are 0 to {CASES - 1}")
    sent = [NoValue] * CASES
    sent[case] = value
    return sent[0], sent[1], sent[2], sent[3]


class GateNode(Node):
    """Passes values on while it is open; while it is closed, what comes after keeps the last value."""

    node_id = "funcnodes.gate"
    node_name = "Gate"
    description = (
        "Passes values on while it is open; while it is closed, what comes after keeps the last value."
    )

    value = NodeInput(id="value", type="Any", description="Anything.")
    is_open = NodeInput(
        id="is_open", type=bool, default=True, required=False, description="Whether values pass."
    )
    out = NodeOutput(id="out", type="Any", description="The last value that passed.")

    async def func(self, value: Any, is_open: bool = True) -> None:
        """Passes the value on, or does nothing."""
        if is_open:
            self.outputs["out"].set_value(value)


class ForNode(Node):
    """Sends the items of a list one after the other, each when all that followed from the one before is done.

    What reaches `collect` is gathered: wire the end of the loop's body there.
    """

    node_id = "funcnodes.for"
    node_name = "For"
    description = (
        "Sends the items of a list one by one, each after all that the last one caused, and collects results."
    )
    default_render_options: ClassVar[dict[str, Any]] = {"data": {"src": "done"}}

    items = NodeInput(id="items", type=list, description="The list.")
    collect = NodeInput(
        id="collect",
        type="Any",
        required=False,
        does_trigger=False,
        description="The result for the item that was sent; an item without one adds nothing.",
    )
    item = NodeOutput(id="item", type="Any", description="One item after the other.")
    index = NodeOutput(id="index", type=int, description="The item's place, counted from 0.")
    done = NodeOutput(id="done", type=list, description="All results, when the last item is through.")

    async def func(self, items: list[Any], collect: Any = None) -> None:
        """Runs the loop; `collect` is read anew for each item."""
        results: list[Any] = []
        port = self.inputs["collect"]
        for place, item in enumerate(self.progress(items, desc="item")):
            port.set_value(NoValue, does_trigger=False)
            self.outputs["index"].set_value(place)
            self.outputs["item"].set_value(item)
            await self.settled()
            if port.value is not NoValue:
                results.append(port.value)
        self.outputs["done"].set_value(results)


class WhileNode(Node):
    """Sends a value round a loop until the loop's body says that it is enough.

    The body takes `value`, gives the next one back to `next`, and says at `again` whether to go on with it.
    """

    node_id = "funcnodes.while"
    node_name = "While"
    description = "Sends a value round: the body gives the next one back and says whether to go on with it."
    default_render_options: ClassVar[dict[str, Any]] = {"data": {"src": "done"}}

    start = NodeInput(id="start", type="Any", description="The first value.")
    next = NodeInput(
        id="next",
        type="Any",
        required=False,
        does_trigger=False,
        description="The next value; from the body.",
    )
    again = NodeInput(
        id="again",
        type=bool,
        required=False,
        does_trigger=False,
        description="Whether to go on; from the body.",
    )
    limit = NodeInput(
        id="limit",
        type=int,
        default=1000,
        required=False,
        does_trigger=False,
        value_options={"min": 1},
        description="More rounds than this are an error.",
    )
    value = NodeOutput(id="value", type="Any", description="The value of this round.")
    done = NodeOutput(id="done", type="Any", description="The last value.")

    async def func(self, start: Any, next: Any = None, again: bool = False, limit: int = 1000) -> None:
        """Runs the loop; `next` and `again` are read anew in each round.

        Raises:
            RuntimeError: If it does not end within the limit.
        """
        value = start
        for _ in range(limit):
            value, again = await self._round(value)
            if not again:
                self.outputs["done"].set_value(value)
                return
        raise RuntimeError(f"the loop did not end within {limit} rounds")

    async def _round(self, value: Any) -> tuple[Any, bool]:
        for name in ("next", "again"):
            self.inputs[name].set_value(NoValue, does_trigger=False)
        self.outputs["value"].set_value(value)
        await self.settled()
        following, again = self.inputs["next"].value, self.inputs["again"].value
        return (value if following is NoValue else following), again is not NoValue and bool(again)


SHELF = Shelf(
    name="Flow",
    description="Branches, gates and loops.",
    nodes=[if_branch, switch, GateNode, ForNode, WhileNode],
    subshelves=[],
)
