"""A CSV file that grows by a row a measurement, so that a run that is cut off loses nothing."""

import csv
import pathlib
import platform
import os
import re


class Records:
    def __init__(self, path, fields, key):
        self.path, self.fields, self.key = pathlib.Path(path), fields, key
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():
            self.path.write_text(",".join(fields) + "\n")

    def rows(self):
        with open(self.path, newline="") as file:
            return list(csv.DictReader(file))

    def keys(self):
        """What is measured already; failures are tried again."""
        return {tuple(row[name] for name in self.key) for row in self.rows() if not row["error"]}

    def append(self, **values):
        with open(self.path, "a", newline="") as file:
            writer = csv.DictWriter(file, self.fields, lineterminator="\n")
            writer.writerow({name: shown(value) for name, value in values.items()})


def shown(value):
    if isinstance(value, float):
        return f"{value:.8g}"
    return re.sub(r"\s+", " ", value) if isinstance(value, str) else value


def machine():
    """The processor's name and its cores."""
    name = platform.processor() or platform.machine()
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
        name = re.search(r"model name\s*:\s*(.*)", text).group(1)
    except (OSError, AttributeError):
        pass
    return f"{name}, {os.cpu_count()} cores, {platform.system()}"
