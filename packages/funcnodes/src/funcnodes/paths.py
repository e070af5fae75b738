"""Where this package's own files are."""

from pathlib import Path
from typing import Final

__all__ = ["STATIC_DIR"]

STATIC_DIR: Final = Path(__file__).parent / "static"
"""The built editor; made by `make frontend`, part of every wheel."""
