"""The command's first word, its languages, its errors as sentences and its exit codes."""

import pytest

from tendu import __version__
from tendu.cli import main as door
from tendu.cli.main import VERBS, main
from tendu.errors import SinkError, TenduError


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("TENDU_LANG", "en")


def test_nothing_at_all_shows_the_first_screen(capsys):
    assert main([]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Usage: tendu SOURCE... [-o TARGET]...\n       tendu VERB ...\n")
    assert all(f"\n  {verb} " in out for verb in VERBS)
    assert err == ""


def test_the_first_screen_has_many_ways_to_it(capsys):
    screens = []
    for words in ([], ["--help"], ["-h"], ["help"]):
        assert main(words) == 0
        screens.append(capsys.readouterr().out)
    assert len(set(screens)) == 1


def test_the_version_is_said(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"tendu {__version__}\n"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(capsys, verb):
    assert main([verb, "--help"]) == 0
    asked = capsys.readouterr().out
    assert asked.startswith(f"Usage: tendu {verb} ")
    assert main(["help", verb]) == 0
    assert capsys.readouterr().out == asked


def test_help_behind_a_source_is_that_of_run(capsys):
    assert main(["photo.jpg", "--help"]) == 0
    assert capsys.readouterr().out.startswith("Usage: tendu run ")


def test_help_speaks_korean_where_asked(capsys, monkeypatch):
    assert main(["--help", "--lang", "ko"]) == 0
    asked = capsys.readouterr().out
    monkeypatch.setenv("TENDU_LANG", "ko")
    assert main(["--help"]) == 0
    assert capsys.readouterr().out == asked
    assert asked.startswith("사용법: tendu SOURCE... [-o TARGET]...\n        tendu VERB ...\n")
    assert "이 도움말을 보여 줍니다." in asked
    assert main(["models", "--help"]) == 0
    assert "  card    모델에 대해 알려진 것을 모두 보여 줍니다.\n" in capsys.readouterr().out


def test_no_line_of_help_is_wider_than_a_terminal(capsys, monkeypatch):
    from tendu.cli.spoken import cells

    monkeypatch.setenv("COLUMNS", "80")
    for language in ("en", "ko"):
        for words in (["--help"], *([verb, "--help"] for verb in VERBS)):
            main([*words, "--lang", language])
            assert all(cells(line) <= 80 for line in capsys.readouterr().out.splitlines())


NO_SUCH_LOOK = "'zom' is none of auto, once, zoom, mirrored, tiles. Did you mean 'zoom'?"
NO_SUCH_RUNTIME = "'openvin' is none of auto, litert, openvino, onnx, edgetpu. Did you mean 'openvino'?"


@pytest.mark.parametrize(
    ("words", "said", "command"),
    [
        ("docter", "There is no verb and no file 'docter'. Did you mean 'doctor'?", "tendu"),
        ("a.jpg --look zom", f"Invalid value for '--look': {NO_SUCH_LOOK}", "tendu run"),
        ("a.jpg --runtime openvin", f"Invalid value for '--runtime': {NO_SUCH_RUNTIME}", "tendu run"),
        (
            "a.jpg --people 0",
            "Invalid value for '--people': '0' is not a whole number of 1 or more.",
            "tendu run",
        ),
        ("a.mp4 b.jpg", "Films are taken one at a time: give a.mp4 alone.", "tendu run"),
        ("--show", "Missing argument 'SOURCE...'.", "tendu run"),
        ("a.jpg --lang fr", "Invalid value for '--lang': 'fr' is none of en, ko.", "tendu"),
        ("a.jpg --lang", "Invalid value for '--lang': '' is none of en, ko.", "tendu"),
    ],
)
def test_a_command_that_cannot_be_meant_ends_with_2(capsys, words, said, command):
    assert main(words.split()) == 2
    assert capsys.readouterr() == ("", f'tendu: {said}\nRun "{command} --help" for help.\n')


def test_a_misspelt_option_is_guessed(capsys):
    assert main(["a.jpg", "--modle", "x"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("tendu: No such option '--modle'.")
    assert "--model" in said


def test_a_file_called_like_a_verb_is_reached_by_its_path(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docter").touch()
    assert main(["docter"]) == 1
    assert capsys.readouterr().err == "tendu: Cannot read docter: it is empty (0 bytes).\n"


def raising(error):
    def main_of_group(*_, **__):
        raise error

    return main_of_group


def test_an_error_is_one_sentence_and_ends_with_1(capsys, monkeypatch):
    monkeypatch.setattr(door.verbs, "main", raising(TenduError("It cannot be.")))
    assert main(["a.jpg"]) == 1
    assert capsys.readouterr() == ("", "tendu: It cannot be.\n")


def test_trace_shows_where_an_error_came_from(capsys, monkeypatch):
    monkeypatch.setattr(door.verbs, "main", raising(TenduError("It cannot be.")))
    assert main(["a.jpg", "--trace"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Traceback (most recent call last):\n")
    assert said.endswith("tendu.errors.TenduError: It cannot be.\n")


def test_what_is_not_raised_on_purpose_is_not_hidden(monkeypatch):
    monkeypatch.setattr(door.verbs, "main", raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        main(["a.jpg"])


def test_an_output_that_fails_for_another_reason_than_a_closed_pipe_is_said(capsys, monkeypatch):
    error = SinkError("Cannot write x.csv: the disk is full.")
    error.__cause__ = OSError(28, "No space left on device")
    monkeypatch.setattr(door.verbs, "main", raising(error))
    assert main(["a.jpg"]) == 1
    assert capsys.readouterr().err == "tendu: Cannot write x.csv: the disk is full.\n"


def test_ctrl_c_outside_the_loop_ends_with_130(capsys, monkeypatch):
    monkeypatch.setattr(door, "_with_verb", raising(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        main(["a.jpg"])
    monkeypatch.undo()
    monkeypatch.setattr(door.Verbs, "get_command", raising(KeyboardInterrupt()))
    assert main(["a.jpg", "--lang", "en"]) == 130
    assert capsys.readouterr().err.strip() == "Stopped."
