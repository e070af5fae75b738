"""The node: ports around a function, run by the scheduler when its inputs change."""

from __future__ import annotations

import asyncio
import weakref
from abc import abstractmethod
from collections.abc import Generator, Mapping
from typing import Any, ClassVar

from funcnodes_core._runnable import SpaceLike, successors
from funcnodes_core.exceptions import InTriggerError
from funcnodes_core.ids import new_uuid
from funcnodes_core.io.base import NodeIO
from funcnodes_core.io.input import NodeInput
from funcnodes_core.io.output import NodeOutput
from funcnodes_core.node import control, state
from funcnodes_core.node.call import call_once
from funcnodes_core.node.core import RunnableNode
from funcnodes_core.node.limits import limits_of, set_limits
from funcnodes_core.node.meta import NodeMeta
from funcnodes_core.node.mode import NodeMode
from funcnodes_core.node.owndict import OwnDict
from funcnodes_core.node.ports import make_ports
from funcnodes_core.node.progress import make_progress
from funcnodes_core.node.run import RunError
from funcnodes_core.node.waiting import until_settled, wait_for
from funcnodes_core.scheduler import scheduler_of
from funcnodes_core.triggerstack import TriggerStack

__all__ = ["Node"]

_running_loop = asyncio._get_running_loop


