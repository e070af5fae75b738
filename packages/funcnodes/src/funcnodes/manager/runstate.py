"""Reading what a worker's process last said about itself."""

import json
from pathlib import Path

__all__ = ["read_runstate"]


def read_runstate(file: Path) -> tuple[str, str]:
    """The state and the detail of a `worker_<uuid>.runstate`; two empty texts where there is none.

    The first word is the state (starting, running, stopping, stopped, crashed), the rest its detail; the JSON
    form is `{"state": ..., "detail": ...}`.
    """
    try:
        text = file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "", ""
    if text.startswith("{"):
        try:
            record = json.loads(text)
        except ValueError:
            return "", ""
        return str(record.get("state", "")), str(record.get("detail") or "")
    state, _, detail = text.partition("\n") if "\n" in text else text.partition(" ")
    return state.strip(": "), detail.strip()
