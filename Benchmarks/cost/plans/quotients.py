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


def by_others(lines, fewest):
    """Of each line with `fewest` lines of as much knowledge of other tables: the line, and their 5 % and 95 % quantiles."""
    found = []
    for line in lines:
        others = [quotient(other) for other in lines
                  if other["set"] != line["set"] and knowledge(other) == knowledge(line)]
        if len(others) >= fewest:
            found.append((line, quantile(others, 0.05), quantile(others, 0.95)))
    return found
