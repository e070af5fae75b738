"""Callbacks that let the value of one port set the options of others."""

from types import ModuleType

from funcnodes_core.decorator.options import (
    update_other_io,
    update_other_io_options,
    update_other_io_value_options,
)

__all__ = ["fn", "update_other_io", "update_other_io_options", "update_other_io_value_options"]

# the package `funcnodes_core` itself, set by its own `__init__`: node modules import it from here
fn: ModuleType
