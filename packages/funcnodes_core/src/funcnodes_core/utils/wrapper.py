"""Kept import path of the marks against overriding; they live in funcnodes_core.nodemaker.overrides."""

from funcnodes_core.nodemaker.overrides import NoOverrideMixin, savemethod, saveproperty

__all__ = ["NoOverrideMixin", "savemethod", "saveproperty"]
