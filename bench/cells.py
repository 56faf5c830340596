"""How figures are written: cells and tables of Markdown."""

MIB = 1024 * 1024


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]) + "\n"


def seconds(value):
    return f"{value:.2f} s" if value < 100 else f"{value:.0f} s"


def mib(value):
    return f"{value / MIB:.0f} MiB"


def number(value):
    return f"{value:,}"


def goal(value, limit, unit="×"):
    """A ratio, beside its goal where it has one."""
    held = "" if limit is None else f", goal {limit}: {'met' if value <= limit else '**missed**'}"
    return f"{value:.2f} {unit}{held}"


def part(times, goal):
    held = "" if goal is None else f", goal 1/{goal}: {'met' if times >= goal else '**missed**'}"
    return f"1/{times:.1f}{held}"
