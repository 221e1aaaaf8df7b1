"""Every example in the documentation runs, those of the classes that are written in Rust included."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

import reefknot


def documented() -> dict[str, str]:
    """All texts with examples, by where they stand."""
    texts = {"reefknot": reefknot.__doc__ or ""}
    for name in reefknot.__all__:
        thing = getattr(reefknot, name)
        texts[name] = getattr(thing, "__doc__", None) or ""
        members = vars(thing).items() if isinstance(thing, type) else ()
        # A plain value, such as a member of an enumeration, has the documentation of its type.
        for member, of in ((member, of) for member, of in members if isinstance(of, type) or hasattr(of, "__get__")):
            texts[f"{name}.{member}"] = getattr(of, "__doc__", None) or ""
    readme = Path(__file__).parents[1] / "README.md"
    texts[readme.name] = readme.read_text(encoding="utf-8").replace("```", "")
    return {name: text for name, text in texts.items() if ">>>" in text}


@pytest.mark.parametrize("name", documented())
def test_example_runs(name: str) -> None:
    examples = doctest.DocTestParser().get_doctest(documented()[name], {}, name, None, None)
    results = doctest.DocTestRunner().run(examples)
    assert results.failed == 0 and results.attempted > 0


def test_everything_public_says_what_it_is() -> None:
    for name in reefknot.__all__:
        assert getattr(reefknot, name).__doc__, name
