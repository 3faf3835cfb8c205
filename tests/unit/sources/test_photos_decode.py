"""Every kind of photo becomes the same upright 8-bit RGB picture, and broken ones say what is wrong."""

import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from messy_files import photo, slope
from tendu.errors import SourceError
from tendu.sources.decoding import ReducedPixels, decode_photo
from tendu.sources.images import read_photo
from tendu.window import Window

SLOPE = slope()


def mean_difference(a, b):
    return np.abs(a.astype(float) - b).mean()


def with_alpha(picture, alpha):
    return np.dstack([picture, np.full(picture.shape[:2], alpha, np.uint8)])


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_are_turned_as_their_exif_says(form, orientation):
    data = photo(SLOPE, form, orientation=orientation)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))
    frame = read_photo(data)
    assert frame.image.shape == upright.shape == (frame.stamp.height, frame.stamp.width, 3)
    assert mean_difference(frame.image, upright) < 3


WHOLE = {
    "JPEG": photo(SLOPE, "JPEG", quality=95),
    "progressive JPEG": photo(SLOPE, "JPEG", quality=95, progressive=True),
    "CMYK JPEG": photo(Image.fromarray(SLOPE).convert("CMYK"), "JPEG", quality=95),
    "PNG": photo(SLOPE),
    "opaque RGBA PNG": photo(with_alpha(SLOPE, 255)),
    "palette PNG": photo(Image.fromarray(SLOPE).quantize(256)),
    "BMP": photo(SLOPE, "BMP"),
    "WebP": photo(SLOPE, "WEBP", quality=95),
    "lossless WebP": photo(SLOPE, "WEBP", lossless=True),
    "TIFF": photo(SLOPE, "TIFF"),
    "packed TIFF": photo(SLOPE, "TIFF", compression="tiff_lzw"),
    "GIF": photo(Image.fromarray(SLOPE).quantize(256), "GIF"),
    "PPM": photo(SLOPE, "PPM"),
}


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
def test_every_kind_gives_the_same_colours_in_rgb_order(data):
    frame = read_photo(data)
    assert frame.image.dtype == np.uint8
    # 12 grey levels: 256 colours of a palette, and what JPEG loses, are not more than that on average.
    assert mean_difference(frame.image, SLOPE) < 12
    assert np.abs(frame.image.mean(axis=(0, 1)) - SLOPE.mean(axis=(0, 1))).max() < 3


def test_grey_photos_have_three_equal_channels():
    for mode in ("L", "1", "LA"):
        image = read_photo(photo(Image.fromarray(SLOPE).convert(mode))).image
        assert image.shape == SLOPE.shape
        assert (image == image[..., :1]).all()


def test_sixteen_bits_are_scaled_to_eight_not_cut_off():
    deep = (np.arange(256, dtype=np.uint16) * 257).reshape(16, 16)
    image = read_photo(photo(Image.fromarray(deep))).image
    assert image[..., 0].ravel().tolist() == list(range(256))
    tiff = read_photo(photo(Image.fromarray(deep), "TIFF")).image
    assert np.abs(tiff[..., 0].astype(int).ravel() - np.arange(256)).max() <= 1


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_what_is_transparent_is_black_like_all_outside_the_picture(form):
    picture = with_alpha(np.full((4, 4, 3), 200, np.uint8), 255)
    picture[:, 1, 3], picture[:, 2, 3] = 0, 128
    row = read_photo(photo(picture, form, lossless=True)).image[0]
    assert row[0].tolist() == [200] * 3
    assert row[1].tolist() == [0] * 3
    assert np.abs(row[2].astype(int) - 100).max() <= 1


def test_a_transparent_colour_of_a_palette_is_black_too():
    image = Image.new("P", (2, 1))
    image.putpalette([250, 10, 10, 10, 250, 10])
    image.putpixel((1, 0), 1)
    assert read_photo(photo(image, transparency=1)).image[0].tolist() == [[250, 10, 10], [0, 0, 0]]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "BMP", "WEBP", "GIF", "TIFF"])
def test_one_pixel_is_a_photo(form):
    frame = read_photo(photo(np.full((1, 1, 3), 90, np.uint8), form))
    assert frame.image.shape == (1, 1, 3)
    assert abs(int(frame.image[0, 0, 1]) - 90) <= 3
    assert frame.sample(Window(0, 0, 1, 1), 8, 8).shape == (8, 8, 3)


CUT = [
    "JPEG",
    "progressive JPEG",
    "CMYK JPEG",
    "PNG",
    "BMP",
    "WebP",
    "lossless WebP",
    "TIFF",
    "packed TIFF",
    "GIF",
    "PPM",
]


@pytest.mark.parametrize("kind", CUT)
@pytest.mark.parametrize("part", [0.3, 0.7, 0.99])
def test_a_photo_cut_short_is_an_error_never_half_a_picture(kind, part, tmp_path, capfd):
    path = tmp_path / "half of it"
    path.write_bytes(WHOLE[kind][: int(part * len(WHOLE[kind]))])
    with pytest.raises(SourceError, match=r"half of it.*damaged or cut short"):
        read_photo(path)
    assert "OpenCV" not in capfd.readouterr().err  # libpng alone says a line that cannot be silenced


