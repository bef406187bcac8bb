"""Small pictures of many kinds, and what Pillow reads from them.

Run with Pillow 13.0.0 and NumPy 2.4.6:

    python3 pictures.py

writes the files in `pictures/` and `answers.json`: sizes, channels and pixels in base64. Kinds that Pillow does not
write (Adam7, colours of 16 bits, odd bitmaps) are written here, and read by Pillow. Of 16 bits the upper 8 are taken;
transparent parts are laid over white: (value * alpha + 255 * (255 - alpha) + 127) // 255.
"""

import base64
import io
import json
import os
import struct
import zlib

import numpy
from PIL import Image, ImageOps

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "pictures")
W, H = 13, 9
answers = {}
random = numpy.random.default_rng(25)


def smooth(channels, width=W, height=H):
    y, x = numpy.mgrid[0:height, 0:width]
    planes = [(x * (13 + 3 * c) + y * (17 - 2 * c) + 20 * c) % 256 for c in range(channels)]
    return numpy.stack(planes, -1).astype(numpy.uint8)


def over_white(array):
    colour, alpha = array[..., :-1].astype(int), array[..., -1:].astype(int)
    return ((colour * alpha + 255 * (255 - alpha) + 127) // 255).astype(numpy.uint8)


def pixels_of(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    image = ImageOps.exif_transpose(image)
    if image.mode in ("I;16", "I", "I;16B"):
        return (numpy.asarray(image).astype(int) >> 8).astype(numpy.uint8)[..., None]
    if "transparency" in image.info and image.mode in ("1", "L", "RGB", "P"):
        image = image.convert("LA" if image.mode in ("1", "L") else "RGBA")
    if image.mode == "P":
        image = image.convert("RGB")
    if image.mode == "1":
        image = image.convert("L")
    if image.mode == "CMYK":
        image = image.convert("RGB")
    array = numpy.asarray(image)
    if array.ndim == 2:
        array = array[..., None]
    if data[:4] == b"\x89PNG" and data[25] == 4 and array.shape[2] == 4:
        array = array[..., [0, 3]]  # Pillow gives grey and alpha of 16 bits as four channels
    return over_white(array) if array.shape[2] in (2, 4) else array


def keep(name, data, expected=None):
    with open(os.path.join(FOLDER, name), "wb") as file:
        file.write(data)
    array = pixels_of(data) if expected is None else expected
    answers[name] = {
        "height": int(array.shape[0]), "width": int(array.shape[1]), "channels": int(array.shape[2]),
        "pixels": base64.b64encode(array.tobytes()).decode(),
    }


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


# PNG


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed_rows(array, bits):
    """Rows of samples, each with a filter byte of 0."""
    rows = b""
    for row in array.reshape(array.shape[0], -1):
        rows += b"\0"
        if bits == 16:
            rows += row.astype(">u2").tobytes()
        elif bits == 8:
            rows += row.astype(numpy.uint8).tobytes()
        else:
            spread = (row[:, None] >> numpy.arange(bits - 1, -1, -1)) & 1
            rows += numpy.packbits(spread.astype(numpy.uint8).reshape(-1)).tobytes()
    return rows


def png(array, bits, colour, interlaced=False, extra=b""):
    height, width = array.shape[:2]
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, int(interlaced)))
    if interlaced:
        data = b""
        for y, x, dy, dx in [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]:
            part = array[y::dy, x::dx]
            if part.size:
                data += packed_rows(part, bits)
    else:
        data = packed_rows(array, bits)
    return b"\x89PNG\r\n\x1a\n" + header + extra + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def samples(channels, bits):
    return random.integers(0, 1 << bits, (H, W, channels))


