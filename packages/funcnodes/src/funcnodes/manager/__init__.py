"""The workermanager: which workers exist, which run, and the hub in front of them."""

__all__: list[str] = []
