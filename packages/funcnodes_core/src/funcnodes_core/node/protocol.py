"""A node as the functions that run, control and describe it see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar, Protocol

from funcnodes_core._runnable import Runnable
from funcnodes_core.io.base import NodeIO
from funcnodes_core.io.connection import Link
from funcnodes_core.io.input import NodeInput
from funcnodes_core.io.output import NodeOutput
from funcnodes_core.node.mode import NodeMode

__all__ = ["NodeLike"]


class NodeLike(Runnable, Protocol):
    """What modules below `Node` need of it; `Node` and nothing else fulfils this."""

    node_id: ClassVar[str]
    node_name: ClassVar[str]
    description: str
    default_reset_inputs_on_trigger: ClassVar[bool]
    default_render_options: ClassVar[dict[str, Any]]
    default_io_options: ClassVar[dict[str, Any]]
    default_timeout_s: ClassVar[float | None]
    default_retries: ClassVar[int]
    _limited: ClassVar[bool]
    _direct: ClassVar[Any]
    _input_templates: ClassVar[tuple[NodeIO, ...]]
    _output_templates: ClassVar[tuple[NodeIO, ...]]
    _port_cache: ClassVar[dict[Any, Any]]

    inputs: dict[str, NodeInput]
    outputs: dict[str, NodeOutput]
    properties: Any
    render_options: Any
    _properties: dict[str, Any] | None
    _render_options: dict[str, Any] | None
    last_error: Any
    last_duration_s: float | None
    last_progress: dict[str, Any] | None
    run_count: int

    _arguments: tuple[tuple[str, NodeInput], ...]
    _beat: NodeOutput
    _cause: NodeInput | None
    _mode: NodeMode
    _name: str | None
    _limits: Any
    _special: bool
    _reset_inputs: bool
    _stale: bool
    _timer: asyncio.TimerHandle | None
    _undelivered: BaseException | None
    _watched: bool
    _listeners: dict[str, list[Any]] | None
    _error_listeners: list[Callable[..., Any]] | None

    @property
    def uuid(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def reset_inputs_on_trigger(self) -> bool: ...
    @property
    def pretrigger_delay(self) -> float: ...
    @property
    def status_word(self) -> str: ...
    @property
    def in_trigger(self) -> bool: ...
    async def func(self, *args: Any, **kwargs: Any) -> Any: ...
    def error(self, exc: Exception) -> None: ...
    def ready(self) -> bool: ...
    def ready_state(self) -> dict[str, Any]: ...
    def _data_outputs(self) -> list[NodeOutput]: ...
    def _event(self, event: str, msg: dict[str, Any]) -> None: ...
    def _links_in(self) -> list[Link]: ...
    def _off_thread(self) -> bool: ...
    def _ports_changed(self) -> None: ...
    def _post(self, call: Callable[[], None]) -> None: ...
    def _refresh_stale(self) -> None: ...
    def _updated(self, *fields: str) -> None: ...
