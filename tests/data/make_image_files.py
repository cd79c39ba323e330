#!/usr/bin/env python3
"""Writes the small images that tests/data/image_test.cpp reads, into the folder images beside this script.

With Pillow 13.0, but for the interlaced image, which Pillow cannot write. The pixel of row y and column x is
(40 x, 50 y, 255 - 10 x - 20 y), its gray value 30 x + 20 y.
"""
import struct
import zlib
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).parent / "images"
WIDTH, HEIGHT = 5, 4
PIXELS = [(x, y) for y in range(HEIGHT) for x in range(WIDTH)]
COLORS = [(40 * x, 50 * y, 255 - 10 * x - 20 * y) for x, y in PIXELS]
GRAYS = [30 * x + 20 * y for x, y in PIXELS]


def image(mode, pixels):
    result = Image.new(mode, (WIDTH, HEIGHT))
    result.putdata(pixels)
    return result


def interlaced(pixels):
    """An RGB image in the seven passes of Adam7."""
    data = b""
    for x0, y0, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):
        for y in range(y0, HEIGHT, dy):
            row = b"".join(bytes(pixels[y * WIDTH + x]) for x in range(x0, WIDTH, dx))
            if row:
                data += b"\0" + row

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


FOLDER.mkdir(exist_ok=True)
image("RGB", COLORS).save(FOLDER / "rgb.png")
image("RGB", COLORS).save(FOLDER / "rgb.ppm")
image("RGB", COLORS).convert("L").save(FOLDER / "rgb_as_gray.png")
image("RGBA", [color + (128,) for color in COLORS]).save(FOLDER / "rgba.png")
image("L", GRAYS).save(FOLDER / "gray.png")
image("L", GRAYS).save(FOLDER / "gray.pgm")
image("LA", [(gray, 7) for gray in GRAYS]).save(FOLDER / "gray_alpha.png")
image("1", [255 * ((x + y) % 2) for x, y in PIXELS]).save(FOLDER / "one_bit.png")
image("I;16", [300 * gray for gray in GRAYS]).save(FOLDER / "gray_16_bits.png")
palette = image("P", range(len(PIXELS)))
palette.putpalette([sample for color in COLORS for sample in color])
palette.save(FOLDER / "palette.png", transparency=3)
(FOLDER / "interlaced.png").write_bytes(interlaced(COLORS))
assert Image.open(FOLDER / "interlaced.png").tobytes() == b"".join(map(bytes, COLORS))
