"""The house: floors, sizes, names, the public face, and that importing it is light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2] / "src" / "tendu"
FILES = sorted(HOUSE.rglob("*.py"))
FLOORS = {
    0: {  # words
        *(
            "cache",
            "codes",
            "cores",
            "errors",
            "extras",
            "frame",
            "file_names",
            "pixels",
            "pose",
            "similarity",
            "skeleton",
            "skeletons",
        ),
        *("whole_file", "window"),
    },
    1: {"models", "runtimes", "sources", "motion", "analysis", "drawing", "sinks", "metrics"},  # rooms
    3: {"web", "bench", "training", "batch"},  # doors
    4: {"cli"},  # the front door, which opens the others
    5: {"__main__"},
}
"""Which folders and files are on which floor; what is not named here puts the house together, on floor 2."""
FORBIDDEN = {"utils", "helpers", "common", "misc", "core", "base", "manager", "handler", "types"}


def place(module: str) -> tuple[int, str]:
    """The floor of a module of ours and the room it is in."""
    room = module.removeprefix("tendu").strip(".").partition(".")[0]
    floor = next((floor for floor, rooms in FLOORS.items() if room in rooms), 2)
    return floor, room


def imports(path: Path) -> set[str]:
    """The modules of ours that a file imports anywhere."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= (
                {node.module} if node.module != "tendu" else {f"tendu.{name.name}" for name in node.names}
            )
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return {name for name in found if name.partition(".")[0] == "tendu"}


def name_of(path: Path) -> str:
    return ".".join(("tendu", *path.relative_to(HOUSE).with_suffix("").parts)).removesuffix(".__init__")


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_imports_only_from_floors_below_or_its_own_room(path):
    if path == HOUSE / "__init__.py":
        return  # the public face: names only, loaded on first use
    floor, room = place(name_of(path))
    for module in imports(path):
        other_floor, other_room = place(module)
        same_floor = other_floor == floor and (floor in {0, 2} or other_room == room)
        assert other_floor < floor or same_floor, f"{name_of(path)} on floor {floor} imports {module}"


def test_no_two_files_need_each_other():
    """`Estimator.follow` is a short name for a `Follower`, which stands on an estimator: the one exception."""
    needs = {name_of(path): imports(path) for path in FILES if path != HOUSE / "__init__.py"}
    needs["tendu.estimator"] -= {"tendu.follower"}
    while free := {name for name, needed in needs.items() if not needed & needs.keys()}:
        needs = {name: needed for name, needed in needs.items() if name not in free}
    assert not needs, f"in a circle: {sorted(needs)}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_is_one_idea(path):
    assert path.stem not in FORBIDDEN, f"{path.name} says nothing about what is in it"
    lines = len(path.read_text().splitlines())
    assert lines <= 300, f"{name_of(path)} has {lines} lines; 300 is the most"
    assert ast.get_docstring(ast.parse(path.read_text())), f"{name_of(path)} does not say what it is"


def test_importing_tendu_is_light():
    heavy = ["numpy", "cv2", "av", "ai_edge_litert", "openvino", "onnxruntime", "pyarrow", "rich", "click"]
    code = f"import sys, tendu; print([m for m in {heavy!r} if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "[]", f"import tendu loads {loaded}"


def test_every_public_name_is_there_and_documented():
    import tendu

    assert tendu.__all__ == sorted(tendu._HOMES)
    for name in tendu.__all__:
        assert getattr(tendu, name).__doc__, f"tendu.{name} has no docstring"
