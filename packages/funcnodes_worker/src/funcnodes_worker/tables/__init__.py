"""Windows of tables: paged, sorted and filtered on the worker."""

__all__: list[str] = []
