"""Our own packages as requirements: an environment is filled from where we run.

A worker's environment must hold the same FuncNodes as the process that makes it, whether that runs from a
working copy, from a wheel on disk or from a package index. The installed distribution says which
(`direct_url.json`, PEP 610), so a release, a fork and a checkout all provision themselves.
"""

import json
import platform
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

__all__ = [
    "DISTRIBUTIONS",
    "KEPT_OUT",
    "OwnPackage",
    "override_lines",
    "own_packages",
    "project_file",
    "requirement_lines",
]

DISTRIBUTIONS = ("funcnodes-core", "funcnodes-worker", "funcnodes")

KEPT_OUT = ("funcnodes-react-flow ; sys_platform == 'never'",)
"""The earlier editor: some node modules ask for it, nothing of ours needs it, and the resolver is told so."""


@dataclass(frozen=True)
class OwnPackage:
    """One of our distributions as it is installed here.

    Attributes:
        name: The distribution's name.
        version: Its installed version.
        path: The folder or file that it was installed from; None when it came from a package index.
        editable: Whether that folder is used in place.
    """

    name: str
    version: str
    path: Path | None = None
    editable: bool = False

    @property
    def requirement(self) -> str:
        """The line of a requirements file that installs this very package."""
        if self.path is None:
            return f"{self.name}=={self.version}"
        if self.editable:
            return f"-e {self.path.as_uri()}"
        return f"{self.name} @ {self.path.as_uri()}"


def own_packages(names: Iterable[str] = DISTRIBUTIONS) -> list[OwnPackage]:
    """Our installed distributions; one that is not installed here is left out."""
    found = []
    for name in names:
        try:
            found.append(_describe(name, distribution(name)))
        except PackageNotFoundError:
            continue
    return found


def requirement_lines(names: Iterable[str] = DISTRIBUTIONS) -> list[str]:
    """Lines of a requirements file that install our packages from where we run."""
    return [package.requirement for package in own_packages(names)]


def override_lines(names: Iterable[str] = DISTRIBUTIONS) -> list[str]:
    """Lines of an overrides file: no resolver moves our packages, and the earlier editor stays out."""
    return [*requirement_lines(names), *KEPT_OUT]


def project_file(extra: Iterable[str] = ()) -> str:
    """Text of the `pyproject.toml` that describes one worker's environment for `uv sync`.

    It asks for our packages from where we run and for `extra`, and names ours again as overrides, so that no
    resolver moves them whatever a node module asks for.

    Args:
        extra: Further requirements, such as `funcnodes-files>=1`.
    """
    packages = own_packages()
    own = [package.name if package.path else package.requirement for package in packages]
    asked = [line for line in extra if _bare_name(line) not in DISTRIBUTIONS]
    sources = [
        f"{package.name} = {{ path = {json.dumps(str(package.path))}, editable = {json.dumps(package.editable)} }}"
        for package in packages
        if package.path is not None
    ]
    machine = f"sys_platform == {sys.platform!r} and platform_machine == {platform.machine()!r}"
    return "\n".join(
        [
            "# The environment of one FuncNodes worker, written by FuncNodes at each change of its packages.",
            "[project]",
            'name = "funcnodes-worker-environment"',
            'version = "0"',
            f'requires-python = "=={sys.version_info[0]}.{sys.version_info[1]}.*"',
            f"dependencies = {_toml_list([*own, *asked])}",
            "",
            "[tool.uv]",
            "package = false",
            f"environments = {_toml_list([machine])}",
            "# our packages stay as they are, and the earlier editor, which some modules ask for, stays out",
            f"override-dependencies = {_toml_list([*own, *KEPT_OUT])}",
            "",
            "[tool.uv.workspace]  # its own root, wherever the configuration folder lies",
            "",
            "[tool.uv.sources]",
            *sources,
            "",
        ]
    )


def _toml_list(items: Iterable[str]) -> str:
    """A TOML array of strings, one a line; JSON's string syntax is a part of TOML's."""
    lines = "".join(f"  {json.dumps(item, ensure_ascii=False)},\n" for item in items)
    return f"[\n{lines}]"


def _bare_name(requirement: str) -> str:
    """Name of the distribution that a requirement is about, in its normal form."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement.strip())
    return re.sub(r"[-_.]+", "-", match.group()).lower() if match else ""


def _describe(name: str, installed: Distribution) -> OwnPackage:
    path, editable = _origin(installed.read_text("direct_url.json"))
    return OwnPackage(name, installed.version, path, editable)


def _origin(direct_url: str | None) -> tuple[Path | None, bool]:
    """Folder or file that an installed distribution came from, and whether it is used in place."""
    if direct_url is None:
        return None, False
    record = json.loads(direct_url)
    parts = urlsplit(record.get("url", ""))
    if parts.scheme != "file":
        return None, False
    path = Path(url2pathname(unquote(parts.path)))
    if not path.exists():
        return None, False  # a wheel that was deleted after its installation: the index has to have it
    return path, bool(record.get("dir_info", {}).get("editable", False))
