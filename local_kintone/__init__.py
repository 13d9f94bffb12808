"""A local kintone server for tests, the demo and benchmarks. It shares no code with the plugin.

In the same process:

    from local_kintone import LocalKintone

    with LocalKintone(seed="demo") as kintone:
        token = kintone.token(1, "view", "add")
        kintone.url  # "http://127.0.0.1:40123"
        kintone.fail(api="records", status=503, times=2)

Without sockets, one request at a time; a clock may be given:

    kintone = LocalKintone(seed="none", clock=clock)
    answer = kintone.exchange("GET", "/k/v1/app.json?id=1", {"User-Agent": "test", "X-Cybozu-API-Token": token})

As a separate process, for curl or a Dify in debug mode:

    python -m local_kintone --port 8787 --seed demo

The answers follow https://kintone.dev/en/docs/kintone/rest-api/. Where that documents nothing, they follow published
answers of live servers. An unsupported call is answered with 501 LOCAL_UNKNOWN_CALL.
"""

from local_kintone.clock import Clock, RealClock
from local_kintone.local import LocalKintone
from local_kintone.numbers import NumberPrecision
from local_kintone.serving.certificates import ClientCertificate
from local_kintone.serving.failures import Failure
from local_kintone.serving.in_process import ConnectionCutError
from local_kintone.serving.messages import ReceivedRequest, Response
from local_kintone.serving.traffic import Stats
from local_kintone.settings import Settings
from local_kintone.storage.write_log import Write

__all__ = [
    "ClientCertificate",
    "Clock",
    "ConnectionCutError",
    "Failure",
    "LocalKintone",
    "NumberPrecision",
    "RealClock",
    "ReceivedRequest",
    "Response",
    "Settings",
    "Stats",
    "Write",
]
