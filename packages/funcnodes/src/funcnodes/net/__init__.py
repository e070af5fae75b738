"""Listening sockets and the proxy that manager and web server share."""

__all__: list[str] = []
