"""A kintone on loopback for tests, the demo and benchmarks; shares no code with the client.

In the same process:

    from local_kintone import LocalKintone

    with LocalKintone(seed="demo") as kintone:
        token = kintone.token(1, "view", "add")
        kintone.url  # "http://127.0.0.1:40123"
        kintone.fail(api="records", status=503, times=2)

Alone, for curl or a Dify in debug mode:

    python -m local_kintone --port 8787 --seed demo

What it answers follows https://kintone.dev/en/docs/kintone/rest-api/ and, where that is silent, answers of live
servers that were published. A call that it does not know is answered with 501 LOCAL_UNKNOWN_CALL.
"""

from local_kintone.failures import Failure
from local_kintone.local import LocalKintone
from local_kintone.settings import Settings
from local_kintone.traffic import Stats
from local_kintone.wire.request import Received

__all__ = ["Failure", "LocalKintone", "Received", "Settings", "Stats"]
