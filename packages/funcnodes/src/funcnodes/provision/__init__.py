"""Python environments of workers."""

from funcnodes.provision.venv import environment_python, find_uv, provision

__all__ = ["environment_python", "find_uv", "provision"]
