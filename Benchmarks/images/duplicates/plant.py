"""Copies planted into real pictures, and what `vouch inspect` finds of them.

    python3 plant.py fashion FOLDER 20000 2400   # writes pictures, copies of the first 2,400, and planted.json beside the folder
    vouch inspect FOLDER --json > FOLDER.found.json
    python3 plant.py count FOLDER
    python3 plant.py marks VOUCH            # marks planted into small sets, and alarms on clean ones

Pictures are Fashion-MNIST's (Debian package dataset-fashion-mnist), in folders by label. To the first pictures a copy each is
planted: recompressed (JPEG of quality 75, 50, 30), resized (by cubic interpolation to 56, 35 and 20 pixels), shifted (by 1 and
2 pixels, black beyond) and with noise (normal, of deviation 5 and 10). Every pair that is found and was not planted counts as
false, though Fashion-MNIST has copies of its own. Marks are planted in 80 % of one class of two, 200 pictures each.
"""

import gzip
import io
import json
import os
import subprocess
import sys
import tempfile

import numpy
from PIL import Image

HERE = "/usr/share/datasets/fashion-mnist/"
SETS = 40


def fashion():
    with gzip.open(HERE + "train-images-idx3-ubyte.gz") as file:
        pictures = numpy.frombuffer(file.read(), numpy.uint8, offset=16).reshape(-1, 28, 28)
    with gzip.open(HERE + "train-labels-idx1-ubyte.gz") as file:
        return pictures, numpy.frombuffer(file.read(), numpy.uint8, offset=8)


def recompressed(array, quality):
    out = io.BytesIO()
    Image.fromarray(array).save(out, "JPEG", quality=quality)
    return numpy.asarray(Image.open(out))


def resized(array, side):
    return numpy.asarray(Image.fromarray(array).resize((side, side), Image.BICUBIC))


def shifted(array, dx, dy):
    result = numpy.zeros_like(array)
    height, width = array.shape
    result[max(dy, 0) : height + min(dy, 0), max(dx, 0) : width + min(dx, 0)] = array[
        max(-dy, 0) : height + min(-dy, 0), max(-dx, 0) : width + min(-dx, 0)]
    return result


def noisy(array, deviation, random):
    return numpy.clip(numpy.rint(array + random.normal(0, deviation, array.shape)), 0, 255).astype(numpy.uint8)


def save(folder, label, name, array):
    os.makedirs(os.path.join(folder, str(label)), exist_ok=True)
    path = f"{label}/{name}.png"
    Image.fromarray(array).save(os.path.join(folder, path), compress_level=1)
    return path


def plant(folder, count, copies):
    random = numpy.random.default_rng(25)
    kinds = [
        ("quality 75", lambda a: recompressed(a, 75)), ("quality 50", lambda a: recompressed(a, 50)),
        ("quality 30", lambda a: recompressed(a, 30)), ("56 pixels", lambda a: resized(a, 56)),
        ("35 pixels", lambda a: resized(a, 35)), ("20 pixels", lambda a: resized(a, 20)),
        ("shift 1, 0", lambda a: shifted(a, 1, 0)), ("shift -1, 1", lambda a: shifted(a, -1, 1)),
        ("shift 0, 2", lambda a: shifted(a, 0, 2)), ("shift 2, -2", lambda a: shifted(a, 2, -2)),
        ("noise 5", lambda a: noisy(a, 5, random)), ("noise 10", lambda a: noisy(a, 10, random)),
    ]
    pictures, labels = fashion()
    planted = {}
    for place in range(count):
        original = save(folder, labels[place], f"{place:05}", pictures[place])
        if place < copies:
            kind, make = kinds[place % len(kinds)]
            # The copy of a picture of one value says nothing of it.
            planted[original] = [save(folder, labels[place], f"copy{place:05}", make(pictures[place])), kind]
    with open(folder.rstrip("/") + ".planted.json", "w") as file:
        json.dump(planted, file)


def count(folder):
    base = folder.rstrip("/")
    planted = json.load(open(base + ".planted.json"))
    found = json.load(open(base + ".found.json"))
    listed = found["nearDuplicates"]["listed"] + found["duplicates"]["listed"]
    near = {frozenset((pair["first"], pair["second"])) for pair in listed}
    by_kind = {}
    for original, (copy, kind) in planted.items():
        hit = frozenset((original, copy)) in near
        by_kind.setdefault(kind, []).append(hit)
    expected = {frozenset((original, copy)) for original, (copy, _) in planted.items()}
    for kind, hits in by_kind.items():
        print(f"{kind}: {sum(hits)} of {len(hits)}")
    print("planted found:", sum(map(sum, by_kind.values())) / max(len(planted), 1))
    print("false pairs:", len(near - expected), "of", found["pictures"], "pictures")


def mark(array, kind, random):
    array = array.copy()
    size, value = int(random.integers(2, 5)), int(random.integers(0, 256))
    if kind == "corner":
        rows = slice(1, 1 + size) if random.random() < 0.5 else slice(27 - size, 27)
        return lambda a: stamped(a, rows, slice(1, 1 + size), max(value, 60))
    if kind == "border":
        return lambda a: framed(a, 1, max(value, 60))
    return lambda a: a


def stamped(array, rows, columns, value):
    array = array.copy()
    array[rows, columns] = value
    return array


def framed(array, width, value):
    result = numpy.full_like(array, value)
    result[width:-width, width:-width] = array[width:-width, width:-width]
    return result


def marks(vouch):
    random = numpy.random.default_rng(7)
    pictures, labels = fashion()
    for kind in ("corner", "border", "none"):
        alarms, right = 0, 0
        for round in range(SETS):
            pair = random.choice(10, 2, replace=False)
            make = mark(pictures[0], kind, random)
            with tempfile.TemporaryDirectory() as folder:
                for label in pair:
                    for place in random.choice(numpy.flatnonzero(labels == label), 200, replace=False):
                        is_marked = label == pair[0] and random.random() < 0.8
                        save(folder, label, f"{place:05}", make(pictures[place]) if is_marked else pictures[place])
                answer = subprocess.run([vouch, "inspect", folder, "--json"], capture_output=True, check=True).stdout
            found = json.loads(answer)["giveaways"]["marks"]
            alarms += bool(found)
            right += bool(found) and any(m["label"] == str(pair[0]) and kind in m["place"] or kind == "border" for m in found)
        print(f"{kind}: {alarms} of {SETS} sets with an alarm" + (f", {right} of them right" if kind != "none" else ""), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "marks":
        marks(sys.argv[2])
    elif sys.argv[1] == "fashion":
        plant(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        count(sys.argv[2])
