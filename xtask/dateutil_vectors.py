"""Random recurrence rules and what python-dateutil makes of them: dateutil_vectors.py COUNT SEED.

Prints vectors as `cargo xtask vectors` reads them. Only classes of rules in which dateutil follows RFC 5545 are
drawn, and DTSTART is always an instance of its rule. Left out are: BYWEEKNO without BYDAY (dateutil gives all seven
days), with INTERVAL or BYSETPOS (it counts days of the old year to the new one); BYSETPOS in weekly rules (it counts
from DTSTART) and below a day; BYDAY lists that mix numbered and plain days (it wants both to hold).
"""

import datetime
import itertools
import json
import random
import signal
import sys

from dateutil import rrule

FREQUENCIES = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
# How many days of a rule are looked at.
HORIZON = {"YEARLY": 6000, "MONTHLY": 2500, "WEEKLY": 800, "DAILY": 500, "HOURLY": 60, "MINUTELY": 3, "SECONDLY": 1}


def draw(rng):
    """A rule as text, without an end."""
    freq = rng.choice(FREQUENCIES)
    parts = {"FREQ": freq}
    months, below_a_day = freq in ("YEARLY", "MONTHLY"), freq in FREQUENCIES[4:]

    def some(name, values, chance=0.2):
        if rng.random() < chance:
            parts[name] = ",".join(str(value) for value in rng.sample(list(values), rng.randint(1, 3)))

    either = lambda most: [*range(1, most + 1), *range(-most, 0)]
    if rng.random() < 0.5:
        parts["INTERVAL"] = rng.randint(2, 4 if months else 20)
    # dateutil tries every minute and second of the months that do not match.
    if freq not in ("MINUTELY", "SECONDLY"):
        some("BYMONTH", range(1, 13))
        # BYMONTHDAY has no meaning in a weekly rule (RFC 5545 §3.3.10).
        some("BYMONTHDAY", either(31), 0 if freq == "WEEKLY" else 0.2)
    if freq in ("YEARLY", "HOURLY"):
        some("BYYEARDAY", either(366))
    some("BYHOUR", range(24))
    some("BYMINUTE", range(60))
    some("BYSECOND", range(60))
    if freq == "YEARLY" and rng.random() < 0.2:
        some("BYWEEKNO", [*range(1, 54), *range(-9, 0)], 1)
        parts.pop("INTERVAL", None)
        some("BYDAY", DAYS, 1)
    elif months and rng.random() < 0.3:
        some("BYDAY", [f"{number}{day}" for number in either(5) for day in DAYS], 1)
    elif freq != "SECONDLY":
        some("BYDAY", DAYS, 0.3)
    if freq in ("YEARLY", "MONTHLY", "DAILY") and "BYWEEKNO" not in parts and len(parts) > 2:
        some("BYSETPOS", either(4))
    if rng.random() < 0.3:
        parts["WKST"] = rng.choice(DAYS)
    return freq, ";".join(f"{name}={value}" for name, value in parts.items())


def vector(rng):
    freq, rule = draw(rng)
    start = datetime.datetime(2000, 1, 1) + datetime.timedelta(
        days=rng.randrange(12000), seconds=rng.choice([3600 * rng.randrange(24), rng.randrange(86400)]))
    expand = lambda text: list(itertools.islice(rrule.rrulestr(text, dtstart=start), 400))
    written = lambda time: time.strftime("%Y%m%dT%H%M%S")
    # What hardly ever or never matches dateutil seeks to the year 9999: such rules are left out.
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.1)
    try:
        until = f";UNTIL={written(start + datetime.timedelta(days=HORIZON[freq]))}"
        first = expand(rule + until)
        if not first:
            return None
        start = first[0]
        found = expand(rule + until)
        if found[:1] != [start]:
            return None
        end = until
        if len(found) == 400 or rng.random() < 0.3:
            end = f";COUNT={(len(found) + 1) // 2}"
            found = expand(rule + end)
    except (ValueError, TimeoutError):
        # dateutil refuses some of what can never match.
        return None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return {"dtstart": written(start), "rrule": rule + end, "instances": ",".join(map(written, found))}


def too_long(*_):
    raise TimeoutError


def main():
    signal.signal(signal.SIGVTALRM, too_long)
    count, rng = int(sys.argv[1]), random.Random(int(sys.argv[2]))
    drawn = iter(lambda: vector(rng), False)
    for one in itertools.islice((one for one in drawn if one), count):
        print(json.dumps(one))


main()
