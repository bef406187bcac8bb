"""Losses of random recipes on twenty tables, which `portfolio --collect` measures and `portfolio --choose` reads."""

import csv
import json
import math
import os
import pathlib
import random
import re
import resource
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
SPACE = REPOSITORY / "Sources" / "Tuning" / "Search" / "search-space.json"
TARGET = "target"
# Letters and digits stand for classes there, and would be taken for numbers.
TABLES = {
    "225_puma8NH": "regression", "564_fried": "regression", "573_cpu_act": "regression",
    "574_house_16H": "regression", "churn": "binary", "credit_g": "binary", "letter": "multiclass",
    "magic": "binary", "mushroom": "binary", "phoneme": "binary", "pima": "binary",
    "satimage": "multiclass", "segmentation": "multiclass", "shuttle": "multiclass", "sonar": "binary",
    "spambase": "binary", "vehicle": "multiclass", "wdbc": "binary", "wine_quality_red": "multiclass",
    "yeast": "multiclass",
}
LEARNED, TESTED = 1000, 2000
# Tables that have more rows to learn from are cut, and have one fold as the recipe has for large ones; others three, for five.
WHOLE = 1500
# Test rows are dealt to so many parts, whose mean losses tell what chance of the rows does to a difference.
PARTS = 20
# Processor seconds of a training, after which it counts as one that failed; the default takes from 1 to 4.
PATIENCE = 9
FIELDS = [
    "table", "recipe", "seed", "validation", "test", "seconds", "rows", "columns", "numbers", "classes",
    "largest", "missing", "constant", "failure", *[f"part{part}" for part in range(PARTS)]]


# MARK: Recipes

def drawn(generator, space):
    """A point as a study scatters them: each setting by its domain, about half of them left to the recipe."""
    parameters = space["parameters"]
    changed, options = generator.randrange(len(parameters)), {}
    for place, parameter in enumerate(parameters):
        share, is_kept = generator.random(), generator.random() < 0.5
        if is_kept and place != changed:
            continue
        options[parameter["id"]] = text(parameter["domain"], share)
    return options


def text(domain, share):
    """What the domain has at a share of its range."""
    if "choice" in domain:
        words = domain["choice"]["_0"]
        return words[min(int(share * len(words)), len(words) - 1)]
    own = domain["integer" if "integer" in domain else "real"]
    lower, upper = own["lower"], own["upper"]
    if "integer" in domain:
        lower, upper = lower - 0.5, upper + 0.5
    if own["isLogarithmic"]:
        number = math.exp(math.log(lower) + share * (math.log(upper) - math.log(lower)))
    else:
        number = lower + share * (upper - lower)
    if "integer" in domain:
        return str(min(max(round(number), own["lower"]), own["upper"]))
    return f"{float(f'{number:.4g}')}"


def options_of(recipe):
    return [part for name, value in recipe.items() for part in (f"--{name}", value)]


def accepted(program, home, recipe, table):
    """The recipe without what `vouch train` refuses beside its other settings."""
    recipe = dict(recipe)
    if recipe.get("model", "ensemble") != "ensemble":
        recipe.pop("members", None)
    while recipe:
        code, complaint = vouch(
            program, home, "train", table, "--target", TARGET, "--explain-defaults", *options_of(recipe))
        if code == 0:
            return recipe
        named = [name for name in re.findall(r"--([a-z-]+)", complaint) if name in recipe and name != "model"]
        if not named:
            sys.exit(f"vouch train refuses {recipe}: {complaint}")
        del recipe[named[0]]
    return recipe


def recipes(path, program, home, table, count, seed):
    """The recipes of a file, the default first; drawn and written where there is none."""
    if not path.exists():
        space = json.loads(SPACE.read_text())
        generator, found = random.Random(f"portfolio {seed}"), [{}]
        while len(found) <= count:
            recipe = accepted(program, home, drawn(generator, space), table)
            if recipe not in found:
                found.append(recipe)
        written(path, json.dumps({
            "source": f"Benchmarks/tuning/portfolio --collect, seed {seed}; space of {space['dated']}",
            "recipes": found}, indent=1) + "\n")
    return json.loads(path.read_text())["recipes"]


def written(path, text):
    beside = path.with_name(path.name + ".part")
    beside.write_text(text)
    beside.replace(path)


# MARK: Trainings

def vouch(program, home, *arguments, patience=None):
    """Exit code, and what it said of an error."""
    def limited():
        if patience:
            resource.setrlimit(resource.RLIMIT_CPU, (patience, patience + 1))
    done = subprocess.run(
        [str(program), *map(str, arguments)], capture_output=True, text=True, check=False,
        env={**os.environ, "VOUCH_HOME": str(home)}, preexec_fn=limited)
    return done.returncode, done.stderr.strip()


