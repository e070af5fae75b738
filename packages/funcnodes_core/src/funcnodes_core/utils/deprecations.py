"""Warnings for names that are kept only for older code."""

from funcnodes_core._deprecations import (
    FuncNodesDeprecationWarning,
    SpellingDeprecationWarning,
    method_deprecated_decorator,
    path_module_attribute_to_getter,
)

__all__ = [
    "FuncNodesDeprecationWarning",
    "SpellingDeprecationWarning",
    "method_deprecated_decorator",
    "path_module_attribute_to_getter",
]
