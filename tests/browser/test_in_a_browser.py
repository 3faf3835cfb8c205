"""Our model files in LiteRT.js, and the page of docs/browser: the same numbers and points as in Python."""

import base64
import json
from importlib.resources import files

import numpy as np
import pytest

import tendu
from tendu.cli.main import main
from tendu.models.catalog import card
from tendu.runtimes.litert import LiteRT

OURS = ["tendu-lightning", "tendu-lightning-fp16", "tendu-thunder", "tendu-thunder-192", "tendu-thunder-int4"]


@pytest.mark.parametrize("name", OURS)
def test_a_saved_file_says_in_a_browser_what_it_says_here(page, tmp_path, name, capsys):
    assert main(["models", "save", name, str(tmp_path / "model.tflite")]) == 0
    side = (card(name).size or (0, 0))[0]
    picture = (
        np.linspace(0, 255, side * side * 3, dtype=np.float32).reshape(1, side, side, 3).astype(np.uint8)
    )
    (tmp_path / "picture.bin").write_bytes(picture.tobytes())
    told = page(f"""
        const {{ Tensor, loadAndCompile, loadLiteRt }} = await import("@litertjs/core");
        await loadLiteRt("./node_modules/@litertjs/core/wasm/");
        const model = await loadAndCompile("./model.tflite", {{ accelerator: "wasm" }});
        const picture = new Uint8Array(await (await fetch("picture.bin")).arrayBuffer());
        const input = new Tensor(picture, [1, {side}, {side}, 3]);
        const times = [];
        let outputs;
        for (let turn = 0; turn < 20; turn += 1) {{
            const begun = performance.now();
            outputs = await model.run(input);
            times.push(performance.now() - begun);
        }}
        const coded = (output) => btoa(Array.from(new Uint8Array(output.toTypedArray().buffer), (b) => String.fromCharCode(b)).join(""));
        return {{
            names: model.getOutputDetails().map((one) => one.name),
            heads: outputs.map(coded),
            milliseconds: times.sort((a, b) => a - b)[10],
        }};
    """)
    assert told["names"] == ["centre", "heatmap", "offset", "regression"]
    for code, here in zip(
        told["heads"], LiteRT(tmp_path / "model.tflite", threads=1).run(picture), strict=True
    ):
        there = np.frombuffer(base64.b64decode(code), np.float32).reshape(here.shape)
        assert np.corrcoef(here.ravel(), there.ravel())[0, 1] > 0.999
        assert np.abs(here - there).mean() < 0.01 * np.ptp(here)
    with capsys.disabled():
        print(f" {name}: {told['milliseconds']:.1f} ms a look", end="")  # noqa: T201  what docs/browser.md quotes


def test_the_page_finds_the_points_that_tendu_finds(page, tmp_path):
    assert main(["models", "save", "tendu-thunder-192", str(tmp_path / "model.tflite")]) == 0
    photo = files("skimage") / "data" / "astronaut.png"
    (tmp_path / "photo.png").write_bytes(photo.read_bytes())
    told = page("""
        const { loadLiteRt } = await import("@litertjs/core");
        const { chance, find, follow, openModel } = await import("./movenet.js");
        await loadLiteRt("./node_modules/@litertjs/core/wasm/");
        const opened = await openModel("./model.tflite");
        const picture = await createImageBitmap(await (await fetch("photo.png")).blob());
        const found = await find(opened, picture, picture.width, picture.height);
        const from = (before) => follow(opened, picture, picture.width, picture.height, before);
        const beside = (by) => ({ ...found, points: found.points.map((point) => ({ ...point, x: point.x + by })) });
        return {
            chances: [chance(opened, found.confidence), chance({ calibration: null }, found.confidence)],
            same: [found, await from(found)],
            moved: [await from(beside(30)), await from(beside(200)), await from({ ...beside(900), confidence: 0.1 })],
        };
    """)
    with tendu.load("tendu-thunder-192", runtime="litert", threads=1) as model:
        pose = model(tendu.read(tmp_path / "photo.png"))[0]
    for seen in told["same"]:
        assert [point["name"] for point in seen["points"]] == list(tendu.COCO17.names)
        assert 0 < seen["confidence"] < 1
        there = np.array([(point["x"], point["y"], point["score"]) for point in seen["points"]])
        sure = pose.score > 0.3
        assert sure.sum() >= 9
        apart = np.hypot(*(there[:, :2] - pose.xy).T)[sure]
        assert apart.mean() < 4
        assert np.abs(there[:, 2] - pose.score)[sure].mean() < 0.1
    assert told["chances"][0] == pytest.approx(pose.confidence, abs=0.05)
    assert told["chances"][1] is None
    for seen in told["moved"]:
        there = np.array([(point["x"], point["y"]) for point in seen["points"]])
        assert np.hypot(*(there - pose.xy).T)[sure].mean() < 8, "looked at again, or sought anew"


