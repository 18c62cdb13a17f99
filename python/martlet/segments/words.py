"""Take a filter apart into words before any parser sees it.

A filter is untrusted, and a parser of all of SQL understands far more than a filter may
say: its comments, casts, parameters and strings in five notations, and nesting that
exhausts its stack. What is not one of a few marks, a known word, a number or a plain
text is refused here, in time that grows with the length alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from martlet.errors import UsageError

MOST_CHARACTERS = 2000
MOST_WORDS = 400
DEEPEST_NESTING = 20
MOST_SIGNS_IN_A_ROW = 8
LONGEST_TEXT = 60

FUNCTIONS = frozenset(
    {
        *("abs", "ceil", "floor", "round"),
        *("length", "lower", "trim", "upper"),
        *("coalesce", "nullif"),
        *("day", "month", "quarter", "year", "extract"),
    }
)
# Words of the language that filters speak beside them.
_LANGUAGE = frozenset(
    {
        *("and", "or", "not", "between", "in", "is", "distinct", "like", "ilike"),
        *("null", "true", "false", "cast", "as", "from"),
        *("date", "timestamp", "interval"),
        *("day", "days", "week", "weeks", "month", "months", "quarter"),
        *("year", "years"),
    }
)
_WORD = re.compile(
    r"""
    (?P<space>\ +)
    | (?P<text>'(?:[^']|'')*')
    | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<comment>--|/\*)
    | (?P<mark><=|>=|<>|!=|[=<>+\-*/(),])
    """,
    re.VERBOSE,
)
_ADJOINING = ("text", "number", "name")
_NOT_SPOKEN = {
    '"': "Names of columns need no quotes; text stands in single ones: country = 'DE'.",
    "“": "Text stands in single straight quotes: country = 'DE'.",
    "‘": "Text stands in single straight quotes: country = 'DE'.",
    "’": "Text stands in single straight quotes: country = 'DE'.",
    ";": "A filter is one condition, without a semicolon.",
    "-": "A filter has no comments; what is negated twice needs brackets: -(-1).",
    "/": "A filter has no comments.",
    "'": "A text begins there that does not end; a quote in a text is written twice.",
}
_EXAMPLE = "A filter looks like: churn_score > 0.7 and rfm_segment = 'Champions'"


def check_words(text: str, columns: Mapping[str, object]) -> None:
    """Refuse whatever a filter on ``columns`` has no need of.

    Raises
    ------
    UsageError
        Too long, too deeply nested, or with a character, word, column or function that
        filters do not know.
    """
    if len(text) > MOST_CHARACTERS:
        raise UsageError(
            f"The filter has {len(text):,} characters, and {MOST_CHARACTERS:,} are the "
            "most.",
            "Say it shorter, or write a model: see CONTRIBUTING.md, Add a segment.",
        )
    words = list(_words(text))
    if not words:
        raise UsageError("The filter is empty.", _EXAMPLE)
    _check_size(words)
    for (kind, word), (_, following) in zip(words, [*words[1:], ("", "")], strict=True):
        if kind == "name":
            _check_name(word.lower(), columns, is_call=following == "(")
        elif kind == "text" and len(word) - 2 > LONGEST_TEXT:
            raise UsageError(
                f"A text of the filter has more than {LONGEST_TEXT} characters.",
                "Compare with its beginning: city like 'Llanfair%'",
            )


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Yield kind and wording of everything but spaces."""
    strange = next((sign for sign in text if not sign.isprintable()), None)
    if strange:
        raise UsageError(
            f"The filter holds a character that cannot be seen: U+{ord(strange):04X}.",
            "Type the filter anew rather than pasting it, on one line.",
        )
    position, before = 0, ""
    while position < len(text):
        found = _WORD.match(text, position)
        kind = found.lastgroup if found else ""
        if (
            not found
            or kind == "comment"
            or (kind in _ADJOINING and before in _ADJOINING)
        ):
            raise _not_understood(text, position)
        if kind == "text" and re.search(r"[{}\\]", found[0]):
            raise UsageError(
                f"The text {found[0]} holds a brace or a backslash, which dbt and some "
                "databases take for code.",
                "Compare without it: city like 'Frank%'",
            )
        if kind != "space":
            yield kind, found[0]
        position, before = found.end(), kind


def _not_understood(text: str, position: int) -> UsageError:
    sign = text[position]
    return UsageError(
        f"The filter cannot hold {sign} there: "
        f"{text[max(0, position - 20) : position]} ▸ {text[position : position + 20]}",
        _NOT_SPOKEN.get(sign, _EXAMPLE),
    )


def _check_size(words: list[tuple[str, str]]) -> None:
    depth = deepest = signs = most_signs = 0
    for _, word in words:
        depth += (word == "(") - (word == ")")
        deepest = max(deepest, depth)
        signs = signs + 1 if word.lower() in ("not", "-", "+") else 0
        most_signs = max(most_signs, signs)
    if len(words) > MOST_WORDS:
        said = f"has {len(words)} words and marks, and {MOST_WORDS} are the most"
    elif deepest > DEEPEST_NESTING or most_signs > MOST_SIGNS_IN_A_ROW:
        said = f"is nested more than {DEEPEST_NESTING} deep, or negated again and again"
    elif depth:
        said = "does not close what it opens"
    else:
        return
    raise UsageError(f"The filter {said}.", _EXAMPLE)


def _check_name(name: str, columns: Mapping[str, object], *, is_call: bool) -> None:
    if name in columns or name in _LANGUAGE or (is_call and name in FUNCTIONS):
        return
    if is_call:
        raise UsageError(
            f"A filter cannot call {name[:60]}().",
            "It can call: " + ", ".join(sorted(FUNCTIONS)),
        )
    raise no_such_column(name, columns)


def no_such_column(name: str, columns: Mapping[str, object]) -> UsageError:
    """Say that there is no such column, and which there are that look like it."""
    close = get_close_matches(name, columns, n=3, cutoff=0.5)
    return UsageError(
        f"customer_profiles has no column '{name[:60]}'.",
        f"Did you mean: {', '.join(close)}?"
        if close
        else f"Text stands in single quotes. Columns are: {', '.join(columns)}",
    )
