"""The marketplace's rules for Python code."""

import ast
from collections.abc import Iterator

from scripts.difypkg.selection import Files

REQUEST_FUNCTIONS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request"})


def check_code(files: Files) -> Iterator[str]:
    """Yield one line for each file that does not compile and each request without a time-out."""
    for path, content in files.items():
        if not path.endswith(".py"):
            continue
        try:
            tree = ast.parse(content, path)
            compile(tree, path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            yield f"{path}: does not compile: {error}"
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _lacks_timeout(node):
                yield f"{path}:{node.lineno}: a request without a time-out"


def _lacks_timeout(call: ast.Call) -> bool:
    function = call.func
    if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
        return False
    is_request = function.value.id in {"requests", "httpx"} and function.attr in REQUEST_FUNCTIONS
    return is_request and all(keyword.arg not in {"timeout", None} for keyword in call.keywords)
