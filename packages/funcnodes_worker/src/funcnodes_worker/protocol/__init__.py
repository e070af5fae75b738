"""What travels between a worker and its clients: shapes, events, frames."""

__all__: list[str] = []
