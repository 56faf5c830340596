#!/usr/bin/env python3
"""Writes the public-holiday calendars in data/holidays, or checks that they are up to date.

    tools/holidays.py            write data/holidays/<code>.tsv and world.txt (`make holidays`)
    tools/holidays.py --check    exit 1 and say what differs, without writing anything
    tools/holidays.py us-ca      print the holidays of one part of a country, as a file to include in the settings

What it is for: idle-reaper treats a public holiday as a day outside business hours. The
calendars come from the Python package `holidays`, whose maintainers follow the law of each
country, and are checked in as plain text. So the program needs neither Python nor the network
to know a holiday, and a change in the data is a diff that somebody reads before it takes effect.

Why it is as it is:

* The version of the package is pinned in tools/requirements.txt, and this script refuses any
  other: with two versions, `--check` would blame the data for a difference in the tool.
* Nothing here reads the clock. The years, and the last year with announced Japanese equinox
  days, are constants below, so the same commit gives the same files on any day.
* Only the package's category "public" is used: days off for the public at large. Bank-only,
  optional, half-day and school holidays, and the closing of government offices by executive
  order, are in other categories.
* A day that holds only in part of a calendar's territory is left out, and the file says so. On
  such a day most of the territory works, and a machine stopped under somebody who is working is
  worse than one that runs for a day too long.
* There is no calendar for the whole of the United Kingdom: England and Wales, Scotland and
  Northern Ireland have different days, so a plain `gb` would be wrong for somebody. Germany does
  have one, because nine days are holidays in every state.
* A holiday that falls on a weekend stays in its file beside its observed or substitute day,
  because business hours may include a Saturday or a Sunday.
* A day is `provisional` when its date is a forecast. That is so for Japan's two equinox days
  until the government announces them, and for the days that follow from them, and for what the
  package calls estimated: days that follow the moon, and for China from the year on whose days
  off and working weekends the State Council has not announced. Everything else is set by law or
  by custom as old, and is `fixed`; a later law or proclamation can still change it, which no data
  can foresee.
* Where a day of a weekend is worked for a day off elsewhere in the year, as in China, Hungary
  or Latvia, it is in the file as worked like that day: a machine stopped under somebody who is
  working is what must not happen. Such days are known only as far as they are announced.
* All other countries are in one file, world.txt, where a name stands once with its dates. The
  program carries it whole: 278 kB for 241 countries, 54 kB in a compressed package, where files
  with a line for each day would be four times as much. The 651 parts of countries that the
  package knows would be another 693 kB, so a part is printed on request, and the settings include
  it as a file. Of a country whose parts have different holidays world.txt has the days that all
  of them share. Left out is what the package has no public holiday for in one of the years.

It needs Python 3.11 or newer and nothing besides the pinned package.
"""

import argparse
import datetime
import difflib
import importlib
import importlib.metadata
import json
import pathlib
import re
import sys
import warnings
from typing import NamedTuple

TOOLS = pathlib.Path(__file__).resolve().parent
REQUIREMENTS = TOOLS / "requirements.txt"
OUTPUT = TOOLS.parent / "data" / "holidays"

FIRST_YEAR = 2024
LAST_YEAR = 2035

# Each February, Japan's government announces the equinox days of the following year. Raise this
# by one after the announcement, compare the announced dates with the file, and run
# `make holidays`.
EQUINOXES_ANNOUNCED_THROUGH = 2027

EQUINOXES = ("Vernal Equinox Day", "Autumnal Equinox Day")
# The day that replaces a holiday on a Sunday.
SUBSTITUTE = "Substitute Holiday"
# The citizens' holiday: a single day between two holidays.
BETWEEN = "National Holiday"


class Calendar(NamedTuple):
    code: str
    title: str
    country: str
    subdivision: str | None = None
    language: str = "en_US"
    notes: tuple[str, ...] = ()


UNITED_KINGDOM = (
    "The bank and public holidays of this part of the United Kingdom, with their substitute days.",
    "One-off days (royal or national events) only as far as they have been proclaimed.",
)
WHOLE_STATE = "Only days that are holidays in the whole state."