def make_png():
    palette = chunk(b"PLTE", random.integers(0, 256, 48, dtype=numpy.uint8).tobytes())
    for interlaced in (False, True):
        mark = "-interlaced" if interlaced else ""
        for bits in (1, 2, 4, 8, 16):
            keep(f"grey{bits}{mark}.png", png(samples(1, bits), bits, 0, interlaced))
        for bits in (8, 16):
            keep(f"rgb{bits}{mark}.png", png(samples(3, bits), bits, 2, interlaced))
            keep(f"grey-alpha{bits}{mark}.png", png(samples(2, bits), bits, 4, interlaced))
            keep(f"rgb-alpha{bits}{mark}.png", png(samples(4, bits), bits, 6, interlaced))
        keep(f"palette4{mark}.png", png(samples(1, 4), 4, 3, interlaced, palette))
        transparent = palette + chunk(b"tRNS", bytes([0, 128, 200]))
        keep(f"palette-alpha4{mark}.png", png(samples(1, 4), 4, 3, interlaced, transparent))
    array = samples(1, 8)
    keep("grey-key8.png", png(array, 8, 0, False, chunk(b"tRNS", struct.pack(">H", int(array[0, 0, 0])))))
    array = samples(3, 8)
    keep("rgb-key8.png", png(array, 8, 2, False, chunk(b"tRNS", struct.pack(">HHH", *map(int, array[0, 0])))))
    keep("one-pixel.png", png(numpy.array([[[7, 8, 9]]]), 8, 2))
    keep("filtered.png", saved(Image.fromarray(smooth(3, 40, 31)), "PNG", optimize=True))


# JPEG


def make_jpeg():
    rgb, grey = Image.fromarray(smooth(3, 37, 29)), Image.fromarray(smooth(1, 37, 29)[..., 0])
    keep("grey.jpg", saved(grey, "JPEG", quality=90))
    for name, sampling in (("444", 0), ("422", 1), ("420", 2)):
        keep(f"rgb{name}.jpg", saved(rgb, "JPEG", quality=85, subsampling=sampling))
        keep(f"rgb{name}-progressive.jpg", saved(rgb, "JPEG", quality=85, subsampling=sampling, progressive=True))
    keep("rgb-restart.jpg", saved(rgb, "JPEG", quality=70, restart_marker_rows=1))
    keep("rgb-kept.jpg", saved(rgb, "JPEG", quality=95, keep_rgb=True))
    cmyk = saved(Image.fromarray(smooth(4, 37, 29), "CMYK"), "JPEG", quality=90)
    keep("cmyk.jpg", cmyk)
    adobe = cmyk.index(b"Adobe")
    keep("ycck.jpg", cmyk[: adobe + 11] + b"\2" + cmyk[adobe + 12 :])
    keep("one-pixel.jpg", saved(Image.new("RGB", (1, 1), (200, 100, 50)), "JPEG"))
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        keep(f"turned{orientation}.jpg", saved(rgb.resize((12, 8)), "JPEG", quality=90, exif=exif.tobytes()))
    exif = b"MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"
    keep("turned-big-endian.jpg", saved(rgb, "JPEG", quality=90, exif=b"Exif\0\0" + exif))
    keep("turned.png", saved(rgb, "PNG", exif=b"Exif\0\0" + exif))


# BMP


