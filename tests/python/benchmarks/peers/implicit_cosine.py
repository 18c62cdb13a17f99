"""The implicit library's cosine neighbours, from order lines to a table.

Its C++ gives the nearest products and their cosine; support, confidence, lift and
Jaccard, which martlet's table also has, are not among it.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from implicit.nearest_neighbours import CosineRecommender
from scipy.sparse import csr_matrix

NEIGHBOURS = 50
LARGEST_BASKET = 500
FEWEST_COOCCURRENCES = 2
FREE = pa.scalar(Decimal(0), pa.decimal128(18, 4))


def run(inputs: Path, outputs: Path) -> None:
    """Write each product's neighbours to ``neighbours.parquet``."""
    baskets, products = _baskets(inputs / "intermediate/int_order_lines.parquet")
    # A product is its own nearest neighbour.
    model = CosineRecommender(K=NEIGHBOURS + 1)
    model.fit(baskets, show_progress=False)
    occurrences = np.asarray(baskets.sum(axis=0)).ravel()
    pq.write_table(
        _table(model.similarity, occurrences, products), outputs / "neighbours.parquet"
    )


def _baskets(file: Path) -> tuple[csr_matrix, pa.Array]:
    """Read a matrix of orders by products, 1 where an order holds a product."""
    lines = wanted_lines(file, ["order_id", "product_id"])
    orders, products = (
        lines[name].combine_chunks().dictionary_encode() for name in lines.column_names
    )
    order, product = orders.indices.to_numpy(), products.indices.to_numpy()
    # Building the matrix sums repeats, so a product that stands twice would weigh two.
    held = csr_matrix((np.ones(len(order)), (order, product)))
    held.data[:] = 1.0
    return held[held.getnnz(axis=1) <= LARGEST_BASKET], products.dictionary


def wanted_lines(file: Path, columns: list[str]) -> pa.Table:
    """Read lines of merchandise that had a price."""
    return pq.read_table(
        file,
        columns=columns,
        filters=pc.field("is_order")
        & pc.field("is_merchandise")
        & (pc.field("quantity") > 0)
        & (pc.field("gross_sales") > FREE),
    )


def _table(
    similarity: csr_matrix, occurrences: np.ndarray, products: pa.Array
) -> pa.Table:
    """Tell the neighbours by product, those seen together too rarely left out."""
    near = similarity.tocoo()
    together = near.data * np.sqrt(occurrences[near.row] * occurrences[near.col])
    is_kept = (near.row != near.col) & (together > FEWEST_COOCCURRENCES - 0.5)
    return pa.table(
        {
            "product_1": products.take(pa.array(near.row[is_kept])),
            "product_2": products.take(pa.array(near.col[is_kept])),
            "cooccurrences": np.rint(together[is_kept]).astype(np.int64),
            "cosine_similarity": near.data[is_kept],
        }
    )
