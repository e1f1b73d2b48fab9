from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from bartizan.campaign import keys


def test_workers_compute_on_one_thread_whatever_the_user_has_set() -> None:
    pytest.importorskip("threadpoolctl")
    code = (
        "import json, bartizan.campaign.engine, threadpoolctl\n"
        "print(json.dumps([pool['num_threads'] for pool in threadpoolctl.threadpool_info()]))\n"
    )
    set_by_user = {**os.environ, "OMP_NUM_THREADS": "8", "OPENBLAS_NUM_THREADS": "8"}
    said = subprocess.run([sys.executable, "-c", code], env=set_by_user, capture_output=True, text=True, check=True)
    found = json.loads(said.stdout)
    assert found
    assert {str(n) for n in found} == {keys.environment()["threads"]}
