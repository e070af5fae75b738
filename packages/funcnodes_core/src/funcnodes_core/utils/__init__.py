"""Kept import paths; the code lives in the modules that these import from."""

__all__: list[str] = []