def test_a_large_jpeg_cut_in_its_last_bytes_is_an_error():
    data = photo(np.random.default_rng(0).integers(0, 255, (600, 800, 3), np.uint8), "JPEG")
    for cut in (2, 100, 1000):
        with pytest.raises(SourceError, match="cut short"):
            read_photo(data[:-cut])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "it is empty (0 bytes)."),
        (
            b"Shall I compare thee",
            "it is no photo that tendu knows. JPEG, PNG, WebP, TIFF, BMP, GIF, AVIF, PNM and JPEG 2000 are.",
        ),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "it is a HEIC photo. Save it as JPEG first."),
    ],
)
def test_what_is_no_photo_is_named_with_the_reason(content, sentence, tmp_path):
    path = tmp_path / "sonnet.jpg"
    path.write_bytes(content)
    with pytest.raises(SourceError) as error:
        read_photo(path)
    assert str(error.value) == f"Cannot read {path}: {sentence}"


def test_a_photo_that_is_not_there_and_a_folder_are_named(tmp_path):
    with pytest.raises(SourceError, match=r"nobody\.jpg: there is no such file\."):
        read_photo(tmp_path / "nobody.jpg")
    with pytest.raises(SourceError, match=r"it is a folder\."):
        read_photo(tmp_path)


@pytest.mark.parametrize("name", ["스쿼트 사진.jpg", "two  spaces.jpg", "naïve [1].jpg", "a:b%03d.jpg"])
def test_any_name_will_do(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(WHOLE["JPEG"])
    frame = read_photo(str(path))
    assert frame.stamp.source == str(path)
    assert (frame.stamp.width, frame.stamp.height) == (160, 120)


def test_the_content_counts_not_the_suffix(tmp_path):
    path = tmp_path / "really a png.jpg"
    path.write_bytes(WHOLE["PNG"])
    assert (read_photo(path).image == SLOPE).all()


def strip_with_dot(width, height, x, y):
    """A dark strip with one bright square of 16 pixels whose middle is at (x, y)."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[y - 8 : y + 8, x - 8 : x + 8] = 255
    return picture


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize(("width", "divisor"), [(3839, 1), (3841, 2), (10001, 4), (16400, 8)])
def test_very_large_photos_are_decoded_smaller_but_measured_in_full_size(form, width, divisor):
    x, y = width - 40, 48
    frame = read_photo(photo(strip_with_dot(width, 99, x, y), form))
    pixels = frame.pixels
    assert (frame.stamp.width, frame.stamp.height) == (width, 99)
    assert frame.image.shape == (99, width, 3)
    assert (pixels.finest if isinstance(pixels, ReducedPixels) else 1) == divisor
    if isinstance(pixels, ReducedPixels):
        assert max(level.shape[1] for level in pixels.levels.values()) >= (768 if form == "JPEG" else 1920)
    # The window's middle is the square's middle: what is seen is symmetric about the sample's middle.
    seen = frame.sample(Window.centred(x, y, 64, 64), 64, 64)[..., 0].astype(float)
    places = np.arange(64) + 0.5
    assert (seen.sum(axis=0) * places).sum() / seen.sum() == pytest.approx(32, abs=0.5)
    assert (seen.sum(axis=1) * places).sum() / seen.sum() == pytest.approx(32, abs=0.5)


def test_a_large_jpeg_is_decoded_finer_only_where_a_look_asks_for_it():
    frame = read_photo(photo(strip_with_dot(3800, 99, 1900, 48), "JPEG"))
    levels = frame.pixels.levels
    assert sorted(levels) == [4]
    frame.sample(Window.letterbox(3800, 99), 192, 192)  # 20 px become one
    frame.sample(Window.centred(1900, 48, 800, 800), 192, 192)  # 4.2 px become one
    assert sorted(levels) == [4]
    frame.sample(Window.centred(1900, 48, 700, 700), 192, 192)  # 3.6 px become one
    assert sorted(levels) == [2, 4]
    near = frame.sample(Window.centred(1900, 48, 192, 192), 192, 192)  # each pixel as it is
    assert sorted(levels) == [1, 2, 4]
    assert levels[1].shape == (99, 3800, 3)
    assert near[96 - 7 : 96 + 7, 96 - 7 : 96 + 7].min() > 200
    frame.sample(Window.centred(1900, 48, 400, 400), 192, 192)
    assert sorted(levels) == [1, 2, 4]


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_very_large_photo_taken_sideways_is_upright_in_both_sizes(form):
    # Stored 4201 × 131 with a dot near the left end; shown turned clockwise, the dot is near the top.
    frame = read_photo(photo(strip_with_dot(4201, 131, 40, 100), form, orientation=6))
    assert (frame.stamp.width, frame.stamp.height) == (131, 4201)
    assert frame.image.shape == (4201, 131, 3)
    assert frame.image[40, 31, 0] > 200
    assert frame.sample(Window.centred(31, 40, 8, 8), 8, 8).mean() > 200


def test_opencv_is_as_loud_afterwards_as_before_whoever_else_reads():
    before = cv2.utils.logging.getLogLevel()
    broken = [photo(slope(64, 48), "JPEG")[:200]] * 40

    def read(data):
        with suppress(SourceError):
            decode_photo(data, "broken.jpg")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(read, broken))
    assert cv2.utils.logging.getLogLevel() == before


def test_a_photo_of_fractions_is_named_as_that(tmp_path):
    cv2.imwrite(str(tmp_path / "f.tif"), np.zeros((4, 6, 3), np.float32))
    with pytest.raises(
        SourceError,
        match=r"f\.tif: this TIFF is damaged or cut short, or its numbers are not whole ones of 8 or",
    ):
        read_photo(tmp_path / "f.tif")
