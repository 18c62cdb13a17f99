"""The implicit library's item-based lists for everyone, from order lines to a table.

Its neighbours are of customers' purchases, and nothing is left out but what they bought:
no stock, no repurchase, no limit by category, no reason.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from implicit.nearest_neighbours import CosineRecommender
from scipy.sparse import csr_matrix
from tests.python.benchmarks.peers.implicit_cosine import NEIGHBOURS, wanted_lines

LENGTH = 20


def run(inputs: Path, outputs: Path) -> None:
    """Write each customer's list to ``lists.parquet``."""
    lines = wanted_lines(
        inputs / "intermediate/int_order_lines.parquet", ["customer_id", "product_id"]
    )
    customers, products = (
        lines[name].combine_chunks().dictionary_encode() for name in lines.column_names
    )
    customer, product = customers.indices.to_numpy(), products.indices.to_numpy()
    bought = csr_matrix((np.ones(len(customer)), (customer, product)))
    model = CosineRecommender(K=NEIGHBOURS + 1)
    model.fit(bought, show_progress=False)
    everyone = np.arange(bought.shape[0])
    ids, scores = model.recommend(everyone, bought, N=LENGTH)
    is_found = ids.ravel() >= 0
    rows = np.repeat(everyone, LENGTH)[is_found]
    pq.write_table(
        pa.table(
            {
                "customer_id": customers.dictionary.take(pa.array(rows)),
                "product_id": products.dictionary.take(pa.array(ids.ravel()[is_found])),
                "score": scores.ravel()[is_found],
            }
        ),
        outputs / "lists.parquet",
    )