def bmp(header_rest, rows, bits, compression, palette=b"", width=W, height=H):
    size = 40
    start = 14 + size + len(header_rest) + len(palette)
    info = struct.pack(
        "<IiiHHIIiiII", size, width, height, 1, bits, compression, len(rows), 2835, 2835, len(palette) // 4, 0)
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + info + header_rest + palette + rows


def padded(row):
    return row + b"\0" * (-len(row) % 4)


def run_lengths(array):
    rows = b""
    for row in array[::-1]:
        place = 0
        while place < len(row):
            end = place
            while end < len(row) and row[end] == row[place]:
                end += 1
            rows += bytes([end - place, int(row[place])])
            place = end
        rows += b"\0\0"
    return rows + b"\0\1"


def make_bmp():
    keep("one.bmp", saved(Image.fromarray(smooth(1)[..., 0]).convert("1"), "BMP"))
    keep("grey.bmp", saved(Image.fromarray(smooth(1)[..., 0]), "BMP"))
    keep("palette.bmp", saved(Image.fromarray(smooth(3)).quantize(40), "BMP"))
    keep("rgb.bmp", saved(Image.fromarray(smooth(3)), "BMP"))
    keep("rgb-alpha.bmp", saved(Image.fromarray(smooth(4), "RGBA"), "BMP"))
    top_down = b"".join(padded(row[:, ::-1].tobytes()) for row in smooth(3))
    keep("top-down.bmp", bmp(b"", top_down, 24, 0, height=-H))
    wide = random.integers(0, 1 << 15, (H, W)).astype("<u2")
    keep("rgb555.bmp", bmp(b"", b"".join(padded(row.tobytes()) for row in wide), 16, 0))
    wide = random.integers(0, 1 << 16, (H, W)).astype("<u2")
    masks = struct.pack("<III", 0xF800, 0x7E0, 0x1F)
    keep("rgb565.bmp", bmp(masks, b"".join(padded(row.tobytes()) for row in wide), 16, 3))
    palette = random.integers(0, 256, (16, 4), dtype=numpy.uint8)
    palette[:, 3] = 0
    four = random.integers(0, 16, (H, W))
    halves = numpy.pad(four, ((0, 0), (0, 1)))
    rows = b"".join(padded(bytes(int(a) << 4 | int(b) for a, b in zip(row[::2], row[1::2]))) for row in halves)
    keep("palette4.bmp", bmp(b"", rows, 4, 0, palette.tobytes()))
    runs = numpy.repeat(random.integers(0, 16, (H, 5)), 3, axis=1)[:, :W]
    keep("runs8.bmp", bmp(b"", run_lengths(runs), 8, 1, palette.tobytes()))


# PNM


def make_pnm():
    bits = random.integers(0, 2, (H, W))
    grey, rgb = samples(1, 8), samples(3, 8)
    black = (255 * (1 - bits)).astype(numpy.uint8)[..., None]
    text = lambda array: "\n".join(" ".join(map(str, row.reshape(-1))) for row in array).encode()
    keep("one-text.pbm", b"P1\n# a comment\n%d %d\n" % (W, H) + text(bits), black)
    packed = b"".join(numpy.packbits(row.astype(numpy.uint8)).tobytes() for row in bits)
    keep("one.pbm", b"P4 %d %d\n" % (W, H) + packed)
    keep("grey-text.pgm", b"P2\n%d %d\n255\n" % (W, H) + text(grey))
    keep("grey.pgm", b"P5\n%d %d\n255\n" % (W, H) + grey.astype(numpy.uint8).tobytes())
    keep("rgb-text.ppm", b"P3\n%d %d # sizes\n255\n" % (W, H) + text(rgb))
    keep("rgb.ppm", b"P6\n%d %d\n255\n" % (W, H) + rgb.astype(numpy.uint8).tobytes())
    few = random.integers(0, 101, (H, W, 1))
    keep("grey100.pgm", b"P5\n%d %d\n100\n" % (W, H) + few.astype(numpy.uint8).tobytes())
    wide = random.integers(0, 65536, (H, W, 1))
    scaled = ((2 * wide * 255 + 65535) // (2 * 65535)).astype(numpy.uint8)
    keep("grey16.pgm", b"P5\n%d %d\n65535\n" % (W, H) + wide.astype(">u2").tobytes(), scaled)


def make_npz():
    grey = random.integers(0, 256, (5, 4, 6), dtype=numpy.uint8)
    rgb = random.integers(0, 256, (3, 4, 6, 3), dtype=numpy.uint8)
    for name, save in (("stored", numpy.savez), ("deflated", numpy.savez_compressed)):
        save(
            os.path.join(FOLDER, name + ".npz"), train_images=grey, train_labels=numpy.array([[0], [1], [1], [0], [2]]),
            test_images=rgb, test_labels=numpy.array([1, 0, 2], dtype=numpy.int16))
    save_first = numpy.moveaxis(rgb, -1, 1)
    numpy.savez(os.path.join(FOLDER, "named.npz"), x=save_first, y=numpy.array(["katze", "hund", "kötér"]))
    for stack, array in (("grey", grey), ("rgb", rgb)):
        answers["npz-" + stack] = {
            "height": 4, "width": 6, "channels": 1 if array.ndim == 3 else 3,
            "pixels": base64.b64encode(array.tobytes()).decode(),
        }


os.makedirs(FOLDER, exist_ok=True)
make_png()
make_jpeg()
make_bmp()
make_pnm()
make_npz()
with open(os.path.join(HERE, "answers.json"), "w") as file:
    json.dump(answers, file, indent=0, sort_keys=True)
