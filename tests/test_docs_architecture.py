"""docs/architecture.md knows every module, and gives the reason for every dependency."""

import re
import tomllib

from packaging.requirements import Requirement

from tests.support import ROOT

PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
ROOMS = ("formula", "deck", "worked", "audit", "publish")


def test_every_module_is_named_in_its_room():
    """`*_view` stands for all modules with that ending; a folder is named with a stroke behind."""
    for room in ROOMS:
        told = PAGE.partition(f"**{room}**,")[2].partition("\n**")[0]
        named = set(re.findall(r"^\| (.*?) \|", told, re.MULTILINE))
        patterns = [name for cell in named for name in re.findall(r"`([\w.*/]+)`", cell)]
        modules = [
            path.name.removesuffix(".py") + ("/" if path.is_dir() else "")
            for path in (ROOT / "bpreport" / room).iterdir()
            if not path.name.startswith("_")
        ]
        unnamed = [
            module
            for module in modules
            if not any(re.fullmatch(name.replace("*", ".*"), module) for name in patterns)
        ]
        assert (room, unnamed) == (room, [])


def test_every_dependency_has_a_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    dependencies = [
        *project["project"]["dependencies"],
        *(text for extra in project["project"]["optional-dependencies"].values() for text in extra),
        *project["dependency-groups"]["dev"],
    ]
    told = PAGE.partition("\n## Dependencies\n")[2].partition("\n## ")[0]
    names = [Requirement(text).name for text in dependencies]
    assert [name for name in names if not re.search(rf"(?<![\w-]){name}(?![\w-])", told)] == []
