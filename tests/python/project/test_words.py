"""The project speaks of itself alone, and names only commands that exist."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import typer
from findings import listed, places
from typer.core import TyperCommand, TyperGroup

from martlet.cli.app import app

# Where it was made and who was asked is no part of it. This file holds the list.
FOREIGN = re.compile(
    r"""
    \b(?:pypi\.org | pythonhosted\.org | conda\.anaconda | hub\.getdbt\.com
        | registry\.npmjs | huggingface\.co | extra-index-url | --index-url)
    | /work/ | /tmp/bash | \bissue\s*\#?\d+ | \bpull\s+request\b
    | \bsub-?agents?\b | \bchat\s?gpt\b | \bclaude\b | \bcopilot\b | \bai[ -]generated
    | \b(?:TODO|FIXME|XXX|HACK)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_COMMAND = re.compile(
    r"(?:^|[\s/`(:])martlet ([a-z][a-z-]*)((?: [^`\n|]*)?)", re.MULTILINE
)
_FENCE = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")


@pytest.fixture(scope="module")
def own_files(project_dir: Path) -> list[Path]:
    """Text files that are the project's, whether or not they are committed yet."""
    if not shutil.which("git") or not (project_dir / ".git").exists():
        pytest.skip("not a git checkout, so nothing says which files are the project's")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=project_dir,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [project_dir / name for name in listing.stdout.split("\0") if name]
    return [file for file in files if file.is_file() and b"\0" not in _start(file)]


def _start(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(1024)


@pytest.fixture(scope="module")
def commands() -> dict[str, TyperCommand]:
    """Commands of the command line, by name."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return dict(group.commands)


def test_no_file_speaks_of_where_it_was_made(
    own_files: list[Path], project_dir: Path
) -> None:
    # Seeds list sites that visits come from, and speak of nothing.
    listing = project_dir / "seeds" / "reference"
    foreign = [
        place
        for file in own_files
        if file != Path(__file__) and file.parent != listing
        for place in places(
            file.read_text("utf-8"), FOREIGN, file.relative_to(project_dir)
        )
    ]
    assert not foreign, listed(foreign)


def test_named_commands_and_options_exist(
    own_files: list[Path], commands: dict[str, TyperCommand], project_dir: Path
) -> None:
    wrong = []
    for file in own_files:
        if file.suffix == ".md" or file.name == "Makefile":
            for name, rest in _commands_in(file):
                place = f"{file.relative_to(project_dir)}: martlet {name}"
                if name not in commands:
                    wrong.append(f"{place}: there is no such command")
                else:
                    unknown = _options(rest) - _options_of(commands[name])
                    wrong += [f"{place} has no {option}" for option in unknown]
    assert not wrong, listed(wrong)


def test_hints_name_commands_that_exist(
    own_files: list[Path], commands: dict[str, TyperCommand], project_dir: Path
) -> None:
    hint = re.compile(r": martlet ([a-z]+)")
    named = [
        (file, name)
        for file in own_files
        if file.is_relative_to(project_dir / "python")
        for name in hint.findall(file.read_text("utf-8"))
    ]
    wrong = [f"{file}: martlet {name}" for file, name in named if name not in commands]
    assert named
    assert not wrong, listed(wrong)


def test_readme_tells_of_every_command(
    commands: dict[str, TyperCommand], project_dir: Path
) -> None:
    told = {name for name, _ in _commands_in(project_dir / "README.md")}
    untold = [name for name, c in commands.items() if not c.hidden and name not in told]
    assert not untold, listed(untold)


def test_every_command_and_option_has_help(commands: dict[str, TyperCommand]) -> None:
    silent = [name for name, command in commands.items() if not command.help]
    silent += [
        f"{name} {parameter.name}"
        for name, command in commands.items()
        for parameter in command.params
        if not getattr(parameter, "help", None)
    ]
    assert not silent, listed(silent)


def _commands_in(file: Path) -> list[tuple[str, str]]:
    """Names and arguments of the commands in a page's code, or in a Makefile."""
    text = file.read_text("utf-8")
    if file.suffix == ".md":
        prose = _FENCE.sub("", text)
        text = "\n".join([*_FENCE.findall(text), *_INLINE.findall(prose)])
    return _COMMAND.findall(text)


def _options(arguments: str) -> set[str]:
    words = shlex.split(arguments.partition("#")[0])
    return {word.partition("=")[0] for word in words if word.startswith("--")}


def _options_of(command: TyperCommand) -> set[str]:
    """Give a command's options; a group's are those of all its commands."""
    own = {option for p in command.params for option in p.opts} | {"--help"}
    return own.union(*map(_options_of, getattr(command, "commands", {}).values()))
