"""A night of Dateline in Airflow: put it into the DAGs folder of a worker that has ``dateline`` and sees archive and lake.

Exit codes become what Airflow has for them: 3 (another run holds the lake) is a skip; 2 and 4 (wrong usage, too many
rejects) fail at once, because trying again changes nothing; 1 is tried again, twice.
"""

from __future__ import annotations

import datetime as dt

try:  # Airflow 3
    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.sdk import DAG
    from airflow.sdk.exceptions import AirflowFailException
except ImportError:
    from airflow import DAG
    from airflow.exceptions import AirflowFailException
    from airflow.operators.bash import BashOperator

ARCHIVE = "/srv/news"
LAKE = "/srv/lake"

HOPELESS = (2, 4)


class Dateline(BashOperator):
    """Runs one ``dateline`` command."""

    def execute(self, context):
        """Run it; fail for good where another try would end the same."""
        try:
            return super().execute(context)
        except AirflowFailException:
            raise
        except Exception as error:
            if any(f"exit code {code}" in str(error) for code in HOPELESS):
                raise AirflowFailException(str(error)) from error
            raise


with DAG(
    dag_id="dateline_nightly",
    description="What is new in the news archive becomes tables",
    schedule="30 2 * * *",
    start_date=dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc),
    catchup=False,  # a run does all that is new: nights that were missed need no run of their own
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": dt.timedelta(minutes=10), "email_on_failure": True},
    tags=["dateline"],
) as dag:
    run = Dateline(
        task_id="run",
        bash_command=f"dateline run {ARCHIVE} --lake {LAKE} --log json ",
        skip_on_exit_code=3,
        execution_timeout=dt.timedelta(hours=8),
    )
    verify = Dateline(
        task_id="verify",
        bash_command=f"dateline verify --lake {LAKE} ",
        retries=0,
        trigger_rule="none_failed",
    )
    run >> verify
