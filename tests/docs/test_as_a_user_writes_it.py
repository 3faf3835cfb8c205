"""The README's Python block does what it says, every line of it, and is the plan's "As a user writes it"."""

import ast
import sys

import pytest

import tendu
from pages import ROOT, blocks

README = blocks(ROOT / "README.md", "python")[0].code
KOREAN = blocks(ROOT / "README.ko.md", "python")[0].code


def executed(code):
    """The names that running the code leaves, and the lines of it that ran."""
    compiled, lines, names = compile(code, "<as a user>", "exec"), set(), {}

    def trace(frame, event, _):
        if frame.f_code is compiled:
            lines.add(frame.f_lineno)
            return trace
        return None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        exec(compiled, names)
    finally:
        sys.settrace(before)
    return names, lines


def statements(code):
    return {node.lineno for node in ast.walk(ast.parse(code)) if isinstance(node, ast.stmt)}


def test_every_line_runs_and_gives_what_it_says(room, model, capsys):
    names, lines = executed(README)
    assert lines >= statements(README)
    point = names["model"](tendu.read("squat.jpg"))[0][tendu.Keypoint.LEFT_KNEE]
    assert capsys.readouterr().out == f"{point}\n"
    tables = list(tendu.read_poses("out.parquet"))
    assert [poses.stamp.number for poses in tables] == list(range(12))
    assert all(poses.track.tolist() == [1] for poses in tables)
    with tendu.open("out.mp4") as film:
        assert [frame.number for frame in film] == list(range(12))


def test_one_line_does_the_common_case(room, model):
    tendu.run("squats.mp4", to=["out.mp4", "out.parquet"])
    assert len(list(tendu.read_poses("out.parquet"))) == 12
    with tendu.open("out.mp4") as film:
        assert len(list(film)) == 12


def test_both_languages_show_the_same_code():
    assert ast.dump(ast.parse(README)) == ast.dump(ast.parse(KOREAN))


def test_it_is_the_plans_code(shared):
    if not (shared / "DESIGN.md").is_file():
        pytest.skip("the plan is not here")
    plan = (shared / "DESIGN.md").read_text(encoding="utf-8").partition("## As a user writes it")[2]
    code = plan.partition("```python\n")[2].partition("```")[0]
    assert ast.dump(ast.parse(README)) == ast.dump(ast.parse(code))
