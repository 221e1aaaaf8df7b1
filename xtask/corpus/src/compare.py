"""Reads the files that stdin names, one JSON string a line, and answers each with one line of JSON.

The first line is the version of `icalendar`. An answer holds the properties as [NAME, {PARAMETER: [values]}, raw value],
those lines that could not be taken apart, and the error where the file as a whole could not be read.
"""

import json
import sys

import icalendar
from icalendar.parser import Contentlines


def as_list(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def taken_apart(line):
    # Older versions know `parts` only, which unescapes.
    name, params, value = getattr(line, "raw_parts", line.parts)()
    return [name.upper(), {key.upper(): as_list(held) for key, held in params.items()}, value]


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    try:
        icalendar.Calendar.from_ical(data, multiple=True)
        lines = [line for line in Contentlines.from_ical(data) if line]
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}", "properties": [], "unread": []}
    properties, unread = [], []
    for line in lines:
        try:
            properties.append(taken_apart(line))
        except ValueError:
            unread.append(str(line))
    return {"error": None, "properties": properties, "unread": unread}


print(json.dumps(icalendar.__version__), flush=True)
for path in sys.stdin:
    print(json.dumps(read(json.loads(path))), flush=True)
