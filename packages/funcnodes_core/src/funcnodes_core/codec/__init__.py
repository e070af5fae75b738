"""Values as JSON, as bytes with a mime type, as previews, and without loss."""

__all__: list[str] = []
