"""What keeps Spark from starting is told in words that a person can act on."""

from __future__ import annotations

import pytest

from martlet.settings import load_settings
from martlet.warehouse.spark_faults import explain_spark_error
from support import PROJECT_DIR


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("No module named 'dbt.adapters.spark'", "make spark"),
        ("No module named 'pyspark'", "make spark"),
        ("[JAVA_GATEWAY_EXITED] Java gateway process exited", "JAVA_HOME"),
        (
            "Unable to instantiate org.apache.hadoop.hive.ql.metadata."
            "SessionHiveMetaStoreClient",
            "Close the other process",
        ),
        (
            "An error occurred while calling "
            "None.org.apache.spark.sql.classic.SparkSession.",
            "MARTLET_SPARK_MASTER=",
        ),
    ],
)
def test_a_fault_says_what_to_do(text: str, hint: str) -> None:
    told = explain_spark_error(text, load_settings(PROJECT_DIR))
    assert told is not None
    assert hint in told.hint


def test_what_is_unknown_is_not_explained() -> None:
    assert explain_spark_error("division by zero", load_settings(PROJECT_DIR)) is None
