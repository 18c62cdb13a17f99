"""Tell which files of a folder belong to which input of a connector."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from martlet.errors import RawDataError, UsageError
from martlet.loading.connectors.connector import Connector
from martlet.loading.sources.opening import check_file


def match_files(
    connector: Connector, paths: Sequence[Path]
) -> tuple[dict[str, list[Path]], list[Path]]:
    """Give the files of each input, in name order, and those that belong to none.

    A file that a person names belongs to the only input there is, however it is called.
    A file that is named twice, by itself or by its folder, counts once.

    Raises
    ------
    UsageError
        A path does not exist, or a file that was named belongs to no input.
    RawDataError
        There is no file for an input that must be there.
    """
    matched: dict[str, list[Path]] = {kind.name: [] for kind in connector.inputs}
    left: list[Path] = []
    seen: set[Path] = set()
    for path in paths:
        for file in _files(path):
            if file.resolve() in seen:
                continue
            seen.add(file.resolve())
            takers = [kind.name for kind in connector.inputs if kind.takes(file)]
            if len(connector.inputs) == 1 and not path.is_dir():
                takers = [connector.inputs[0].name]
            if takers:
                matched[takers[0]].append(file)
            elif path.is_dir():
                left.append(file)
            else:
                raise UsageError(
                    f"{file} is none of the files that {connector.name} reads: "
                    f"{_expected(connector)}.",
                    "Rename it, or pass the folder it lies in.",
                )
    is_nothing = not any(matched.values())
    missing = [
        kind
        for kind in connector.inputs
        if not matched[kind.name] and (is_nothing or not kind.optional)
    ]
    if missing:
        where = ", ".join(map(str, paths))
        raise RawDataError(
            f"{where} lacks {', '.join(' or '.join(kind.files) for kind in missing)}. "
            f"{connector.name} reads: {_expected(connector)}.",
            f"Pass the folder with all of them: martlet load {connector.name} <folder>",
        )
    return {name: sorted(files) for name, files in matched.items()}, left


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        check_file(path)
        return [path]
    return [
        file
        for file in sorted(path.rglob("*"))
        if file.is_file() and not file.name.startswith((".", "_"))
    ]


def _expected(connector: Connector) -> str:
    return ", ".join(pattern for kind in connector.inputs for pattern in kind.files)
