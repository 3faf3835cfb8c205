"""`tendu run`: what goes to standard output, what to standard error, and how it ends."""

import json
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from standing import film_frames, standing
from tendu import loading
from tendu.cli import run as verb
from tendu.cli.main import main
from tendu.drawing.draw import Labels
from tendu.errors import UnknownModelError
from tendu.frame import Frame
from tendu.looking import LOOKS
from tendu.runtimes.available import NAMES
from tendu.sinks.images import PictureFile
from tendu.sinks.reading import read_poses
from tendu.sinks.video_file import FilmSink
from tendu.sources.images import read_photo


@pytest.fixture(autouse=True)
def model(monkeypatch):
    """People who stand in every picture; the options that a model was loaded with."""
    asked = []

    def load(model=None, **options):
        options.pop("progress", None)
        asked.append({"model": model, **options})
        people = options.get("people", 1)
        return standing(people=people, confidence=(0.9,) * people)

    monkeypatch.setattr(loading, "load", load)
    monkeypatch.setenv("TENDU_LANG", "en")
    return asked


@pytest.fixture
def photo(tmp_path) -> Path:
    path = tmp_path / "사진 1.png"
    with PictureFile(path) as file:
        file.write(Frame.of(np.full((100, 200, 3), 99, np.uint8)))
    return path


@pytest.fixture
def film(tmp_path) -> Path:
    path = tmp_path / "film.mp4"
    with FilmSink(path) as sink:
        for frame in film_frames(20):
            sink.write(frame)
    return path


def tendu(capsys, *words):
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_photo_s_keypoints_are_printed(capsys, photo):
    code, out, err = tendu(capsys, photo)
    assert code == 0
    lines = out.splitlines()
    assert lines[:3] == [
        f"{photo} (200 × 100 px): 1 person",
        "  person 1, confidence 0.90        x        y  score",
        "    nose                      100.0     15.6   0.90",
    ]
    assert lines[-1] == "    right ankle                96.0     86.0   0.90"
    assert len(lines) == 2 + 17
    assert err.startswith("1 photo, 1 person, ")
    assert err.count("\n") == 1


def test_run_need_not_be_said(capsys, photo):
    assert tendu(capsys, photo)[1] == tendu(capsys, "run", photo)[1] == tendu(capsys, "--quiet", photo)[1]


def test_keypoints_are_printed_in_korean(capsys, photo):
    code, out, err = tendu(capsys, photo, "--lang", "ko")
    assert code == 0
    assert out.splitlines()[:3] == [
        f"{photo} (200 × 100 px): 사람 1명",
        "  사람 1, 확신도 0.90             x        y   점수",
        "    코                        100.0     15.6   0.90",
    ]
    assert err.startswith("사진 1장, 사람 1명, ")


def test_nobody_is_said_with_the_reason(capsys, photo, monkeypatch):
    monkeypatch.setattr(loading, "load", lambda **_: standing(confidence=(0.1,)))
    code, out, _ = tendu(capsys, photo)
    assert code == 0
    assert out == f"{photo} (200 × 100 px): nobody, the best guess has confidence 0.10, below 0.25\n"


def test_json_lines_on_standard_output_are_alone_there(capsys, film):
    code, out, err = tendu(capsys, film, "-o", "-")
    assert code == 0
    assert [json.loads(line)["frame"] for line in out.splitlines()] == list(range(20))
    assert "20 frames, 1 person at a time, " in err


def test_several_outputs_are_written_and_named(capsys, film, tmp_path):
    outputs = [tmp_path / name for name in ("a.mp4", "b.parquet", "frames/")]
    code, out, err = tendu(capsys, film, *(word for path in outputs for word in ("-o", path)))
    assert (code, out) == (0, "")
    assert len(list(read_poses(outputs[1]))) == 20
    assert len(list(outputs[2].iterdir())) == 20
    lines = err.splitlines()
    assert lines[0].startswith("20 frames, 1 person at a time, ")
    assert lines[0].endswith(" a second once opened (standing, fake)")
    assert lines[-1] == f"Written: {', '.join(map(str, outputs))}"
    assert any(line.startswith("  finding people") and line.endswith("%") for line in lines)


def test_a_film_without_outputs_gets_a_hint(capsys, film):
    code, out, err = tendu(capsys, film)
    assert (code, out) == (0, "")
    assert err.startswith("Nothing is kept: add -o poses.jsonl, -o drawn.mp4 or --show.\n20 frames, ")


def test_quiet_says_nothing(capsys, film, photo):
    assert tendu(capsys, film, "--quiet") == (0, "", "")
    assert tendu(capsys, photo, "--quiet")[2] == ""


def test_of_a_folder_with_bad_files_the_rest_is_done_and_the_bad_are_listed(capsys, photo):
    empty, text = photo.parent / "a.jpg", photo.parent / "z.jpg"
    empty.touch()
    text.write_text("no photo")
    for words in ([], ["--quiet"]):
        code, out, err = tendu(capsys, photo.parent, *words)
        assert code == 1
        assert out.count("1 person") == 1
        assert err.splitlines()[-3:] == [
            "Not everything could be read:",
            f"  Cannot read {empty}: it is empty (0 bytes).",
            f"  Cannot read {text}: it is no photo that tendu knows. JPEG, PNG, WebP, TIFF, BMP, GIF, AVIF, PNM and JPEG 2000 are.",
        ]


