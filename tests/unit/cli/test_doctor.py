"""doctor: what it tells, and the exit code that scripts read."""

import json

import pytest
from click.testing import CliRunner

from tendu.cli.doctor import doctor, examine, lines


@pytest.fixture(autouse=True)
def away(tmp_path, monkeypatch):
    """An empty cache, no models folder."""
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
    monkeypatch.setattr("tendu.models.weights.cache", lambda: tmp_path / "models")
    monkeypatch.delenv("TENDU_MODELS", raising=False)


@pytest.fixture
def no_model(monkeypatch):
    monkeypatch.setattr("tendu.models.catalog.default_model", lambda: "movenet-thunder-fp16")


def test_without_the_default_model_it_ends_with_1_and_says_how_to_get_it(no_model):
    result = CliRunner().invoke(doctor, [])
    assert result.exit_code == 1
    assert 'movenet-thunder-fp16 is not here. Run "tendu models fetch movenet-thunder-fp16".' in result.stdout
    assert result.stdout.endswith("The default model does not run yet: see above for what to do.\n")
    assert result.stderr == ""


def test_as_json_it_is_one_object_with_every_section(no_model):
    result = CliRunner().invoke(doctor, ["--json"])
    found = json.loads(result.stdout)
    assert list(found) == ["versions", "machine", "runtimes", "devices", "model", "run", "ready"]
    assert found["ready"] is False
    assert found["machine"]["cores"] >= 1
    assert found["runtimes"]["litert"] == found["versions"]["litert"]


def test_values_stand_in_one_column(no_model):
    rows = [line for line in lines(examine()) if line.startswith("  ")]
    assert {len(row[:16].rstrip()) < 16 and row[16] != " " for row in rows} == {True}


def test_a_library_that_cannot_be_imported_is_told_and_counts(no_model, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    found = examine()
    assert found["versions"]["av"].startswith("cannot be imported (")
    assert found["versions"]["av"].endswith("). Run: pip install --force-reinstall tendu")


def test_a_missing_runtime_is_told_with_its_remedy(no_model, monkeypatch):
    monkeypatch.setattr("tendu.runtimes.available.versions", lambda: {"litert": "2.3.0"})
    found = examine()
    assert found["runtimes"]["openvino"] == 'not here. Run: pip install "tendu[openvino]"'
    assert found["runtimes"]["onnx"] == 'not here. Run: pip install "tendu[onnx]"'


def test_with_the_default_model_it_runs_it_and_tells_on_what(shared, monkeypatch):
    monkeypatch.setattr("tendu.models.catalog.default_model", lambda: "movenet-lightning-int8")
    result = CliRunner().invoke(doctor, ["--models", str(shared / "models"), "--json"])
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert found["ready"] is True
    assert found["model"]["file"].endswith("movenet-lightning-int8.tflite")
    assert found["run"]["runs on"].startswith(("LiteRT ", "OpenVINO "))
    assert 0 < found["run"]["milliseconds"] < 1000
    assert set(found["run"]["measured"]) == {"litert", "openvino"}


def test_alone_litert_tells_how_many_operators_its_delegate_runs(shared, monkeypatch):
    monkeypatch.setattr("tendu.models.catalog.default_model", lambda: "movenet-lightning-int8")
    monkeypatch.setattr("tendu.runtimes.open_runtime.versions", lambda: {"litert": "2.3.0"})
    monkeypatch.setattr("tendu.runtimes.available.versions", lambda: {"litert": "2.3.0"})
    told = examine(models=shared / "models")["run"]
    assert told["operators"] == "XNNPACK runs 93 of 95"
    assert told["chosen"].startswith("It is the only runtime here")
