"""How events reach clients: previews made once, one bounded outbox for each."""

__all__: list[str] = []
