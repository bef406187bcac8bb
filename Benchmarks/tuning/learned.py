"""Learns a portfolio and a forecast of gains from collected losses, and judges both on tables that were left out."""

import itertools
import math
import random
import statistics

from collected import PARTS, PATIENCE, mean

# Of a search by chance, beside the default.
TRIALS = 30
MOST, FIRST = 8, 4
# A loss below this share of a constant's counts as this: a saving of nearly nothing is not much.
LEAST = 0.01
COVERAGE = 0.9
# Student's t of one side, 5 %, with PARTS − 1 degrees of freedom.
STUDENT = {20: 1.729}[PARTS]
# The same at 1 % and 19 tables or more, for each of five features.
CLEAR = 2.54


class Losses:
    """Of each table and recipe, by the lines of recipes.csv; recipe 0 is the default."""

    def __init__(self, lines):
        first = [line for line in lines if line["seed"] == "0"]
        self.facts = {line["table"]: line for line in first if line["recipe"] == "0"}
        self.tables = list(self.facts)
        self.lines = {(line["table"], int(line["recipe"])): line for line in first}
        numbers = sorted({recipe for _, recipe in self.lines})
        # What was tried on all tables, up to a search's length.
        self.recipes = [
            number for number in numbers
            if number and all((table, number) in self.lines for table in self.tables)][:TRIALS]
        self.seconds = sum(float(line["seconds"]) for line in lines)
        self.failures = sum(
            math.isinf(self.validation(table, recipe)) for table in self.tables for recipe in self.recipes)
        self.again = {line["table"]: float(line["test"]) for line in lines if line["seed"] == "1" and line["test"]}

    def validation(self, table, recipe):
        line = self.lines[table, recipe]
        # A training may end by itself in the second in which it would have been ended.
        is_late = recipe and float(line["seconds"]) > PATIENCE
        return math.inf if is_late or line["failure"] else float(line["validation"])

    def test(self, table, recipe):
        return float(self.lines[table, recipe]["test"])

    def unit(self, table):
        """What savings are told in: the default's loss."""
        return max(self.test(table, 0), LEAST * float(self.facts[table]["constant"]))

    def chosen(self, table, recipes):
        """By validation rows, the default among them."""
        return min([0, *recipes], key=lambda recipe: (self.validation(table, recipe), recipe))

    def saved(self, table, recipes):
        """The share of the default's loss on test rows that the chosen one saves."""
        return (self.test(table, 0) - self.test(table, self.chosen(table, recipes))) / self.unit(table)

    def difference(self, table, one, other):
        """Mean of the loss of one recipe less another's over test rows, and its standard error over their parts."""
        parts = [
            float(self.lines[table, one][f"part{part}"]) - float(self.lines[table, other][f"part{part}"])
            for part in range(PARTS)]
        return mean(parts), statistics.stdev(parts) / math.sqrt(PARTS)


def cut(share):
    """What one table says at most, on either side: a table that is nearly without loss would decide all else."""
    return min(max(share, -1), 1)


def portfolio(losses, tables, most=MOST):
    """Recipes in the order in which, with those before, the best on validation rows saves most, on average over tables.

    Among those that change nothing, because validation rows choose them nowhere, the one that saves most by itself.
    """
    def worth(recipes):
        return mean([cut(losses.saved(table, recipes)) for table in tables])

    def alone(recipe):
        return mean([
            cut((losses.test(table, 0) - losses.test(table, recipe)) / losses.unit(table))
            if losses.validation(table, recipe) < math.inf else -1 for table in tables])
    found = []
    while len(found) < min(most, len(losses.recipes)):
        left = [recipe for recipe in losses.recipes if recipe not in found]
        found.append(max(left, key=lambda recipe: (worth([*found, recipe]), alone(recipe), -recipe)))
    return found


def kept(losses, order):
    """Of a portfolio of all tables its first recipes, and further ones as long as they add something."""
    worth = [mean([cut(losses.saved(table, order[:k])) for table in losses.tables]) for k in range(len(order) + 1)]
    return order[:max(FIRST, worth.index(max(worth)))]


