"""What travels between a worker and its clients: shapes, events, frames."""
