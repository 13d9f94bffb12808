"""The calls whose answers the benchmark counts."""

from benchmarks.characters import measure
from benchmarks.server import ROOT, KintoneServer
from dify_host import DifyHost
from tests.contract.agreed_names import TOOLS


def test_each_tool_answers() -> None:
    """Every tool is asked something, with a token that may do it."""
    with KintoneServer() as server:
        environment = {"KINTONE_ALLOWED_ORIGINS": server.url, **server.environment}
        with DifyHost(ROOT, environment=environment) as host:
            answers = measure(server, host)

    assert {answer.title.split("`")[1] for answer in answers} == set(TOOLS)
    assert all(answer.characters for answer in answers)
