"""Bytes -> a picture that is known to decode, and what is made of it for readers. The only module that uses Pillow.

- What readers get was written by our own encoders from pixels: upright, in sRGB, and nothing else is in it. No EXIF, no
  place, no profile, no comment, no second file behind the end.
- `full` is of at most 1,600 pixels a side, JPEG; PNG where the original was drawn (PNG, GIF) and that is no larger.
  `small` is WebP of at most 640, `small-jpeg` the same for what shows no WebP. Nothing is ever made larger.
- Of what moves, the first image is taken.

It decodes what strangers made: run it where it can be ended (`worker.py`). Pure: the same bytes give the same pictures
with the same Pillow.
"""

from __future__ import annotations

import warnings
from io import BytesIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from wirecopy.collect.pictures import headers
from wirecopy.errors import ReadError
from wirecopy.model import Checked, Rendered

RECIPE = "1"
"""Raise this with every change to what is made of a picture: `unrendered` then finds those made before."""

FULL, SMALL = 1600, 640  # pixels a side: a screen of 1,920 less its margins; a phone's width, twice as fine

Image.MAX_IMAGE_PIXELS = headers.MOST_PIXELS
_PLUGINS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
}
_DRAWN = ("image/png", "image/gif")
_ORIENTATION = 0x0112
# What Pillow raises for bytes that are not what they should be. It has no error of its own for that.
_BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, EOFError, IndexError, KeyError, ArithmeticError, RuntimeError,
    Image.DecompressionBombError,
)  # fmt: skip


def check(body: bytes) -> Checked:
    """Decode a picture whole and make its renditions. Raises ReadError for what is none, is too large or is broken."""
    header = headers.look(body)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's are about what is odd in a file; what it can't decode is an error
        picture, size = _decoded(body, header)
        full = _fitting(picture, FULL)
        small = _fitting(full, SMALL)
        flat = _flat(small)
        made = (
            _full(full, is_drawn=header.media in _DRAWN),
            _rendered("small", small, "image/webp", quality=75, method=4),
            _rendered("small-jpeg", flat, "image/jpeg", quality=78, optimize=True, progressive=True),
        )
    return Checked(media=header.media, width=size[0], height=size[1], recipe=RECIPE, renditions=made)


def _decoded(body: bytes, header: headers.Header) -> tuple[Image.Image, tuple[int, int]]:
    """The pixels of a picture, upright, as RGB or RGBA in sRGB, at least as large as `FULL` asks; and its own size."""
    try:
        with Image.open(BytesIO(body), formats=(_PLUGINS[header.media],)) as image:
            size = image.size
            headers.check_size(*size)
            turn = _orientation(image)
            profile = image.info.get("icc_profile")
            image.draft(None, (2 * FULL, 2 * FULL))  # JPEG only: what is much larger is decoded smaller
            image.load()
            drawn = _in_colours(image)
            drawn.thumbnail((2 * FULL, 2 * FULL), Image.Resampling.BOX, reducing_gap=None)
            return _upright(_as_srgb(drawn, profile), turn), size
    except ReadError:
        raise
    except UnidentifiedImageError:  # its words name a place in memory, and would be others at each look
        raise ReadError(f"it says that it is {header.media}, and can't be decoded: it is cut or broken") from None
    except _BROKEN as error:
        told = " ".join(str(error).split())[:200] or type(error).__name__
        raise ReadError(f"it says that it is {header.media}, and can't be decoded: {told}") from None


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except _BROKEN:
        return 1


def _upright(image: Image.Image, turn: int) -> Image.Image:
    """The image as its camera says that it was held."""
    if turn not in range(2, 9):
        return image
    exif = image.getexif()
    exif.clear()
    exif[_ORIENTATION] = turn
    return ImageOps.exif_transpose(image)


def _in_colours(image: Image.Image) -> Image.Image:
    """The image as RGB, RGBA, or CMYK where a profile is needed to tell what colours those are."""
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits a pixel, which `convert` would cut off, not scale
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "CMYK":
        return image
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB")


def _as_srgb(image: Image.Image, profile: object) -> Image.Image:
    """The image in sRGB, where it says what its own colours are and that can be believed."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if isinstance(profile, bytes) and profile:
        try:
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            changed = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode=mode)
        except (ImageCms.PyCMSError, *_BROKEN):
            changed = None  # a profile of other colours than these, or none at all
        if changed is not None:
            if mode == "RGBA":
                changed.putalpha(image.getchannel("A"))
            return changed
    return image.convert(mode)


def _fitting(image: Image.Image, most: int) -> Image.Image:
    """The image with no side longer than this, and nothing but its pixels."""
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    bare.thumbnail((most, most), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return bare


def _flat(image: Image.Image) -> Image.Image:
    """The image on white paper, for what knows no transparency."""
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _full(image: Image.Image, *, is_drawn: bool) -> Rendered:
    # Lines and letters, which drawings have, are what is seen when colours are stored at half the resolution.
    colours = "4:4:4" if is_drawn else "4:2:0"
    jpeg = _rendered(
        "full", _flat(image), "image/jpeg", quality=82, optimize=True, progressive=True, subsampling=colours
    )
    if not is_drawn:
        return jpeg
    png = _rendered("full", image, "image/png", compress_level=6)
    return png if len(png.body) <= len(jpeg.body) else jpeg


def _rendered(name: str, image: Image.Image, media: str, **how: object) -> Rendered:
    out = BytesIO()
    image.save(out, _PLUGINS[media], **how)
    return Rendered(name=name, media=media, width=image.width, height=image.height, body=out.getvalue())
