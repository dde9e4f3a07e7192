"""The layers: a module knows those to the right of its own, and none to the left (docs/architecture.md)."""

import ast
from pathlib import Path

import pytest
from running import ROOT

GATEWAY = ROOT / "gateway"
_APART = {"importing", "move", "sitefile"}
"""Packages of commands, which answer no calls."""

_OUTER = {"pages", "web", "cli"}

UNKNOWN = {
    "model": {"store", "methods", "documents", "protocols", "front", *_APART, *_OUTER},
    "store": {"methods", "documents", "protocols", "front", *_APART, *_OUTER},
    "methods": {"documents", "protocols", "front", *_APART, *_OUTER},
    "documents": {"store", "protocols", "front", *_APART, *_OUTER},
    "protocols": {"store", "front", *_APART, *_OUTER},
    "front": {"store", "documents", *_APART, *_OUTER},
    "pages": {"store", "front", *_APART, "web", "cli"},
    "web": {*_APART, "cli"},
    "importing": {"documents", "move", "sitefile", *_OUTER},
    "move": {"methods", "documents", "protocols", "front", "importing", "sitefile", *_OUTER},
    "sitefile": {"methods", "documents", "protocols", "front", "importing", "move", *_OUTER},
}
"""The packages that the modules of each package do not import."""


def imported(module: Path) -> set[str]:
    """The packages of the gateway that a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{each.name}" for each in node.names}
    return {name.split(".")[1] for name in names if name.startswith("gateway.")}


@pytest.mark.parametrize("package", UNKNOWN)
def test_no_arrow_points_back(package: str) -> None:
    modules = sorted((GATEWAY / package).rglob("*.py"))
    assert modules
    backwards = {str(each.relative_to(GATEWAY)): sorted(imported(each) & UNKNOWN[package]) for each in modules}
    assert not {module: found for module, found in backwards.items() if found}
