"""External workers for tests, installed like a published module."""

import asyncio
import time

from pydantic import Field, SecretStr

import funcnodes_core as fn
from funcnodes_core.nodemaker.instance import instance_nodefunction
from funcnodes_worker import ExternalWorkerConfig, FuncNodesExternalWorker


class PumpConfig(ExternalWorkerConfig):
    """How to reach a pump."""

    port: str = Field(description="Where it is plugged in")
    speed: float = Field(default=1.0, ge=0)
    password: SecretStr | None = None
    hint: str = Field(default="", json_schema_extra={"export": False})


class Pump(FuncNodesExternalWorker):
    """A pump.

    It fails when its speed is 13.
    """

    NODECLASSID = "test.pump"
    NAME = "Pump"
    config_cls = PumpConfig

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.config.port == "none":
            raise OSError(f"no pump at {self.config.password and self.config.password.get_secret_value()}")
        self._delay = 0.1
        self.rounds = 0

    async def loop(self):
        self.rounds += 1
        if self.config.speed == 13:
            raise RuntimeError(f"unlucky with {self.config.password.get_secret_value()}")
        if self.config.speed == 14:
            raise SystemExit("out")

    async def stop(self):
        if self.config.port == "stuck":
            await asyncio.sleep(3600)
        if self.config.port == "frozen":
            time.sleep(3600)
        await super().stop()

    @instance_nodefunction(name="Pumped")
    def pumped(self, litres: int = 2) -> float:
        """How much went through."""
        return litres * self.config.speed

    @instance_nodefunction()
    async def leak(self, how: str) -> str:
        """Says the password where it should not."""
        try:
            raise KeyError(self.config.password.get_secret_value())
        except KeyError as error:
            raise RuntimeError(f"{how}: {self.config.password.get_secret_value()}") from error


class Bell(FuncNodesExternalWorker):
    """Has nothing to set."""

    NODECLASSID = "test.bell"

    @instance_nodefunction()
    def ring(self, times: int = 1) -> str:
        """Rings."""
        return "ding" * times


NODE_SHELF = fn.Shelf(name="External", nodes=[], subshelves=[], description="")
FUNCNODES_WORKER_CLASSES = [Pump, Bell]