def left_out(losses):
    """Of each table: portfolio of the others, its first recipes' choice against that of a search by chance."""
    result = []
    for table in losses.tables:
        learned = portfolio(losses, [other for other in losses.tables if other != table])
        ours, theirs = losses.chosen(table, learned[:FIRST]), losses.chosen(table, losses.recipes)
        difference, error = losses.difference(table, ours, theirs)
        result.append({
            "table": table, "learned": learned, "ours": ours, "theirs": theirs, "difference": difference,
            "error": error, "is_worse": difference > STUDENT * error and ours != theirs})
    return result


def by_chance(losses, count, draws=500):
    """The mean saving of so many random recipes."""
    generator = random.Random(f"chance {count}")
    sets = [generator.sample(losses.recipes, min(count, len(losses.recipes))) for _ in range(draws)]
    return mean([cut(losses.saved(table, recipes)) for recipes in sets for table in losses.tables])


# MARK: What tuning gains

FEATURES = {
    "rows": lambda facts: math.log(float(facts["rows"])),
    "columns": lambda facts: math.log(float(facts["columns"])),
    "rowsPerColumn": lambda facts: math.log(float(facts["rows"]) / float(facts["columns"])),
    "classes": lambda facts: float(facts["classes"]),
    "numbers": lambda facts: float(facts["numbers"]) / float(facts["columns"]),
}


def line(xs, ys):
    """Theil and Sen's: the median of slopes between pairs, then of what they leave; the median alone without a feature."""
    slopes = [
        (ys[j] - ys[i]) / (xs[j] - xs[i]) for i, j in itertools.combinations(range(len(xs)), 2) if xs[i] != xs[j]]
    slope = statistics.median(slopes) if slopes else 0.0
    return statistics.median([y - slope * x for x, y in zip(xs, ys)]), slope


def without(values, place):
    return values[:place] + values[place + 1:]


def errors(xs, ys):
    """Of each table, how far what the others say lies from what it gained."""
    result = []
    for place, (x, y) in enumerate(zip(xs, ys)):
        start, slope = line(without(xs, place), without(ys, place))
        result.append(abs(y - start - slope * x))
    return result


def interval(xs, ys, x):
    """Jackknife+ of COVERAGE: Barber et al. 2021, DOI 10.1214/20-AOS1965."""
    scores = errors(xs, ys)
    fits = [line(without(xs, place), without(ys, place)) for place in range(len(xs))]
    said = [start + slope * x for start, slope in fits]
    rank = math.ceil((len(xs) + 1) * COVERAGE - 1e-9)
    if rank > len(xs):
        return -math.inf, math.inf
    return (
        sorted(value - score for value, score in zip(said, scores))[len(xs) - rank],
        sorted(value + score for value, score in zip(said, scores))[rank - 1])


def best_feature(facts, ys):
    """The feature whose line errs least on tables left out, and the errors of all; `None` for the median alone.

    A feature is taken where it errs less than the median by more than chance explains: one side, 5 % over all features.
    """
    plain = errors([0.0] * len(ys), ys)
    found, gained = {None: mean(plain)}, {None: 0.0}
    for name, value in FEATURES.items():
        own = errors([value(table) for table in facts], ys)
        found[name] = mean(own)
        moves = [one - other for one, other in zip(plain, own)]
        spread = statistics.stdev(moves) / math.sqrt(len(moves))
        gained[name] = mean(moves) if mean(moves) > CLEAR * spread else -1.0
    return max(gained, key=lambda name: gained[name]), found


def feature_values(name, facts):
    return [FEATURES[name](own) if name else 0.0 for own in facts]


def foretold(facts, ys):
    """Of each table by the others, the choice of a feature included: its gain, what was said, and the interval."""
    result = []
    for place, y in enumerate(ys):
        others, known = without(facts, place), without(ys, place)
        name, _ = best_feature(others, known)
        xs, x = feature_values(name, others), feature_values(name, [facts[place]])[0]
        start, slope = line(xs, known)
        result.append({"gain": y, "said": start + slope * x, "interval": interval(xs, known, x), "feature": name})
    return result
