"""Finds every SQL statement of a backend, which stands in a constant where tests see it."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType

from gateway.store import sql

STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")


def modules(backend: ModuleType) -> list[str]:
    """The names of the modules of a backend and of what all backends share."""
    return [each.name for package in (sql, backend) for each in walk_packages(package.__path__, package.__name__ + ".")]


def statements(backend: ModuleType) -> Iterator[tuple[str, str]]:
    """The statements of a backend by name, such as `reading.bugs.BUG`."""
    for name in modules(backend):
        for constant, value in vars(import_module(name)).items():
            for key, text in value.items() if isinstance(value, dict) else [("", value)]:
                if not constant.startswith("_") and isinstance(text, str) and STATEMENT.match(text):
                    yield f"{name.removeprefix('gateway.store.')}.{constant}{key and f'[{key}]'}", text


def hidden(module: str) -> list[str]:
    """The statements that stand in a function of a module."""
    file = import_module(module).__file__
    assert file
    nodes = ast.walk(ast.parse(Path(file).read_text("utf-8")))
    return [
        text.value
        for function in nodes
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for text in ast.walk(function)
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and STATEMENT.match(text.value)
    ]
