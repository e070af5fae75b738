"""The web server: the editor's files, the login, and one origin in front of manager and workers."""

__all__: list[str] = []
