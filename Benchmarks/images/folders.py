#!/usr/bin/env python3
"""Folders of PNG files, a folder a class, of data sets that come as arrays.

    folders.py pneumoniamnist FILE.npz OUT     OUT/train, OUT/validation, OUT/test, classes "normal" and "pneumonia"
    folders.py fashion-mnist OUT [FOLDER]      OUT/train and OUT/test; FOLDER holds the four .gz files of the Debian package
                                               dataset-fashion-mnist
    folders.py digits OUT                      OUT/train and OUT/test: the digits of scikit-learn, 8 x 8

PNGs are written with the standard library alone: filter 0, one zlib stream.
"""
import gzip
import os
import struct
import sys
import zlib


def png(height, width, grey):
    """The bytes of an 8-bit grey PNG."""
    def chunk(name, data):
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    rows = b"".join(b"\0" + grey[y * width:(y + 1) * width] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b"")


def write(folder, pictures):
    """Writes (class, height, width, bytes), numbered."""
    count = 0
    for count, (label, height, width, grey) in enumerate(pictures, 1):
        place = os.path.join(folder, label)
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, "%05d.png" % (count - 1)), "wb") as file:
            file.write(png(height, width, grey))
    print("%s: %d pictures" % (folder, count))


def pneumoniamnist(path, out):
    import numpy
    arrays = numpy.load(path)
    for name, folder in (("train", "train"), ("val", "validation"), ("test", "test")):
        images, labels = arrays[name + "_images"], arrays[name + "_labels"].reshape(-1)
        write(os.path.join(out, folder), (
            (("normal", "pneumonia")[int(label)], *image.shape, image.tobytes()) for image, label in zip(images, labels)))


def idx(path):
    with gzip.open(path) as file:
        data = file.read()
    rank = data[3]
    return struct.unpack(">%dI" % rank, data[4:4 + 4 * rank]), data[4 + 4 * rank:]


def fashion_mnist(out, folder="/usr/share/datasets/fashion-mnist"):
    names = ("t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
    for name, part in (("train", "train"), ("t10k", "test")):
        (count, height, width), pixels = idx(os.path.join(folder, name + "-images-idx3-ubyte.gz"))
        _, labels = idx(os.path.join(folder, name + "-labels-idx1-ubyte.gz"))
        size = height * width
        write(os.path.join(out, part), (
            (names[labels[row]], height, width, pixels[row * size:(row + 1) * size]) for row in range(count)))


def digits(out):
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split
    data = load_digits()
    parts = train_test_split(data.images, data.target, test_size=0.3, random_state=0, stratify=data.target)
    for images, labels, part in ((parts[0], parts[2], "train"), (parts[1], parts[3], "test")):
        write(os.path.join(out, part), (
            (str(label), 8, 8, bytes(int(min(255, 16 * value)) for value in image.reshape(-1)))
            for image, label in zip(images, labels)))


if __name__ == "__main__":
    made = {"pneumoniamnist": pneumoniamnist, "fashion-mnist": fashion_mnist, "digits": digits}
    if len(sys.argv) < 3 or sys.argv[1] not in made:
        sys.exit(__doc__)
    made[sys.argv[1]](*sys.argv[2:])