def german_state(code: str, title: str, *notes: str) -> Calendar:
    subdivision = code.removeprefix("de-").upper()
    return Calendar(
        code, f"Germany, {title}", "DE", subdivision, notes=notes or (WHOLE_STATE,)
    )


CALENDARS = (
    Calendar(
        "jp",
        "Japan",
        "JP",
        notes=(
            "Provisional: the equinox days after "
            f"{EQUINOXES_ANNOUNCED_THROUGH}, and the substitute and citizens' holidays",
            "that follow from them. The dates are astronomical forecasts; the government announces",
            "each year's in February of the year before. A date other than the forecast could also",
            "add a substitute or citizens' holiday that is not listed here.",
            '"National Holiday" is the citizens\' holiday, a single day between two holidays.',
        ),
    ),
    Calendar(
        "us",
        "United States, federal holidays",
        "US",
        notes=(
            "The eleven federal holidays, with their observed days. Left out: Inauguration Day,",
            "which holds only around Washington, D.C., state holidays, and days on which an",
            "executive order closed federal offices.",
        ),
    ),
    Calendar("gb-eng", "United Kingdom, England", "GB", "ENG", "en_GB", UNITED_KINGDOM),
    Calendar("gb-wls", "United Kingdom, Wales", "GB", "WLS", "en_GB", UNITED_KINGDOM),
    Calendar(
        "gb-sct",
        "United Kingdom, Scotland",
        "GB",
        "SCT",
        "en_GB",
        (*UNITED_KINGDOM, "Local holidays of Scottish towns are left out."),
    ),
    Calendar("gb-nir", "United Kingdom, Northern Ireland", "GB", "NIR", "en_GB", UNITED_KINGDOM),
    Calendar(
        "de",
        "Germany, nation-wide holidays",
        "DE",
        notes=("Only the nine days that are holidays in every state; each state has more.",),
    ),
    german_state("de-bw", "Baden-Württemberg"),
    german_state(
        "de-by",
        "Bavaria",
        WHOLE_STATE,
        "Left out: Assumption Day (Mariä Himmelfahrt, 15 August), a holiday only in",
        "municipalities with more Catholic than Protestant residents, and the Peace Festival",
        "(8 August), a holiday only in the city of Augsburg.",
    ),
    german_state(
        "de-be",
        "Berlin",
        "Includes the one-off holidays of 8 May 2025 and 17 June 2028, both set by law.",
    ),
    german_state(
        "de-bb",
        "Brandenburg",
        "Easter Sunday and Whit Sunday are holidays by the law of this state.",
    ),
    german_state("de-hb", "Bremen"),
    german_state("de-hh", "Hamburg"),
    german_state("de-he", "Hesse"),
    german_state("de-mv", "Mecklenburg-Western Pomerania"),
    german_state("de-ni", "Lower Saxony"),
    german_state("de-nw", "North Rhine-Westphalia"),
    german_state("de-rp", "Rhineland-Palatinate"),
    german_state(
        "de-sl",
        "Saarland",
        WHOLE_STATE,
        "Assumption Day (Mariä Himmelfahrt, 15 August) is one of them here, unlike in Bavaria.",
    ),
    german_state(
        "de-sn",
        "Saxony",
        WHOLE_STATE,
        "Left out: Corpus Christi (Fronleichnam), a holiday only in some Catholic municipalities.",
    ),
    german_state("de-st", "Saxony-Anhalt"),
    german_state("de-sh", "Schleswig-Holstein"),
    german_state(
        "de-th",
        "Thuringia",
        WHOLE_STATE,
        "Left out: Corpus Christi (Fronleichnam), a holiday only in some Catholic municipalities.",
    ),
)


# Countries for which one calendar would be wrong for everybody; see above.
WITHOUT_A_CALENDAR = ("GB",)

# Countries that announce the days off of each year, with the weekends that are worked for them.
ANNOUNCED_EACH_YEAR = ("CN",)

WORLD = "world.txt"
ESTIMATED = " (estimated)"


class Fault(Exception):
    """Something that keeps the script from doing its work."""


