"""The table of models that tendu knows by name: data only.

Input sizes and types are from the models' pages in tensorflow/tfhub.dev (assets/docs/google/models/movenet), mAP from
tensorflow.org's pose estimation page. Checksums are of the files themselves or, for Lightning FP16, Thunder and
MultiPose, those that two or more public projects record for the same model; None where we found none. tfhub.dev
serves the files without an account; Kaggle, its heir, wraps them in archives and is left out.
"""

from difflib import get_close_matches

from tendu.errors import UnknownModelError
from tendu.models import bundled
from tendu.models.card import ModelCard

_TUTORIAL = "Google, tensorflow.org/hub/tutorials/movenet"
_TEST_DATA = "Google Coral, github.com/google-coral/test_data"

_HUB = "https://tfhub.dev/google/lite-model/movenet/{}?lite-format=tflite"
_BUCKET = "https://storage.googleapis.com/tfhub-lite-models/google/lite-model/movenet/{}.tflite"
_TFLITE = "https://storage.googleapis.com/download.tensorflow.org/models/tflite/{}.tflite"
_CORAL = (
    "https://raw.githubusercontent.com/google-coral/test_data/104342d2d3480b3e66203073dac24f4e2dbb4c41/{}"
)


def _hub(path: str) -> tuple[str, str]:
    return _HUB.format(path), _BUCKET.format(path)