def cut(folder, path):
    """Files of the rows to learn from, to test on, and a few of the latter, which `vouch train` asks for.

    Rows are drawn once. A test row of a class that no row to learn from has is left out.
    """
    with open(path, encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    random.Random(f"portfolio {path.stem}").shuffle(rows)
    tested = min(TESTED, len(rows) // 4)
    learned, test = rows[tested:tested + LEARNED], rows[:tested]
    place = header.index(TARGET)
    if TABLES[path.stem] != "regression":
        known = {row[place] for row in learned}
        test = [row for row in test if row[place] in known]
    files = {}
    for name, chosen in (("learned", learned), ("test", test), ("few", test[:64])):
        files[name] = folder / f"{path.stem}-{name}.csv"
        with open(files[name], "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(chosen)
    return files | {"folds": ["--folds", 1 if len(rows) - tested >= WHOLE else 3]}


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def row_losses(said, answers):
    """Of each row: log loss, of numbers the squared error."""
    if any(name.startswith("probability[") for name in said[0]):
        return [
            -math.log(max(float(row[f"probability[{answer}]"]), 1e-15))
            for row, answer in zip(said, answers)]
    return [(float(row["prediction"]) - float(answer)) ** 2 for row, answer in zip(said, answers)]


def mean(values):
    return sum(values) / len(values)


def described(files, run, task):
    """What is known of a table before a training, and the test loss of a constant."""
    learned = read(files["learned"])
    kinds = [
        column["kind"] for column in json.loads((run / "schema.json").read_text())["columns"]
        if column["role"] == "feature"]
    answers, test = [row[TARGET] for row in learned], [row[TARGET] for row in read(files["test"])]
    counts = {} if task == "regression" else {answer: answers.count(answer) for answer in set(answers)}
    cells = [cell for row in learned for name, cell in row.items() if name != TARGET]
    if counts:
        constant = mean([-math.log(counts[answer] / len(answers)) for answer in test])
    else:
        middle = mean([float(answer) for answer in answers])
        constant = mean([(float(answer) - middle) ** 2 for answer in test])
    return {
        "rows": len(learned), "columns": len(kinds), "numbers": sum(kind == "number" for kind in kinds),
        "classes": len(counts), "largest": f"{max(counts.values()) / len(answers):.4f}" if counts else "",
        "missing": f"{mean([cell in ('', 'NA', '?') for cell in cells]):.4f}", "constant": f"{constant:.6g}"}


def trained(program, home, files, table, number, recipe, seed):
    """A line of the file."""
    run, said = home / "run", home / "said.csv"
    line = {"table": table, "recipe": number, "seed": seed}
    task = TABLES[table]
    begin = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    code, complaint = vouch(
        program, home, "train", files["learned"], "--test", files["few"], "--target", TARGET, "--task", task,
        "--probe-budget", "0s", "--threads", 1, "--seed", seed, "--quiet", "--out", run, "--overwrite",
        *files["folds"], *options_of(recipe), patience=PATIENCE)
    line["seconds"] = f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begin:.2f}"
    if code != 0:
        failure = f"over {PATIENCE} s" if code < 0 else complaint.splitlines()[-1][:100] if complaint else f"exit {code}"
        return line | {"failure": failure}
    code, complaint = vouch(program, home, "predict", run, files["test"], "--threads", 1, "--out", said)
    if code != 0:
        sys.exit(f"vouch predict on {table}: {complaint}")
    validation = read(run / "validation_predictions.csv")
    losses = row_losses(read(said), [row[TARGET] for row in read(files["test"])])
    line |= {
        "validation": f"{mean(row_losses(validation, [row['answer'] for row in validation])):.7g}",
        "test": f"{mean(losses):.7g}"}
    line |= {f"part{part}": f"{mean(losses[part::PARTS]):.6g}" for part in range(PARTS)}
    return line | (described(files, run, task) if number == 0 and seed == 0 else {})


def collect(arguments, home):
    """Trains what the file does not have yet, recipe by recipe on all tables; the default under other seeds after ten."""
    tables = [name for name in TABLES if not arguments.only or name in arguments.only]
    if not tables:
        sys.exit("no table of these names; there is " + ", ".join(TABLES))
    files = {name: cut(home, arguments.data / f"{name}.csv") for name in tables}
    program = arguments.vouch.resolve()
    drawn_on = files[tables[0]] if "credit_g" not in files else files["credit_g"]
    points = recipes(arguments.recipes, program, home, drawn_on["learned"], arguments.count, arguments.seed)
    if not arguments.results.exists():
        written(arguments.results, ",".join(FIELDS) + "\n")
    known = {(line["table"], int(line["recipe"]), int(line["seed"])) for line in read(arguments.results)}
    wanted = [(number, recipe, 0) for number, recipe in enumerate(points)]
    wanted[11:11] = [(0, {}, seed) for seed in range(1, arguments.repeats + 1)]
    with open(arguments.results, "a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        for number, recipe, seed in wanted:
            for table in tables:
                if (table, number, seed) in known:
                    continue
                line = trained(program, home, files[table], table, number, recipe, seed)
                writer.writerow(line)
                file.flush()
                print(
                    f"{table}, recipe {number}, seed {seed}: "
                    + (line.get("failure") or f"{line['validation']} {line['test']}") + f" ({line['seconds']} s)",
                    flush=True)