def load_package():
    """Imports the pinned package, and returns it with its version."""
    pins = REQUIREMENTS.read_text(encoding="utf-8").split()
    if len(pins) != 1 or not pins[0].startswith("holidays=="):
        raise Fault(f"{REQUIREMENTS.name} must hold one line, holidays==VERSION")
    pinned = pins[0].removeprefix("holidays==")

    # Years beyond the data of a country are no mistake: such a country is left out.
    warnings.filterwarnings("ignore", category=UserWarning)
    # This script has the package's name and its directory comes first on the search path, so a
    # plain import would find the script itself.
    sys.path[:] = [entry for entry in sys.path if pathlib.Path(entry or ".").resolve() != TOOLS]
    try:
        package = importlib.import_module("holidays")
        installed = importlib.metadata.version("holidays")
    except (ModuleNotFoundError, importlib.metadata.PackageNotFoundError) as error:
        raise Fault(
            f"the package holidays {pinned} is not installed for this Python ({error}); "
            "`make holidays` installs it"
        ) from error
    if installed != pinned:
        raise Fault(
            f"holidays {installed} is installed, but {REQUIREMENTS.name} pins {pinned}; "
            "`make holidays` installs the pinned version"
        )
    return package, installed


def holidays_of(package, calendar: Calendar) -> dict[datetime.date, list[str]]:
    """The days of one calendar in date order, each with its names in alphabetical order."""
    # A year more at each end: the observed day of a New Year's Day can fall in the year before.
    found = package.country_holidays(
        calendar.country,
        subdiv=calendar.subdivision,
        years=range(FIRST_YEAR - 1, LAST_YEAR + 2),
        expand=False,
        observed=True,
        language=calendar.language,
        categories=package.PUBLIC,
    )
    # The package falls back to another language without a word.
    if calendar.language not in found.supported_languages:
        raise Fault(f"{calendar.code}: the package has no names in {calendar.language}")

    days = {
        day: sorted(set(found.get_list(day)))
        for day in sorted(found)
        if FIRST_YEAR <= day.year <= LAST_YEAR
    }
    missing = set(range(FIRST_YEAR, LAST_YEAR + 1)) - {day.year for day in days}
    if missing:
        raise Fault(f"{calendar.code}: the package has no holidays for {sorted(missing)}")
    for day, names in days.items():
        if any(not name.strip() or not name.isprintable() for name in names):
            raise Fault(f"{calendar.code}: {day} has a name that does not fit a row: {names}")
    return days


def provisional_days(days: dict[datetime.date, list[str]]) -> set[datetime.date]:
    """The days of the Japanese calendar whose date is not certain yet."""
    # Without this, a name changed in the package would silently make every day fixed.
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for equinox in EQUINOXES:
            if sum(day.year == year and equinox in names for day, names in days.items()) != 1:
                raise Fault(f"jp: {year} does not have exactly one {equinox}")
    names_seen = {name for names in days.values() for name in names}
    for name in (SUBSTITUTE, BETWEEN):
        if name not in names_seen:
            raise Fault(f"jp: the package no longer calls any day {name}")

    one_day = datetime.timedelta(days=1)
    unsure = {
        day
        for day, names in days.items()
        if day.year > EQUINOXES_ANNOUNCED_THROUGH and set(names) & set(EQUINOXES)
    }
    for day, names in days.items():
        if BETWEEN in names and {day - one_day, day + one_day} & unsure:
            unsure.add(day)
        if SUBSTITUTE in names:
            # It is the first free day after a holiday on a Sunday, so it depends on each day
            # from that Sunday on.
            earlier = day - one_day
            while earlier in days:
                if earlier in unsure:
                    unsure.add(day)
                if earlier.isoweekday() == 7:
                    break
                earlier -= one_day
    return unsure


def render(package, version: str, calendar: Calendar) -> str:
    """The whole text of one calendar's file."""
    days = holidays_of(package, calendar)
    unsure = provisional_days(days) if calendar.country == "JP" else set()

    place = calendar.country + (f"-{calendar.subdivision}" if calendar.subdivision else "")
    lines = [
        f"# Public holidays: {calendar.title} ({calendar.code})",
        f"# source: Python package holidays {version} (MIT licence), {place}, category public",
        f"# years {FIRST_YEAR}..{LAST_YEAR}",
        "# regenerate: make holidays (do not edit by hand)",
        *(f"# {note}" for note in calendar.notes),
    ]
    lines += [
        f"{day.isoformat()}\t{'provisional' if day in unsure else 'fixed'}\t{'; '.join(names)}"
        for day, names in days.items()
    ]
    return "\n".join(lines) + "\n"