def test_several_photos_are_one_source(capsys, photo, tmp_path):
    other = photo.with_name("other.png")
    other.write_bytes(photo.read_bytes())
    code, _, err = tendu(capsys, photo, other, "-o", tmp_path / "p.jsonl")
    assert code == 0
    assert err.startswith("2 photos, 2 people, ")
    assert [poses.stamp.source for poses in read_poses(tmp_path / "p.jsonl")] == [str(photo), str(other)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nothing.jpg"], "tendu: Cannot read nothing.jpg: there is no such file."),
        (["{photo}", "-o", "{photo}"], "tendu: {photo} is what is read: name another output."),
        (
            ["{photo}", "-o", "x.xls"],
            "tendu: Cannot write x.xls: no output ends in '.xls'. Give one of .jsonl, ",
        ),
        (["{photo}", "--end", "5"], "tendu: start and end cut films; a photo has no length to cut."),
        (
            ["{film}", "-o", "{film}.png"],
            "tendu: {film}.png holds one picture and there are more. Name a folder (",
        ),
    ],
    ids=lambda value: "" if isinstance(value, list) else value[:30],
)
def test_what_cannot_be_done_is_a_sentence_and_1(capsys, photo, film, words, sentence):
    places = {"photo": photo, "film": film}
    code, out, err = tendu(capsys, *(word.format(**places) for word in words))
    assert (code, out) == (1, "")
    assert err.startswith(sentence.format(**places))


def test_an_output_that_is_there_is_kept_unless_told(capsys, photo, tmp_path):
    table = tmp_path / "p.csv"
    table.write_text("precious")
    code, _, err = tendu(capsys, photo, "-o", table)
    assert (code, table.read_text()) == (1, "precious")
    assert err == f"tendu: {table} is there already. Give --overwrite (overwrite=True) to replace it.\n"
    assert tendu(capsys, photo, "-o", table, "--overwrite")[0] == 0
    assert table.read_text() != "precious"


def test_an_unknown_model_is_met_with_a_guess(capsys, photo, monkeypatch):
    def load(**_):
        raise UnknownModelError("Unknown model 'thundr'. Did you mean 'movenet-thunder-int8'?")

    monkeypatch.setattr(loading, "load", load)
    code, out, err = tendu(capsys, photo, "--model", "thundr")
    assert (code, out, err) == (
        1,
        "",
        "tendu: Unknown model 'thundr'. Did you mean 'movenet-thunder-int8'?\n",
    )


def test_what_is_not_given_is_left_to_the_library(capsys, photo, model):
    tendu(capsys, photo)
    assert model == [{"model": None}]


def test_what_is_given_reaches_the_model(capsys, photo, model):
    words = (
        "--model m --models . --people 2 --min-score 0.5 --look tiles --decode published --precision float"
    )
    tendu(capsys, photo, *words.split(), "--size", "256", "--runtime", "litert", "--threads", "3")
    assert model == [
        {
            "model": "m", "models": Path(), "people": 2, "min_score": 0.5, "look": "tiles", "decode": "published",
            "precision": "float", "size": 256, "runtime": "litert", "threads": 3,
        }
    ]  # fmt: skip


def test_what_is_given_reaches_the_source_and_the_film(capsys, film, tmp_path):
    table = tmp_path / "p.jsonl"
    assert tendu(capsys, film, "-o", table, "--start", "0:00.5", "--end", "1.5", "--every", "2")[0] == 0
    assert [poses.stamp.number for poses in read_poses(table)] == [5, 7, 9, 11, 13]


def test_every_choice_of_the_library_can_be_typed():
    assert set(verb.LOOKS) == set(LOOKS)
    assert set(verb.RUNTIMES) == {"auto", *NAMES}


def test_help_states_the_library_s_own_default(capsys):
    main(["run", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert (
        f"How sure the model must be of a person, from 0 to 1; {loading.MIN_SCORE:g} when not given." in text
    )


def test_how_people_are_drawn_can_be_typed(capsys, photo, tmp_path):
    def drawn(*words):
        assert tendu(capsys, photo, "-o", tmp_path / "d.png", "--overwrite", *words)[0] == 0
        return read_photo(tmp_path / "d.png").image.copy()

    plain, black, boxes, labels = drawn(), drawn("--black"), drawn("--boxes"), drawn("--labels", "confidence")
    assert (plain[0, 0].tolist(), black[0, 0].tolist()) == ([99] * 3, [0] * 3)
    assert (boxes != plain).any()
    assert (labels != plain).any()
    blurred = drawn("--blur-faces")
    assert blurred.shape == plain.shape


def test_one_person_of_a_film_can_be_followed_alone(capsys, film, tmp_path, model):
    table = tmp_path / "p.jsonl"
    assert tendu(capsys, film, "-o", table, "--lock", "largest")[0] == 0
    assert model[0]["people"] == 5
    assert [poses.track.tolist() for poses in read_poses(table)] == [[2]] * 20  # who stands nearer
    assert tendu(capsys, film, "-o", table, "--overwrite", "--lock", "9", "--people", "3")[0] == 0
    assert model[1]["people"] == 3
    assert {poses.reason for poses in read_poses(table)} == {"person 9 is not seen"}


def test_a_lock_is_of_films(capsys, photo):
    code, _, err = tendu(capsys, photo, "--lock", "largest")
    assert (code, err) == (
        1,
        "tendu: A lock follows one person through a film, by tracks: leave it out for photos, or leave track on.\n",
    )
    assert "Did you mean 'largest'?" in tendu(capsys, photo, "--lock", "larges")[2]
    assert set(verb.LABELS) == set(get_args(Labels))
