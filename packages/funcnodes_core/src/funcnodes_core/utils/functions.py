"""Kept import path of the function helpers; they live in funcnodes_core.nodemaker.offload."""

from funcnodes_core.nodemaker.offload import (
    ProcessExecutorWrapper,
    ThreadExecutorWrapper,
    call_sync,
    make_async_if_needed,
    make_run_in_new_process,
    make_run_in_new_thread,
    make_sync_if_needed,
)

__all__ = [
    "ProcessExecutorWrapper",
    "ThreadExecutorWrapper",
    "call_sync",
    "make_async_if_needed",
    "make_run_in_new_process",
    "make_run_in_new_thread",
    "make_sync_if_needed",
]