def english(package, country: str, subdivision: str | None) -> str | None:
    """The language for the names: English where the package has it, else the country's own."""
    known = package.country_holidays(country, subdiv=subdivision).supported_languages
    return next((name for name in ("en_US", "en_GB", "en") if name in known), None)


def look_up(package, country: str, subdivision: str | None = None):
    """What the package has for a country or a part of it, in English where it can."""
    return package.country_holidays(
        country,
        subdiv=subdivision,
        years=range(FIRST_YEAR - 1, LAST_YEAR + 2),
        expand=False,
        observed=True,
        language=english(package, country, subdivision),
        categories=package.PUBLIC,
    )


def worked(found) -> dict[datetime.date, str]:
    """The days of weekends on which people work, each with the weekday like which they do."""
    days = {}
    for day, names in found.items():
        for text in re.findall(r"substituted from (\d\d/\d\d/\d{4})", names):
            date = datetime.datetime.strptime(text, "%m/%d/%Y").date()
            # Days that were worth moving because they fell on a weekend are not worked.
            if date in found.weekend_workdays and FIRST_YEAR <= date.year <= LAST_YEAR:
                days[date] = day.strftime("%a").lower()
    missing = [day for day in found.weekend_workdays if day.year >= FIRST_YEAR and day not in days]
    if missing:
        raise Fault(f"the package does not say like which day {found.country} works on {missing}")
    return days


def days_of(found):
    """The days of a country or a part of it: each with its names, and whether it is provisional.

    None where the package has no public holiday in one of the years.
    """
    announced = LAST_YEAR
    if found.country in ANNOUNCED_EACH_YEAR:
        announced = max(day.year for day in worked(found))
    days = {}
    for day in sorted(found):
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            names = [" ".join(name.split()) for name in found.get_list(day)]
            sure = sorted({name.removesuffix(ESTIMATED).replace(ESTIMATED, "") for name in names})
            # A day that is sure for one reason is a holiday, whatever the moon does.
            unsure = day.year > announced or all(ESTIMATED in name for name in names)
            days[day] = ("; ".join(sure), unsure)
    years = {day.year for day in days}
    return days if len(years) == LAST_YEAR - FIRST_YEAR + 1 else None


def compact(days) -> list[str]:
    """One line for each name, with its dates: `0101` in every year, `26:0403` in 2026."""
    by_name: dict[str, dict[str, list[str]]] = {}
    for day, (name, provisional) in days.items():
        dates = by_name.setdefault(name, {})
        date = ("?" if provisional else "") + day.strftime("%m%d")
        dates.setdefault(date, []).append(day.strftime("%y"))
    lines = []
    for name, dates in sorted(by_name.items()):
        words = []
        for date, years in dates.items():
            if len(years) == LAST_YEAR - FIRST_YEAR + 1 and not date.startswith("?"):
                words.append(date)
            else:
                sign = "?" if date.startswith("?") else ""
                words += [f"{sign}{year}:{date.removeprefix('?')}" for year in years]
        lines.append(f"{name}\t{' '.join(sorted(words, key=lambda word: word.removeprefix('?')))}")
    return lines


