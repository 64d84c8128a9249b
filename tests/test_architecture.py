"""The plan of the house, held: what may import what, and what importing costs."""

import ast
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import heartbeat

PACKAGE = Path(heartbeat.__file__).parent

# A room may import from rooms before it, never from one of the same row or a later one.
ROWS = [
    {"_version", "_groups", "_lazy", "_shown"},
    {"labels", "_layout", "_compat", "_files", "_npz", "_show_versions", "_versions", "_watched"},
    {"_beats_table", "_checks", "_progress", "_safetensors"},
    {"recording"},
    {"detection", "context"},
    {"quality"},
    {"segmentation"},
    {"datasets"},
    {"preprocessing", "features", "resampling", "boosting", "transductive"},
    {"weights"},
    {"neural"},
    {"transfer"},
    {"pipelines"},
    {"inspection", "evaluation"},
    {"export"},
    {"annotation"},
    {"browser"},
    {"cli"},
]
# These look at labels and predictions alone, so that they can judge any model.
FREE_STANDING = {
    room: {"labels", "_compat", "_groups", "_shown"}
    for room in ("calibration", "metrics", "model_selection")
}
# Methods that open a door to a room above, where a reader would look for it; imported when called.
DOORS = {"annotation/_result.py": {"browser"}}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def imports_in(path: Path) -> list[ast.Import | ast.ImportFrom]:
    return [
        node for node in ast.walk(parsed(path)) if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def rooms_imported(path: Path) -> set[str]:
    rooms = set()
    for node in imports_in(path):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            modules = [node.module]
            if node.module == "heartbeat":
                modules = [f"heartbeat.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        else:
            continue
        rooms |= {m.split(".")[1] for m in modules if m.startswith("heartbeat.")}
    return rooms


def rooms_below(room: str) -> set[str]:
    if room in FREE_STANDING:
        return FREE_STANDING[room]
    row = next(i for i, rooms in enumerate(ROWS) if room in rooms)
    below = set().union(*ROWS[:row])
    if ROWS.index({"datasets"}) < row:
        below |= set(FREE_STANDING)
    return below


SOURCES = sorted(
    path for path in PACKAGE.rglob("*.py") if room_of(path) not in {"__init__", "__main__"}
)


def test_imports_go_down_only():
    found = {}
    for path in SOURCES:
        room, name = room_of(path), path.relative_to(PACKAGE).as_posix()
        doors = DOORS.get(name, set())
        upward = rooms_imported(path) - rooms_below(room) - doors - {room, "__version__"}
        if upward:
            found[name] = sorted(upward)
    assert not found, f"imports upwards: {found}"


def lines_of_code(path: Path) -> int:
    """Count the lines that are not of a docstring."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = sum(
        node.body[0].end_lineno - node.body[0].lineno + 1
        for node in ast.walk(parsed(path))
        if isinstance(node, documented) and ast.get_docstring(node) is not None
    )
    return len(path.read_text().splitlines()) - docstrings


def test_no_file_outgrows_one_idea():
    lines = {path.relative_to(PACKAGE).as_posix(): lines_of_code(path) for path in SOURCES}
    assert lines["annotation/_stream.py"] > 100
    assert {name: n for name, n in lines.items() if n > 350} == {}


def module_name(path: Path) -> str:
    parts = ("heartbeat", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


def imports_of(path: Path, modules: set[str]) -> set[str]:
    """The package's own modules that a file names, even if only for a type or in a function."""
    found = set()
    for node in imports_in(path):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            for alias in node.names:
                module = f"{node.module}.{alias.name}"
                found.add(module if module in modules else node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return (found & modules) - {module_name(path)}


def test_no_modules_import_each_other():
    modules = {module_name(path) for path in PACKAGE.rglob("*.py")}
    graph = {module_name(path): imports_of(path, modules) for path in PACKAGE.rglob("*.py")}
    assert "heartbeat.metrics._ec57" in graph["heartbeat.metrics._scores"]
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(f"modules import each other in a circle: {' -> '.join(circle.args[1])}")


def modules_after(statement: str) -> set[str]:
    script = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


HEAVY = {"torch", "sklearn", "matplotlib", "skorch", "imblearn", "pandas", "scipy", "wfdb"}


@pytest.mark.parametrize("statement", ["import heartbeat", "from heartbeat import labels"])
def test_import_is_light(statement):
    assert not HEAVY & modules_after(statement)


def test_command_line_is_light_until_it_works():
    assert not HEAVY & modules_after("import heartbeat.cli")


def test_labelling_loads_nothing_that_only_training_needs():
    loaded = modules_after("import heartbeat.annotation, heartbeat.neural")
    assert not {"imblearn", "matplotlib"} & loaded


def test_public_names_are_lazy_and_all_there():
    for name in heartbeat.__all__:
        assert getattr(heartbeat, name) is not None
    assert set(heartbeat.__all__) <= set(dir(heartbeat))


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match="has no attribute 'heartbeats'"):
        heartbeat.heartbeats  # noqa: B018
