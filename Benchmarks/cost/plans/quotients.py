"""Quotients of what runs took and what was planned, by what the plan knew."""


def quantile(values, level):
    ordered = sorted(values)
    place = level * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def rest(plan):
    """Seconds planned from the plan's moment on."""
    return plan["trainingSeconds"] + plan["probeSeconds"] + plan["otherSeconds"]


def quotient(line):
    record = line["record"]
    plan = record["plan"]
    return (record["done"]["usage"]["wallSeconds"] - plan["begunSeconds"]) / rest(plan)


def knowledge(line):
    return line["record"]["plan"]["knowledge"]


def bounds_of(values):
    """Order statistics between which a further quotient lies with 90 %, as split conformal has it (`RatioInterval`)."""
    ordered = sorted(values)
    place = max(1, int((len(ordered) + 1) * 0.05 + 1e-9))
    return ordered[place - 1], ordered[-place]


def by_others(lines, fewest):
    """Of each line with `fewest` lines of as much knowledge of other tables: the line, and the bounds that these give."""
    found = []
    for line in lines:
        others = [quotient(other) for other in lines
                  if other["set"] != line["set"] and knowledge(other) == knowledge(line)]
        if len(others) >= fewest:
            found.append((line, *bounds_of(others)))
    return found
