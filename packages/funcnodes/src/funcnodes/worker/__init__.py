"""Import paths that earlier releases had."""

__all__: list[str] = []
