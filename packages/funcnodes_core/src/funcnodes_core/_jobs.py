"""Whether the run that a thread works on was given up: what its function asks, and its sends are told."""

from __future__ import annotations

import threading
from typing import Protocol

__all__ = ["CURRENT_JOB", "cancel_requested"]


class _Job(Protocol):
    abandoned: bool


class _Current(threading.local):
    job: _Job | None = None


CURRENT_JOB = _Current()


def cancel_requested() -> bool:
    """Whether the run that this thread works on was stopped; for long loops in offloaded functions."""
    job = CURRENT_JOB.job
    return job is not None and job.abandoned
