"""Decoding of JPEG files with two workers: ours beside Pillow, in turn, in the same minutes.

    pip install pillow==13.0.0 numpy==2.4.6
    swift build -c release --product PictureDecoding
    python3 peer.py .build/release/PictureDecoding

Makes 10,000 pictures of 256 x 256 pixels (smooth shapes and noise, quality 85) in a temporary folder. Pillow decodes in
threads, which it lets run beside one another, and in processes; the faster one counts. Both sum all values, and the sums must agree.
"""

import concurrent.futures
import os
import subprocess
import sys
import tempfile
import time

import numpy
from PIL import Image

COUNT, SIDE, WORKERS, ROUNDS = 10_000, 256, 2, 5


def make(folder):
    random = numpy.random.default_rng(1)
    y, x = numpy.mgrid[0:SIDE, 0:SIDE]
    for number in range(COUNT):
        a, b, c = random.uniform(0.01, 0.1, 3)
        planes = [127 + 90 * numpy.sin(a * x + k) * numpy.cos(b * y + c * k * x) for k in range(3)]
        array = numpy.stack(planes, -1) + random.normal(0, 6, (SIDE, SIDE, 1))
        os.makedirs(f"{folder}/{number % 2}", exist_ok=True)
        Image.fromarray(numpy.clip(array, 0, 255).astype(numpy.uint8)).save(f"{folder}/{number % 2}/{number:05}.jpg", quality=85)


def decode(path):
    return int(numpy.asarray(Image.open(path)).sum(dtype=numpy.uint64))


def pillow(paths, executor):
    with executor(WORKERS) as pool:
        list(pool.map(decode, paths[:4]))
        start = time.monotonic()
        total = sum(pool.map(decode, paths, chunksize=64))
        return total, time.monotonic() - start


with tempfile.TemporaryDirectory() as folder:
    make(folder)
    paths = [f"{folder}/{number % 2}/{number:05}.jpg" for number in range(COUNT)]
    ratios = []
    for round in range(ROUNDS):
        answer = subprocess.run([sys.argv[1], folder, str(WORKERS)], capture_output=True, text=True, check=True).stdout
        ours, own_sum = float(answer.split()[-2]), int(answer.split("values ")[1].split(",")[0])
        threads = pillow(paths, concurrent.futures.ThreadPoolExecutor)
        processes = pillow(paths, concurrent.futures.ProcessPoolExecutor)
        assert threads[0] == processes[0] == own_sum, (threads[0], own_sum)
        theirs = min(threads[1], processes[1])
        ratios.append(theirs / ours)
        print(f"ours {ours:.2f} s, Pillow {threads[1]:.2f} s in threads, {processes[1]:.2f} s in processes: {theirs / ours:.2f} x", flush=True)
    print(f"median {sorted(ratios)[ROUNDS // 2]:.2f} x Pillow's rate (asked: 1)")
