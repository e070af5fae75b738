"""A build hook: a wheel or source archive without the built editor would install and then show nothing."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

__all__ = ["EditorBuildHook"]


class EditorBuildHook(BuildHookInterface[Any]):
    """Refuses a build that would leave the editor out; an editable install may come before the editor is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Checks that the editor's start page is there.

        Raises:
            FileNotFoundError: If it is not.
        """
        page = Path(self.root) / "src" / "funcnodes" / "static" / "index.html"
        if version != "editable" and not page.is_file():
            raise FileNotFoundError(f"the editor is not built (run `make frontend`): {page}")