def test_the_page_shows_a_photo_and_the_camera(page, tmp_path):
    """The browser's own made camera shows nobody, 640 pixels wide."""
    assert main(["models", "save", "tendu-lightning", str(tmp_path / "model.tflite")]) == 0
    (tmp_path / "photo.png").write_bytes((files("skimage") / "data" / "astronaut.png").read_bytes())
    told = page("""
        const frame = document.createElement("iframe");
        frame.src = "./index.html#photo.png";
        document.body = document.createElement("body");
        document.body.append(frame);
        const pause = () => new Promise((done) => setTimeout(done, 50));
        const shown = (id) => frame.contentDocument?.getElementById(id);
        while (!/^confidence|^nobody/.test(shown("said")?.value)) await pause();
        const photo = { width: shown("canvas").width, said: shown("said").value };
        shown("camera").click();
        while (shown("canvas").width === photo.width) await pause();
        return { photo, camera: { width: shown("canvas").width, said: shown("said").value } };
    """)
    assert told["photo"]["width"] == 512
    assert float(told["photo"]["said"].removeprefix("confidence ")) > 0.5
    assert told["camera"]["width"] == 640
    assert told["camera"]["said"] == "nobody"


def test_the_bones_are_those_of_the_library(page):
    told = page('const { BONES, KEYPOINTS } = await import("./movenet.js"); return { BONES, KEYPOINTS };')
    assert told["KEYPOINTS"] == list(tendu.COCO17.names)
    assert {frozenset(bone) for bone in told["BONES"]} == {frozenset(bone) for bone in tendu.COCO17.bones}


def test_the_page_takes_a_models_own_keypoints_from_its_card(page, tmp_path):
    assert main(["models", "save", "tendu-lightning", str(tmp_path / "model.tflite")]) == 0
    (tmp_path / "photo.png").write_bytes((files("skimage") / "data" / "astronaut.png").read_bytes())
    (tmp_path / "few.tflite").write_bytes((tmp_path / "model.tflite").read_bytes())
    card = json.loads((tmp_path / "model.json").read_text())
    for name, count in (("model", 17), ("few", 4)):
        skeleton = {"keypoints": [f"point_{k}" for k in range(count)], "bones": [["point_0", "point_3"]]}
        (tmp_path / f"{name}.json").write_text(json.dumps({**card, "skeleton": skeleton}))
    told = page("""
        const { loadLiteRt } = await import("@litertjs/core");
        const { find, openModel } = await import("./movenet.js");
        await loadLiteRt("./node_modules/@litertjs/core/wasm/");
        const opened = await openModel("./model.tflite");
        const picture = await createImageBitmap(await (await fetch("photo.png")).blob());
        const { points } = await find(opened, picture, picture.width, picture.height);
        const few = await openModel("./few.tflite").then(() => "opened", (error) => error.message);
        return { points, bones: opened.bones, few };
    """)
    assert [point["name"] for point in told["points"]] == [f"point_{k}" for k in range(17)]
    assert told["bones"] == [[0, 3]]
    with tendu.load("tendu-lightning", runtime="litert", threads=1) as model:
        pose = model(tendu.read(tmp_path / "photo.png"))[0]
    there = np.array([(point["x"], point["y"]) for point in told["points"]])
    sure = pose.score > 0.3
    assert np.hypot(*(there - pose.xy).T)[sure].mean() < 8
    assert told["few"] == (
        "This model finds 17 keypoints, and its card names 4. Put the .json beside it that tendu wrote with it."
    )


def test_the_page_says_what_it_needs(page, tmp_path, shared):
    google = shared / "models/movenet/movenet-lightning-int8.tflite"
    (tmp_path / "google.tflite").write_bytes(google.read_bytes())
    told = page("""
        const { loadLiteRt } = await import("@litertjs/core");
        const { openModel } = await import("./movenet.js");
        await loadLiteRt("./node_modules/@litertjs/core/wasm/");
        const said = (address) => openModel(address).then(() => "opened", (error) => error.message);
        return [await said("./none.tflite"), await said("./google.tflite")];
    """)
    assert told[0] == "There is no ./none.tflite. Write it: tendu models save tendu-thunder-192 model.tflite"
    assert told[1].startswith("This model does not end in MoveNet's heads. Take one of tendu's: ")
