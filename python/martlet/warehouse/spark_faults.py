"""What a person can mend of what Spark says went wrong."""

from __future__ import annotations

from martlet.errors import EnvironmentFault
from martlet.settings import Settings


def explain_spark_error(text: str, settings: Settings) -> EnvironmentFault | None:
    """Tell what an error of Spark, or its lack, means, and what to do; None if unknown.

    Parameters
    ----------
    text : str
        What Spark, dbt or Python said.
    settings : Settings
        Of the home that was to be opened.
    """
    if "dbt.adapters.spark" in text or "No module named 'pyspark'" in text:
        return EnvironmentFault(
            "Spark is not installed.",
            "Install it: make spark, or pip install 'martlet[spark]'",
        )
    if "JAVA_GATEWAY_EXITED" in text:
        return EnvironmentFault(
            "Spark could not start: it needs Java 17 or later, and a master that it knows.",
            "Install Java, or set JAVA_HOME to where it is; leave MARTLET_SPARK_MASTER "
            "out, or give it as spark://host:7077.",
        )
    if "SessionHiveMetaStoreClient" in text:
        return EnvironmentFault(
            "The warehouse of Spark cannot be opened: another process may hold it, since "
            f"its metastore in {settings.home} takes one at a time, or it may not be "
            "written there.",
            "Close the other process, then run the same command again.",
        )
    if "calling None.org.apache.spark" in text:
        return EnvironmentFault(
            "Spark's master cannot be reached.",
            "Start it, or name another: MARTLET_SPARK_MASTER=spark://host:7077",
        )
    return None
