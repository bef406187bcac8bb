"""The page of `small`: ranks by size, losses, and paired tests beside the linear model and each other peer."""

import collections

import numpy
from scipy import stats

LEVEL = 0.05


def holm(p_values):
    """Adjusted p-values (Holm 1979), in the order given."""
    order = numpy.argsort(p_values)
    adjusted, most = numpy.empty(len(p_values)), 0.0
    for place, index in enumerate(order):
        most = max(most, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = most
    return adjusted


def paired_p(differences):
    """Two-sided, of the paired t-test that the mean of differences is 0."""
    differences = numpy.asarray(differences)
    if len(differences) < 2:
        return 1.0
    if differences.std() == 0:
        return 1.0 if differences.mean() == 0 else 0.0
    return float(stats.ttest_1samp(differences, 0).pvalue)


def latest(rows):
    """Loss by case (table, rows, draw) and method, of each method's latest version."""
    versions = {row["method"]: row["version"] for row in rows if not row["error"]}
    found = collections.defaultdict(dict)
    for row in rows:
        if not row["error"] and row["version"] == versions[row["method"]]:
            case = row["set"], int(row["rows"]), int(row["draw"])
            found[case][row["method"]] = float(row["loss"])
    return found, versions


def of_case(found, methods, table, size):
    """`[draws, methods]` of the draws that every method has."""
    cases = sorted(case for case in found if case[:2] == (table, size))
    full = [found[case] for case in cases if all(name in found[case] for name in methods)]
    return numpy.array([[losses[name] for name in methods] for losses in full])


def write(path, rows, sizes, tables):
    found, versions = latest(rows)
    methods = sorted(versions, key=lambda name: (name != "Vouch", name))
    if "Vouch" not in methods or len(methods) < 2:
        print("No page yet: it needs Vouch and a peer.")
        return
    cells = {
        (table, size): losses for size in sizes for table in tables
        if len(losses := of_case(found, methods, table, size))}
    lines = [
        "# Small tables", "",
        "Written by `Benchmarks/data/small` from `small.csv`; not edited by hand. All methods at their defaults, on the same",
        "rows. Log loss in nats or RMSE, lower is better.", "",
        "Versions: " + "; ".join(f"{name}: {versions[name]}" for name in methods) + ".", "",
        *rank_lines(cells, methods, sizes), *test_lines(cells, methods), *loss_lines(cells, methods)]
    failed = collections.Counter(
        row["method"] for row in rows
        if row["error"] and row["version"] == versions.get(row["method"]) and
        row["method"] not in found.get((row["set"], int(row["rows"]), int(row["draw"])), {}))
    lines += ["", "Trainings that failed, whose draws are left out for all: "
              + (", ".join(f"{name} {count}" for name, count in failed.items()) or "none") + "."]
    path.write_text("\n".join(lines) + "\n")
    print(f"Wrote {path.name}")


def rank_lines(cells, methods, sizes):
    lines = ["## Mean ranks", "",
             "Ranks of a draw's losses, mean over draws, then over tables; in brackets the standard error over tables.", "",
             "| rows | tables | draws | " + " | ".join(methods) + " | best |",
             "|---:|---:|---:|" + "---:|" * len(methods) + "---|"]
    for size in sizes:
        own = [losses for (_, rows), losses in cells.items() if rows == size]
        if not own:
            continue
        ranks = numpy.array([stats.rankdata(losses, axis=1).mean(axis=0) for losses in own])
        mean = ranks.mean(axis=0)
        texts = [f"{rank:.2f}" for rank in mean]
        if len(own) > 1:
            errors = ranks.std(axis=0, ddof=1) / len(own) ** 0.5
            texts = [f"{text} ({error:.2f})" for text, error in zip(texts, errors)]
        draws = [len(losses) for losses in own]
        shown = f"{min(draws)}" if min(draws) == max(draws) else f"{min(draws)} to {max(draws)}"
        lines.append(f"| {size} | {len(own)} | {shown} | "
                     + " | ".join(texts)
                     + f" | {methods[int(mean.argmin())]} |")
    return lines


def test_lines(cells, methods):
    lines = ["", "## Vouch beside each", "",
             "Paired t-tests over draws, two-sided, Holm's correction over all tables and sizes of a peer; 5 %. Draws of a table",
             "overlap, most in tables of few rows, so that p is too small there: of both better and worse this says too much."
             , "", "| peer | better | cannot tell | worse | worse on |", "|---|---:|---:|---:|---|"]
    own = methods.index("Vouch")
    for place, peer in enumerate(methods):
        if place == own:
            continue
        differences = {case: losses[:, own] - losses[:, place] for case, losses in cells.items()}
        adjusted = holm([paired_p(values) for values in differences.values()])
        told = [(case, values.mean()) for (case, values), p in zip(differences.items(), adjusted) if p < LEVEL]
        worse = [f"{table} {size}" for (table, size), mean in told if mean > 0]
        better = sum(mean < 0 for _, mean in told)
        lines.append(f"| {peer} | {better} | {len(differences) - len(told)} | {len(worse)} | {', '.join(worse) or '–'} |")
    return lines


def loss_lines(cells, methods):
    lines = ["", "## Mean losses", "", "| table | rows | draws | " + " | ".join(methods) + " |",
             "|---|---:|---:|" + "---:|" * len(methods)]
    for (table, size), losses in sorted(cells.items()):
        mean = losses.mean(axis=0)
        shown = [f"**{value:.4g}**" if value == mean.min() else f"{value:.4g}" for value in mean]
        lines.append(f"| {table} | {size} | {len(losses)} | " + " | ".join(shown) + " |")
    return lines
