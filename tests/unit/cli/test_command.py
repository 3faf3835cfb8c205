"""The command `tendu` as a program: what it loads, how Ctrl-C ends it, and pipes that close early."""

import json
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from time import perf_counter, sleep

import av
import pytest

from standing import film_frames
from tendu.sinks.reading import read_poses
from tendu.sinks.video_file import FilmSink

PROGRAM = Path(__file__).parents[2] / "standing_tendu.py"
HEAVY = [
    "numpy",
    "cv2",
    "av",
    "ai_edge_litert",
    "openvino",
    "onnxruntime",
    "pyarrow",
    "rich",
    "pooch",
    "platformdirs",
]


@pytest.fixture
def film(tmp_path) -> Path:
    """200 frames, 20 s."""
    path = tmp_path / "film.mp4"
    with FilmSink(path) as sink:
        for frame in film_frames(200):
            sink.write(frame)
    return path


def tendu(*arguments, pause=0.0, **options):
    words = [sys.executable, PROGRAM, pause, *arguments]
    return subprocess.Popen([str(word) for word in words], stderr=subprocess.PIPE, text=True, **options)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["--version"], ["--lang", "ko", "--help"]]
)
def test_help_loads_nothing_heavy(arguments):
    code = f"import sys; from tendu.cli.main import main; main({arguments!r}); print([m for m in {HEAVY!r} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.splitlines()[-1] == "[]"


@pytest.mark.parametrize("signals", [[signal.SIGINT], [signal.SIGTERM], [signal.SIGINT] * 4])
def test_ctrl_c_ends_within_a_second_with_a_summary_and_a_film_that_plays(film, tmp_path, signals):
    drawn, table = tmp_path / "drawn.mp4", tmp_path / "poses.jsonl"
    with tendu(film, "-o", drawn, "-o", table, "--lang", "en", pause=0.05) as program:
        assert program.stderr.readline() == "looking\n"
        for each in signals:
            program.send_signal(each)
            sleep(0.02)
        start = perf_counter()
        said = program.stderr.read().splitlines()
        assert program.wait() == 130
    assert perf_counter() - start < 1
    done = len(list(read_poses(table)))
    assert 10 <= done < 40
    assert said[0] == "Stopped; what was done until then is kept."
    assert said[1].startswith(f"{done} frames, 1 person at a time, ")
    assert said[-1] == f"Written: {drawn}, {table}"
    with av.open(str(drawn)) as container:
        # Stopped between the two writes of a frame, one output is a frame ahead.
        assert abs(sum(1 for _ in container.decode(video=0)) - done) <= 1


def test_standard_output_holds_json_lines_and_nothing_else(film):
    with tendu(film, "-o", "-", "--lang", "en", stdout=subprocess.PIPE) as program:
        out, said = program.communicate()
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["frame"] for line in lines] == list(range(200))
    assert "200 frames, 1 person at a time" in said
    assert "Written" not in said
    assert program.returncode == 0


def test_a_reader_that_goes_away_ends_the_run_in_silence(film):
    with tendu(film, "-o", "-", "--quiet", stdout=subprocess.PIPE) as program:
        program.stdout.readline()
        program.stdout.close()
        said = program.stderr.read()
    assert program.returncode == 1
    assert said in {"", "looking\n"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "arguments", [["--help"], ["models"], ["FILM", "--end", "0.1", "-o", "-", "--quiet"]]
)
def test_standard_output_on_a_full_disk_is_a_sentence(film, arguments):
    words = [str(film) if word == "FILM" else word for word in arguments]
    with (
        Path("/dev/full").open("w") as full,
        tendu(*words, "--lang", "en", stdout=full) as program,
    ):
        said = program.stderr.read()
    assert program.returncode == 1
    assert re.fullmatch(
        r"tendu: Cannot write (to standard output: No space left on device|<stdout>: the disk is full)\.\n",
        said,
    )


@pytest.mark.parametrize(
    ("stream", "arguments", "sentence"),
    [
        ("<&-", ["-"], "tendu: Cannot read standard input: it is closed.\n"),
        (">&-", ["FILM", "-o", "-"], "tendu: Cannot write to standard output: it is closed.\n"),
    ],
)
def test_a_stream_that_a_shell_closed_is_a_sentence(film, stream, arguments, sentence):
    words = [sys.executable, PROGRAM, "0", *(film if word == "FILM" else word for word in arguments)]
    shell = subprocess.run(
        f"{shlex.join(map(str, words))} {stream}", shell=True, stderr=subprocess.PIPE, text=True, check=False
    )
    assert (shell.returncode, shell.stderr) == (1, sentence)
