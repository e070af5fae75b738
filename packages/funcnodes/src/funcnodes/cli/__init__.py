"""The program `funcnodes`."""

__all__: list[str] = []