def world(package, version: str) -> str:
    """The whole text of the file with all other countries."""
    names = {code: name for name, (_, code, *_) in package.registry.COUNTRIES.items()}
    own = {calendar.country for calendar in CALENDARS} | set(WITHOUT_A_CALENDAR)
    lines = [
        "# Public holidays of all other countries, in English where the source has it",
        f"# source: Python package holidays {version} (MIT licence), category public",
        f"# years {FIRST_YEAR}..{LAST_YEAR}",
        "# regenerate: make holidays (do not edit by hand)",
        "# Days that are not yet announced are marked with `?`. A name such as `=fri` is for days of a",
        "# weekend that are worked like a Friday, for a day off elsewhere in the year.",
    ]
    for country in sorted(package.list_supported_countries(include_aliases=False)):
        if country in own:
            continue
        found = look_up(package, country)
        days = days_of(found)
        if days:
            lines.append(f">{country.lower()}\t{names[country].replace('_', '-')}")
            lines += compact({day: (f"={like}", False) for day, like in worked(found).items()})
            lines += compact(days)
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A TOML string."""
    return json.dumps(text, ensure_ascii=False)


def part(package, version: str, code: str) -> str:
    """The holidays of one part of a country, as a file that settings can include."""
    country, _, subdivision = code.upper().partition("-")
    parts = package.list_supported_countries(include_aliases=False).get(country)
    if parts is None or subdivision not in parts:
        known = ", ".join(f"{country}-{name}".lower() for name in parts or ())
        raise Fault(f"the package has no part {code}; it has: {known or 'no such country'}")
    days = days_of(look_up(package, country, subdivision))
    if days is None:
        raise Fault(f"the package has no holidays of {code} for some of the years")
    unsure = [day.isoformat() for day, (_, provisional) in days.items() if provisional]
    lines = [
        f"# Public holidays of {code}; source: Python package holidays {version} (MIT licence)",
        f"[holidays.{code}]",
        f'years = "{FIRST_YEAR}..{LAST_YEAR}"',
        f"provisional = [{', '.join(quoted(day) for day in unsure)}]",
        "",
        f"[holidays.{code}.days]",
        *(f"{quoted(day.isoformat())} = {quoted(name)}" for day, (name, _) in days.items()),
    ]
    return "\n".join(lines) + "\n"


def checked_in() -> dict[str, str]:
    """The calendar files as they are now, by name."""
    found = [*OUTPUT.glob("*.tsv"), *OUTPUT.glob(WORLD)]
    return {path.name: path.read_bytes().decode("utf-8") for path in found}


def check(wanted: dict[str, str]) -> int:
    present = checked_in()
    problems = []
    for name in sorted(wanted.keys() | present.keys()):
        if name not in present:
            problems.append(f"{name}: missing")
        elif name not in wanted:
            problems.append(f"{name}: not one of the calendars that are generated")
        elif present[name] != wanted[name]:
            difference = difflib.unified_diff(
                present[name].splitlines(),
                wanted[name].splitlines(),
                "checked in",
                "generated",
                n=0,
                lineterm="",
            )
            # The same lines with other line endings give an empty difference.
            shown = "\n".join(difference) or "the line endings or the last line differ"
            problems.append(f"{name}: differs\n{shown}")
    if problems:
        print("\n".join(problems), file=sys.stderr)
        print(
            f"data/holidays is out of date (files concerned: {len(problems)}); "
            "run `make holidays`, read the diff and commit it.",
            file=sys.stderr,
        )
        return 1
    print(f"data/holidays is up to date ({len(wanted)} calendars).")
    return 0


def write(wanted: dict[str, str]) -> int:
    OUTPUT.mkdir(parents=True, exist_ok=True)
    present = checked_in()
    # The directory holds nothing but generated calendars, so one that is no longer generated
    # goes.
    for name in sorted(present.keys() - wanted.keys()):
        (OUTPUT / name).unlink()
        print(f"removed {name}")
    for name, text in wanted.items():
        if present.get(name) != text:
            (OUTPUT / name).write_bytes(text.encode("utf-8"))
            print(f"wrote {name}")
    print(f"data/holidays is up to date ({len(wanted)} calendars).")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check",
        action="store_true",
        help="compare with the checked-in files, write nothing, and exit 1 when they differ",
    )
    parser.add_argument("part", nargs="?", help="a part of a country, such as us-ca, to print")
    arguments = parser.parse_args()
    try:
        package, version = load_package()
        if arguments.part:
            print(part(package, version, arguments.part.lower()), end="")
            return 0
        wanted = {
            f"{calendar.code}.tsv": render(package, version, calendar) for calendar in CALENDARS
        }
        wanted[WORLD] = world(package, version)
    except Fault as fault:
        print(f"holidays.py: {fault}", file=sys.stderr)
        return 2
    return check(wanted) if arguments.check else write(wanted)


if __name__ == "__main__":
    sys.exit(main())