class Node(RunnableNode, metaclass=NodeMeta):
    """A step of a graph.

    Subclass it with ports in the class body and `async def func(self, **inputs)`, or let
    `NodeDecorator` make the subclass from a function. A node runs when one of its
    triggering inputs was set and every required input has a value; see the `scheduler`
    module for when that is.
    """

    node_id: ClassVar[str] = ""
    node_name: ClassVar[str] = "Node"
    description: str = ""
    default_reset_inputs_on_trigger: ClassVar[bool] = False
    default_render_options: ClassVar[dict[str, Any]] = {}
    default_io_options: ClassVar[dict[str, Any]] = {}
    default_trigger_on_create: ClassVar[bool] = True

    _triggerinput = NodeInput(
        id="_triggerinput", name="( )", type="Any", default=None, required=False, hidden=True
    )
    _triggeroutput = NodeOutput(id="_triggeroutput", name="➡", type="Any", hidden=True)

    _input_templates: ClassVar[tuple[NodeIO, ...]]
    _output_templates: ClassVar[tuple[NodeIO, ...]]
    _port_cache: ClassVar[dict[Any, Any]]
    _stack: TriggerStack | None = None
    properties, render_options = OwnDict(), OwnDict()

    def __init__(
        self,
        uuid: str | None = None,
        reset_inputs_on_trigger: bool | None = None,
        name: str | None = None,
        id: str | None = None,
        render_options: dict[str, Any] | None = None,
        io_options: Mapping[str, Any] | None = None,
        trigger_on_create: bool | None = None,
        pretrigger_delay: float | None = None,
        properties: dict[str, Any] | None = None,
    ) -> None:
        cls = type(self)
        if uuid is not None and not isinstance(uuid, str):
            raise TypeError(
                f"{cls.__name__}() makes a node and takes no inputs (its first argument is an id, not {uuid!r:.80}): "
                f"set them with node.inputs[...].value, or call the function itself, {cls.__name__}.o_func(...)"
            )
        self._uuid = uuid or id or new_uuid()
        self._name = name
        self._init_scheduling()
        if reset_inputs_on_trigger is None:
            reset_inputs_on_trigger = cls.default_reset_inputs_on_trigger
        self._set_reset(reset_inputs_on_trigger)
        self._delay_s = pretrigger_delay
        self._properties = dict(properties) if properties else None
        self._own_options = io_options
        self._render_options = state.merged_render_options(cls.default_render_options, render_options)
        self.last_error: RunError | None = None
        self.last_duration_s: float | None = None
        self.last_progress: dict[str, Any] | None = None
        self.run_count = 0
        ref = self._ref = weakref.ref(self)
        options = state.port_options(io_options, render_options)
        self.inputs: dict[str, NodeInput] = make_ports(self, ref, cls._input_templates, options)
        self.outputs: dict[str, NodeOutput] = make_ports(self, ref, cls._output_templates, options)
        self._beat = self.outputs["_triggeroutput"]
        self._ports_changed()
        state.announce_first_values(self)
        if trigger_on_create is None:
            trigger_on_create = cls.default_trigger_on_create
        if trigger_on_create and not self._unready:
            self.request_trigger()

    # -- the function ----------------------------------------------------------------

    @abstractmethod
    async def func(self, *args: Any, **kwargs: Any) -> Any:
        """What the node does: called with its inputs, sets its outputs."""

    # -- identity and description ----------------------------------------------------

    @property
    def uuid(self) -> str:
        """The node's id, unique in its graph."""
        return self._uuid

    @property
    def name(self) -> str:
        """The label that people see; by default the class's name and the uuid."""
        return self._name if self._name is not None else f"{type(self).__name__}({self._uuid})"

    @name.setter
    def name(self, name: str | None) -> None:
        self._name = name
        self._updated("name")

    @property
    def reset_inputs_on_trigger(self) -> bool:
        """Whether inputs go back to their defaults after each run."""
        return self._reset_inputs

    @reset_inputs_on_trigger.setter
    def reset_inputs_on_trigger(self, reset: bool) -> None:
        self._set_reset(reset)
        self._updated("reset_inputs_on_trigger")

    def set_property(self, key: str, value: Any) -> None:
        """Keep a value with the node, as the editor does with its position."""
        self.properties[key] = value
        self._updated("properties")

    def get_property(self, key: str, default: Any = None) -> Any:
        """A value that was kept with the node."""
        return (self._properties or {}).get(key, default)

    @property
    def io_options(self) -> dict[str, Any]:
        """Options of single ports: the class's with the constructor's laid over them."""
        return {**type(self).default_io_options, **(self._own_options or {})}

    @property
    def nodespace(self) -> SpaceLike | None:
        """The graph that the node is in."""
        return self._space

    # -- ports -----------------------------------------------------------------------

    @property
    def i(self) -> dict[str, NodeInput]:
        """The same as `inputs`."""
        return self.inputs

    @property
    def o(self) -> dict[str, NodeOutput]:
        """The same as `outputs`."""
        return self.outputs

    def get_input(self, io_id: str) -> NodeInput:
        """The input of an id, or IONotFoundError, which names those there are."""
        return state.find_port(self, self.inputs, io_id, "input")

    def get_output(self, io_id: str) -> NodeOutput:
        """The output of an id, or IONotFoundError, which names those there are."""
        return state.find_port(self, self.outputs, io_id, "output")

    def get_input_or_output(self, io_id: str) -> NodeIO:
        """The port of an id, inputs first."""
        ports: dict[str, NodeIO] = {**self.outputs, **self.inputs}
        return state.find_port(self, ports, io_id, "port")

    def __getitem__(self, io_id: str) -> NodeIO:
        return self.get_input_or_output(io_id)

    def __setitem__(self, io_id: str, value: Any) -> None:
        self.get_input_or_output(io_id).set_value(value)

    def add_input(self, io: NodeInput) -> None:
        """Give this one node a further input."""
        state.add_port(self, self.inputs, io)

    def add_output(self, io: NodeOutput) -> None:
        """Give this one node a further output."""
        state.add_port(self, self.outputs, io)

    def remove_input(self, io: NodeInput) -> None:
        """Take an input away, with its wires."""
        state.remove_port(self, self.inputs, io)

    def remove_output(self, io: NodeOutput) -> None:
        """Take an output away, with its wires."""
        state.remove_port(self, self.outputs, io)

    # -- asking for a run ------------------------------------------------------------

    def trigger_if_requested(self, pretrigger_delay: float | None = None) -> bool:
        """Start a run that was asked for and could not start; tell whether there was one."""
        if not self._requested or self._unready or self._run is not None:
            return False
        self.request_trigger()
        return True

    def trigger(self, triggerstack: TriggerStack | None = None) -> TriggerStack:
        """Start a run at once, whatever the node waits for.

        Returns:
            An awaitable whose result is the list of what the runs returned.

        Raises:
            InTriggerError: The node is running.
        """
        if self._run is not None:
            raise InTriggerError(f"{self.name!r} is running")
        stack = triggerstack if triggerstack is not None else TriggerStack()
        task = control.start_now(self)
        stack.append(task)
        self._stack = stack
        task.add_done_callback(self._forget_stack)
        return stack

    def _forget_stack(self, task: asyncio.Task[Any]) -> None:
        self._stack = None  # it holds what the run returned

    @property
    def triggerstack(self) -> TriggerStack | None:
        """What the last `trigger` returned, until that run is over."""
        return self._stack

    def __await__(self) -> Generator[Any, None, None]:
        return wait_for([self], force=True).__await__()

    async def await_until_complete(self) -> None:
        """Wait until the node is neither asked, held nor running."""
        await wait_for([self], force=False)

    async def settled(self) -> None:
        """Return, inside a run of this node, when all that its sends so far have caused is at rest."""
        await until_settled(scheduler_of(asyncio.get_running_loop()), successors(self), (self,))

    await_trigger = wait_for_trigger_finish = await_until_complete

    __call__ = trigger

    async def cancel(self, deadline_s: float = 1.0) -> str:
        """Stop the run under way; it counts as failed. From any thread; what computes, from another one only.

        Gives `"cancelled"`, `"killed"` (its process), `"not_running"`, or `"stuck"`: it ends when a call into C does.
        """
        return await control.cancel(self, deadline_s)

    # -- state -----------------------------------------------------------------------

    def inputs_ready(self) -> bool:
        """Tell whether every required input has a value."""
        return all(port.ready() for port in self.inputs.values())

    def ready(self) -> bool:
        """Tell whether the node can run."""
        return self.inputs_ready()

    def ready_to_trigger(self) -> bool:
        """Tell whether the node can run and does not."""
        return self.ready() and self._run is None

    def ready_state(self) -> dict[str, Any]:
        """Input by input, what `ready` looks at."""
        return {"inputs": {io_id: port.ready_state() for io_id, port in self.inputs.items()}}

    @property
    def in_trigger(self) -> bool:
        """Whether a run is under way."""
        return self._run is not None

    @property
    def in_trigger_soon(self) -> bool:
        """Whether a run is under way or on its way."""
        return self._live

    will_trigger = is_working = in_trigger_soon

    @property
    def mode(self) -> NodeMode:
        """Active, muted or bypassed."""
        return self._mode

    @mode.setter
    def mode(self, mode: NodeMode | str) -> None:
        control.set_mode(self, NodeMode(mode))

    @property
    def timeout_s(self) -> float | None:
        """How many seconds a run may take; None for any number."""
        return limits_of(self).timeout_s

    @timeout_s.setter
    def timeout_s(self, timeout_s: float | None) -> None:
        set_limits(self, limits_of(self)._replace(timeout_s=timeout_s))
        self._updated("timeout_s")

    @property
    def retries(self) -> int:
        """How often a run that fails is tried again, with the same inputs."""
        return limits_of(self).retries

    @retries.setter
    def retries(self, retries: int) -> None:
        set_limits(self, limits_of(self)._replace(retries=retries))
        self._updated("retries")

    @property
    def disabled(self) -> bool:
        """Whether the node is muted."""
        return self._muted

    @disabled.setter
    def disabled(self, disabled: bool) -> None:
        self.mode = NodeMode.MUTED if disabled else NodeMode.ACTIVE

    @property
    def status_word(self) -> str:
        """One of idle, waiting, running, done, failed, muted, stale."""
        return state.status_word(self)

    def status(self) -> dict[str, Any]:
        """What the node has, lacks and does, port by port."""
        return state.status(self)

    @property
    def stale(self) -> bool:
        """Whether the outputs are older than what is upstream of them."""
        return self._stale

    def mark_stale(self) -> None:
        """Say that the outputs are older than what is upstream, until the next run."""
        self._mark_stale(None)

    @property
    def triggered_by(self) -> NodeInput | None:
        """The input whose value last asked for a run; None where it was asked by hand only. See `why`."""
        return self._cause

    def progress(self, *args: Any, **kwargs: Any) -> Any:
        """A tqdm object that prints nothing and emits `progress`; from any thread."""
        return make_progress(self, *args, **kwargs)

    def cleanup(self) -> None:
        """Let go of wires and listeners."""
        self._event("cleanup", {})
        for port in (*self.inputs.values(), *self.outputs.values()):
            port.disconnect()
        super().cleanup()

    # -- serialization ---------------------------------------------------------------

    def serialize(self, drop: bool = True) -> dict[str, Any]:
        """The node as earlier releases saved it."""
        return state.serialize(self, drop=drop)

    def full_serialize(self, with_io_values: bool = False) -> dict[str, Any]:
        """Everything about the node."""
        return state.full_serialize(self, with_io_values=with_io_values)

    def deserialize(self, data: Mapping[str, Any]) -> None:
        """Take over what `serialize` gave; nothing runs."""
        state.deserialize(self, data)

    @classmethod
    def serialize_cls(cls) -> dict[str, Any]:
        """The class as a library shows it."""
        return state.serialize_class(cls)

    @classmethod
    async def initialize_and_call(
        cls,
        node_init_kwargs: Mapping[str, Any] | None = None,
        return_dict: bool = False,
        raise_ready: bool = True,
        **input_values: Any,
    ) -> Any:
        """Run a new node once; see `funcnodes_core.node.call.call_once`."""
        return await call_once(cls, node_init_kwargs or {}, return_dict, raise_ready, input_values)

    inti_call = initialize_and_call  # the old spelling, which test suites of node modules use

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._uuid}>"
