"""Whoever has a released table cannot work out what it withholds.

An attacker solves for the least and the greatest that each withheld cell can be, by
linear programming, in hundreds of tables of one to three dimensions with all totals.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from released_tables import (
    ALL,
    MAX_SHARE,
    MIN_CUSTOMERS,
    Contents,
    Judged,
    Reader,
    Suppression,
    cells_of,
    compile_suppression,
)

DIMENSIONS = {n: ("a", "b", "c")[:n] for n in (1, 2, 3)}
NEGLIGIBLE = 1e-6


def drawn(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )


SIZES = {
    1: st.tuples(st.integers(1, 7)),
    2: st.tuples(st.integers(1, 5), st.integers(1, 5)),
    3: st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)),
}
COUNTS = st.sampled_from([0, 0, 1, 1, 2, 4, 7, 9, 10, 11, 14, 25, 60])


@st.composite
def tables(draw: st.DrawFn, width: int, shared: bool = False) -> Contents:
    """Draw who is in each cell and what they bought; some cells have a big spender.

    Where customers are not ``shared`` each is in one cell, so that they add up.
    """
    contents = {}
    for number, cell in enumerate(cells_of(draw(SIZES[width]))):
        of_one = draw(st.sampled_from([1, 1, 1, 40, 400]))
        contents[cell] = [
            (f"{'' if shared else number}-{n}", of_one if n == 0 else 1)
            for n in range(draw(COUNTS))
        ]
    return {cell: customers for cell, customers in contents.items() if customers}


@pytest.fixture(scope="module")
def suppression(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Suppression]:
    """The macros for one, two and three dimensions."""
    directory: Path = tmp_path_factory.mktemp("suppression")
    return dict(
        zip(
            DIMENSIONS,
            compile_suppression(directory, list(DIMENSIONS.values())),
            strict=True,
        )
    )


def assert_nothing_can_be_told(rows: list[Judged]) -> None:
    customers, sales = Reader(rows, "customers"), Reader(rows, "sales")
    for row in rows:
        if not row.is_sensitive:
            continue
        assert row.is_suppressed
        if row.is_few:
            least, greatest = customers.bounds(row.cell)
            assert least <= NEGLIGIBLE, (row, least, greatest)
            assert greatest >= MIN_CUSTOMERS - NEGLIGIBLE, (row, least, greatest)
        if row.greatest_part > MAX_SHARE * row.sales:
            # So large that the greatest part is not too great a share of it.
            _, greatest = sales.bounds(row.cell)
            enough = min(row.greatest_part / MAX_SHARE, total_sales(rows))
            assert greatest >= enough - NEGLIGIBLE, (row, greatest)
    few = [row for row in rows if row.is_few and ALL not in row.cell]
    if 0 < sum(row.customers for row in few) < MIN_CUSTOMERS:
        least, greatest = customers.bounds(*(row.cell for row in few))
        assert least <= NEGLIGIBLE and greatest >= MIN_CUSTOMERS - NEGLIGIBLE, few


def total_sales(rows: list[Judged]) -> float:
    return sum(row.sales for row in rows if ALL not in row.cell)


@drawn(20)
@given(several=st.lists(tables(1), min_size=10, max_size=10))
def test_one_dimension_gives_no_cell_away(
    suppression: dict[int, Suppression], several: list[Contents]
) -> None:
    for rows in suppression[1].judge(several):
        assert_nothing_can_be_told(rows)


@drawn(40)
@given(several=st.lists(tables(2), min_size=10, max_size=10))
def test_two_dimensions_give_no_cell_away(
    suppression: dict[int, Suppression], several: list[Contents]
) -> None:
    for rows in suppression[2].judge(several):
        assert_nothing_can_be_told(rows)


@drawn(20)
@given(several=st.lists(tables(3), min_size=10, max_size=10))
def test_three_dimensions_give_no_cell_away(
    suppression: dict[int, Suppression], several: list[Contents]
) -> None:
    for rows in suppression[3].judge(several):
        assert_nothing_can_be_told(rows)


@drawn(20)
@given(several=st.lists(tables(2, shared=True), min_size=10, max_size=10))
def test_customers_in_several_cells_are_not_given_away_by_their_orders(
    suppression: dict[int, Suppression], several: list[Contents]
) -> None:
    for rows in suppression[2].judge(several):
        orders = Reader(rows, "orders")
        for row in rows:
            if row.is_few:
                _, greatest = orders.bounds(row.cell)
                assert greatest >= MIN_CUSTOMERS - NEGLIGIBLE, (row, greatest)


def judge_one(suppression: Suppression, contents: Contents) -> list[Judged]:
    (rows,) = suppression.judge([contents])
    return rows


def people(cell: tuple[str, ...], count: int) -> list[tuple[str, int]]:
    return [(f"{'-'.join(cell)}-{n}", 1) for n in range(count)]


def test_the_attacker_undoes_what_only_looks_at_lines(
    suppression: dict[int, Suppression],
) -> None:
    """Two withheld cells in every line are not enough: here one is told all the same.

    Two squares of withheld cells hang together by one more, whose row and column have
    others; yet it is the difference of sums that are told.
    """
    counts = [[3, 20, 20, 20], [20, 3, 4, 20], [20, 20, 3, 20], [20, 20, 20, 3]]
    contents = {
        (f"v{i}", f"v{j}"): people((f"v{i}", f"v{j}"), count)
        for i, row in enumerate(counts)
        for j, count in enumerate(row)
    }
    squares = {(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 3), (3, 2), (3, 3), (1, 2)}
    by_lines = [
        Judged(
            **vars(row)
            | {"is_suppressed": (int(row.cell[0][1]), int(row.cell[1][1])) in squares}
        )
        if ALL not in row.cell
        else row
        for row in judge_one(suppression[2], contents)
    ]
    by_lines = [
        Judged(
            **vars(row) | {"is_suppressed": row.is_suppressed and ALL not in row.cell}
        )
        for row in by_lines
    ]
    assert Reader(by_lines, "customers").bounds(("v1", "v2")) == pytest.approx((4, 4))
    with pytest.raises(AssertionError):
        assert_nothing_can_be_told(by_lines)
    assert_nothing_can_be_told(judge_one(suppression[2], contents))


def test_more_is_told_than_totals(suppression: dict[int, Suppression]) -> None:
    """Ten large countries with one small corner lose four cells and no total."""
    contents = {
        cell: people(cell, 2 if cell == ("v0", "v0") else 30)
        for cell in cells_of((5, 4))
    }
    rows = judge_one(suppression[2], contents)
    withheld = [row.cell for row in rows if row.is_suppressed]
    assert len(withheld) == 4
    assert all(ALL not in cell for cell in withheld)
