from tendu.bench import models
from tendu.cli.main import main

MEASURED = {
    "model": "one", "threads": 1, "ran": "LiteRT, 1 thread", "runs": 50, "peak_mb": 80.4, "load_ms": 100.0,
    "first_ms": 9.0, "minimum_ms": 1.5, "median_ms": 2.0, "p95_ms": 3.0,
    "share": {"taken": 93, "operators": 95, "left": ["CAST", "SUB"]},
}  # fmt: skip


def test_a_row_that_cannot_be_measured_is_a_sentence_and_the_rest_still_comes(monkeypatch, capsys, tmp_path):
    def apart(options):
        assert options["models"] == str(tmp_path)
        return dict(MEASURED) if options["runtime"] == "litert" else {"problem": "It is not installed."}

    monkeypatch.setattr(models, "_apart", apart)
    page = tmp_path / "RESULTS.md"
    asked = [
        "--model",
        "one",
        "--runtime",
        "edgetpu",
        "--runtime",
        "litert",
        "--threads",
        "1",
        "-o",
        str(page),
        "--models",
        str(tmp_path),
    ]
    assert main(["bench", "model", *asked]) == 1
    out, err = capsys.readouterr()
    assert err == "tendu: one edgetpu 1: It is not installed.\n"
    assert "93/95, not CAST SUB" in out
    assert "| one   | 1       | 1.50 |" in page.read_text().replace("       1 |", " 1       |")


def test_a_pipeline_of_nothing_is_told_what_to_give(capsys):
    assert main(["bench", "pipeline"]) == 2
    assert "Give --film FILE, --photos FOLDER or both." in capsys.readouterr().err


def test_a_folder_without_annotations_is_one_sentence(tmp_path, capsys):
    for verb in ("table", "peers"):
        assert main(["bench", verb, str(tmp_path)]) == 1
        assert "has no annotations" in capsys.readouterr().err
