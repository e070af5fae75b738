"""Nodes that change themselves while they run, for tests."""

import funcnodes_core as fn


class Growing(fn.Node):
    """Has as many outputs as it is told, and counts its runs."""

    node_id = "c.growing"
    node_name = "Growing"
    count = fn.NodeInput(id="count", type=int, default=0)

    async def func(self, count: int) -> None:
        """Adds and removes outputs."""
        wanted = [f"out{number}" for number in range(count)]
        for io_id in [io_id for io_id in self.outputs if io_id.startswith("out") and io_id not in wanted]:
            self.remove_output(self.outputs[io_id])
        for io_id in wanted:
            if io_id not in self.outputs:
                self.add_output(fn.NodeOutput(id=io_id, type=int, name=io_id.upper()))
            self.outputs[io_id].value = 10 * int(io_id[3:])
        self.set_property("runs", self.get_property("runs", 0) + 1)
        self.set_property("unspeakable", object())
        self.nodespace.set_property("largest", max(count, self.nodespace.get_property("largest") or 0))


NODE_SHELF = fn.Shelf(name="Changing", nodes=[Growing], subshelves=[], description="")