CATALOG: tuple[ModelCard, ...] = (
    ModelCard(
        name="movenet-lightning-int8",
        title="MoveNet SinglePose Lightning INT8 (v4)",
        decoder="movenet",
        file="movenet-lightning-int8.tflite",
        size=(192, 192),
        dtype="uint8",
        addresses=(
            *_hub("singlepose/lightning/tflite/int8/4"),
            _CORAL.format("movenet_single_pose_lightning_ptq.tflite"),
        ),
        sha256="cd7cc22fa946e5d146a7b98d496853e1923e22828d3972d579973f27f91bb105",
        bytes=2_894_840,
        licence="Apache-2.0",
        source=_TUTORIAL,
        people=1,
        stride=4,
        published_map=57.4,
        note="The smallest and fastest on CPUs: live video on phones and small boards.",
    ),
    ModelCard(
        name="movenet-lightning-fp16",
        title="MoveNet SinglePose Lightning FP16 (v4)",
        decoder="movenet",
        file="movenet-lightning-fp16.tflite",
        size=(192, 192),
        dtype="uint8",
        addresses=_hub("singlepose/lightning/tflite/float16/4"),
        sha256="0fac2226112d0371903ca86e3853cec24ef603a0b2f96f589b180f0ebdd135ab",
        bytes=4_758_512,
        licence="Apache-2.0",
        source=_TUTORIAL,
        people=1,
        stride=4,
        published_map=63.0,
        note="More exact than INT8 at the same input size: live video on laptops and GPUs.",
    ),
    ModelCard(
        name="movenet-thunder-int8",
        title="MoveNet SinglePose Thunder INT8 (v4)",
        decoder="movenet",
        file="movenet-thunder-int8.tflite",
        size=(256, 256),
        dtype="uint8",
        addresses=_hub("singlepose/thunder/tflite/int8/4"),
        sha256="b72fed22707cd6fb94b5a248b9bddb9c062b9f445471b4fa263407cf6d222011",
        bytes=7_126_768,
        licence="Apache-2.0",
        source=_TUTORIAL,
        people=1,
        stride=4,
        published_map=68.9,
        note="The exact one for CPUs: films and photos where a few frames a second less do no harm.",
    ),
    ModelCard(
        name="movenet-thunder-fp16",
        title="MoveNet SinglePose Thunder FP16 (v4)",
        decoder="movenet",
        file="movenet-thunder-fp16.tflite",
        size=(256, 256),
        dtype="uint8",
        addresses=_hub("singlepose/thunder/tflite/float16/4"),
        sha256="41641538679ec79b07d4101e591dda47d098c09af29607674b2a40b8a3798dd3",
        bytes=12_584_128,
        licence="Apache-2.0",
        source=_TUTORIAL,
        people=1,
        stride=4,
        published_map=72.0,
        note="The most exact published one: analysis of recorded movement.",
    ),
    ModelCard(
        name="movenet-lightning-fp32",
        title="MoveNet SinglePose Lightning float (v3)",
        decoder="movenet",
        file="movenet-lightning-fp32.tflite",
        size=(192, 192),
        dtype="float32",
        addresses=_hub("singlepose/lightning/3"),
        sha256=None,
        bytes=None,
        licence="Apache-2.0",
        source=_TUTORIAL,
        people=1,
        stride=4,
        note="The older release with a float input: for comparing with work that used it.",
    ),
    ModelCard(
        name="movenet-thunder-fp32",
        title="MoveNet SinglePose Thunder float (v3)",
        decoder="movenet",
        file="movenet-thunder-fp32.tflite",
        size=(256, 256),
        dtype="float32",
        addresses=_hub("singlepose/thunder/3"),
        sha256="8014d8fe22285265f52aa1cea84056b7704f75adf12341a7712d4cb28bd1d9b6",
        bytes=None,
        licence="Apache-2.0",
        source=_TUTORIAL,
        people=1,
        stride=4,
        note="The older release with a float input: for comparing with work that used it.",
    ),
    ModelCard(
        name="movenet-multipose-lightning",
        title="MoveNet MultiPose Lightning FP16 (v1)",
        decoder="movenet-multipose",
        file="movenet-multipose-lightning.tflite",
        size=None,
        dtype="uint8",  # its page says int32, the page's own code feeds uint8
        addresses=_hub("multipose/lightning/tflite/float16/1"),
        sha256="d4489f89e6bd6777a8b9a1a16189832131f84ff90d82fae729e670b84d7948dd",
        bytes=9_585_276,
        licence="Apache-2.0",
        source=_TUTORIAL,
        people=6,
        stride=4,
        note="Up to six people in one run; any input size in multiples of 32, longer side 256 advised.",
    ),
    ModelCard(
        name="posenet-mobilenet-257",
        title="PoseNet MobileNetV1 1.0 float, 257 × 257",
        decoder="posenet",
        file="posenet_mobilenet_v1_100_257x257_multi_kpt_stripped.tflite",
        size=(257, 257),
        dtype="float32",
        addresses=(_TFLITE.format("posenet_mobilenet_v1_100_257x257_multi_kpt_stripped"),),
        sha256=None,
        bytes=None,
        licence="Apache-2.0",
        source="Google, tensorflow.org/lite/examples/pose_estimation/overview",
        people=20,
        stride=32,
        published_map=45.6,
        note="The older generation in float: for comparing with work that used it.",
    ),
    ModelCard(
        name="posenet-075-353x481",
        title="PoseNet MobileNetV1 0.75 quantized, 353 × 481",
        decoder="posenet",
        file="posenet-075-353_481-decoder.tflite",
        size=(353, 481),
        dtype="uint8",
        addresses=(_CORAL.format("posenet/posenet_mobilenet_v1_075_353_481_16_quant_decoder.tflite"),),
        sha256="db1b5e8d7d6a5030bf1880346b81a52ac3a95682db8bff5d5d7b2f97712c93e2",
        bytes=1_475_200,
        licence="Apache-2.0",
        source=_TEST_DATA,
        people=20,
        stride=16,
        note="Many people in one run of a very small file; the quickest of the three sizes.",
    ),
    ModelCard(
        name="posenet-075-481x641",
        title="PoseNet MobileNetV1 0.75 quantized, 481 × 641",
        decoder="posenet",
        file="posenet-075-481_641-decoder.tflite",
        size=(481, 641),
        dtype="uint8",
        addresses=(_CORAL.format("posenet/posenet_mobilenet_v1_075_481_641_16_quant_decoder.tflite"),),
        sha256="904b7ebe503c3df88ba5324e62fb4d33c23ee38bff5f2cabe89da27e3fc8296a",
        bytes=1_475_200,
        licence="Apache-2.0",
        source=_TEST_DATA,
        people=20,
        stride=16,
        note="Many people in one run of a very small file; for 640 × 480 pictures.",
    ),
    ModelCard(
        name="posenet-075-721x1281",
        title="PoseNet MobileNetV1 0.75 quantized, 721 × 1281",
        decoder="posenet",
        file="posenet-075-721_1281-decoder.tflite",
        size=(721, 1281),
        dtype="uint8",
        addresses=(_CORAL.format("posenet/posenet_mobilenet_v1_075_721_1281_16_quant_decoder.tflite"),),
        sha256="5736564bf36c0ef8d51e20074280a7d68ba5d53cd8fbdff13024a2aeaba17dc6",
        bytes=1_475_200,
        licence="Apache-2.0",
        source=_TEST_DATA,
        people=20,
        stride=16,
        note="Many small people in one large picture; slow without an accelerator.",
    ),
    ModelCard(
        name="movenet-lightning-int8-edgetpu",
        title="MoveNet SinglePose Lightning INT8 for the Edge TPU",
        decoder="movenet",
        file="movenet-lightning-int8-edgetpu.tflite",
        size=(192, 192),
        dtype="uint8",
        addresses=(_CORAL.format("movenet_single_pose_lightning_ptq_edgetpu.tflite"),),
        sha256="25c88b77586f65c5c80d868c0555fb194f2b38c0b55aa491f4a93b7d7da58e78",
        bytes=3_087_168,
        licence="Apache-2.0",
        source=_TEST_DATA,
        people=1,
        stride=4,
        note="Live video on a Coral accelerator; runs nowhere else.",
    ),
    ModelCard(
        name="movenet-thunder-int8-edgetpu",
        title="MoveNet SinglePose Thunder INT8 for the Edge TPU",
        decoder="movenet",
        file="movenet-thunder-int8-edgetpu.tflite",
        size=(256, 256),
        dtype="uint8",
        addresses=(_CORAL.format("movenet_single_pose_thunder_ptq_edgetpu.tflite"),),
        sha256=None,
        bytes=None,
        licence="Apache-2.0",
        source=_TEST_DATA,
        people=1,
        stride=4,
        note="More exact than Lightning on a Coral accelerator; runs nowhere else.",
    ),
)


def cards() -> tuple[ModelCard, ...]:
    """Every model that can be named, the bundled ones first.

    >>> sorted({card.decoder for card in cards()})
    ['movenet', 'movenet-multipose', 'posenet']
    """
    return bundled.cards() + CATALOG


def card(name: str) -> ModelCard:
    """The card of a model by its name; a name without its precision means the INT8 file, the smallest.

    Raises:
        UnknownModelError: no card has that name.

    >>> card("movenet-thunder-fp16").published_map, card("movenet-thunder").name
    (72.0, 'movenet-thunder-int8')
    """
    known = {card.name: card for card in cards()}
    if f"{name}-int8" in known:
        return known[f"{name}-int8"]
    if name not in known:
        close = get_close_matches(name, known, n=1)
        guess = f"Did you mean {close[0]!r}? " if close else ""
        raise UnknownModelError(f'Unknown model {name!r}. {guess}Run "tendu models" to see all {len(known)}.')
    return known[name]


def default_model() -> str:
    """The name that is used where the user names none.

    >>> card(default_model()).size
    (192, 192)
    """
    return "tendu-thunder-192"
