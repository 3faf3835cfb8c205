"""`tendu models save`: a file as other programs need it."""

from hashlib import sha256

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

import tendu
from tendu.cli.main import main
from tendu.models import bundled, catalog
from tendu.models.card import read_card
from tendu.models.graph import HEADS, Graph
from tiny_models import tiny_model


@pytest.fixture
def saved(tmp_path, capsys):
    def save(name, *options):
        file = tmp_path / "page" / "model.tflite"
        assert main(["models", "save", name, str(file), *options]) == 0
        card = file.with_suffix(".json")
        told = "".join(f"{each}: {each.stat().st_size:,} bytes\n" for each in (file, card))
        assert capsys.readouterr().out == told
        return file.read_bytes()

    return save


def test_it_has_the_input_of_its_card_and_ends_in_named_float_heads(saved):
    graph = Graph(saved("tendu-thunder-192"))
    assert graph.shape(graph.inputs[0]) == (1, 192, 192, 3)
    assert [(graph.name(one), graph.dtype(one).name) for one in graph.outputs] == [
        (one, "float32") for one in HEADS
    ]


def test_its_signature_still_names_inputs_and_outputs(saved):
    tables = schema.ModelT.InitFromPackedBuf(saved("tendu-thunder-192", "--size", "224"), 0)
    (signature,) = tables.signatureDefs
    named = {tie.name.decode(): tie.tensorIndex for tie in (*signature.inputs, *signature.outputs)}
    assert list(named) == ["picture", *HEADS]
    assert [*named.values()] == [*tables.subgraphs[0].inputs, *tables.subgraphs[0].outputs]


def test_weights_of_four_bits_have_eight(saved):
    small = (bundled.FOLDER / "tendu-thunder-int4.tflite").read_bytes()
    made = saved("tendu-thunder-int4")
    assert not Graph(made).halved
    assert 1.5 * len(small) < len(made) < 2 * len(small)


def test_what_needs_no_change_is_the_file_itself(saved):
    assert saved("tendu-lightning") == (bundled.FOLDER / "tendu-lightning.tflite").read_bytes()


def test_it_finds_what_the_named_model_finds(saved, tmp_path, shared):
    saved("tendu-thunder-192")
    photo = tendu.read(shared / "images" / "people" / "squat.bmp")
    named, by_file = (
        tendu.load(model, runtime="litert", threads=1)(photo)
        for model in ("tendu-thunder-192", tmp_path / "page" / "model.tflite")
    )
    assert np.array_equal(named.xy, by_file.xy)
    assert np.array_equal(named.confidence, by_file.confidence)


def test_its_card_is_of_the_file_that_was_saved(saved, tmp_path):
    content = saved("tendu-thunder-192", "--size", "224")
    card, known = read_card(tmp_path / "page" / "model.json"), catalog.card("tendu-thunder-192")
    assert (card.file, card.size, card.read_at) == ("model.tflite", (224, 224), None)
    assert (card.bytes, card.sha256) == (len(content), sha256(content).hexdigest())
    assert (card.name, card.calibration, card.licence) == (known.name, known.calibration, known.licence)


def test_a_file_of_which_nothing_is_known_has_no_card(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.tflite").write_bytes(tiny_model())
    assert main(["models", "save", "other.tflite", "again.tflite"]) == 0
    assert not (tmp_path / "again.json").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["tendu-lightning", "model.onnx"], "A model is written as .tflite, not 'model.onnx'. Name it model.tflite."),
        (["tendu-lightning", "there.tflite"], "there.tflite is there already. Give --overwrite"),
        (["tendu-lightning", "carded.tflite"], "carded.json is there already. Give --overwrite"),
        (["tendu-lightning", "a.tflite", "--size", "200"], "A file that is to be saved for 200 px ends in four heads"),
        (["other.tflite", "a.tflite", "--size", "64"], "A file that is to be saved for 64 px ends in four heads"),
        (["gone.tflite", "a.tflite"], "gone.tflite"),
    ],
)  # fmt: skip
def test_what_cannot_be_saved_is_refused_in_a_sentence(arguments, sentence, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.tflite").write_bytes(b"kept")
    (tmp_path / "carded.json").write_bytes(b"kept")
    (tmp_path / "other.tflite").write_bytes(tiny_model())
    assert main(["models", "save", *arguments]) == 1
    assert sentence in capsys.readouterr().err
    assert (tmp_path / "there.tflite").read_bytes() == b"kept"
    assert (tmp_path / "carded.json").read_bytes() == b"kept"
    assert not {"a.tflite", "carded.tflite"} & {path.name for path in tmp_path.iterdir()}
