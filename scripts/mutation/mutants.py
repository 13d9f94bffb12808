"""The mutations: every one-place change of a module's text, from its syntax tree.

Text that no test should assert is left out: docstrings, annotations, decorators, ``__all__`` and ``__slots__``, and the
words of log lines and of sentences for people.
"""

import ast
import copy
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitXor: ast.BitOr,
}
RENAMED = {
    pair: other
    for one, two in (
        ("min", "max"), ("any", "all"), ("startswith", "endswith"), ("removeprefix", "removesuffix"),
        ("find", "rfind"), ("partition", "rpartition"), ("split", "rsplit"), ("search", "match"),
    )
    for pair, other in ((one, two), (two, one))
} | {"fullmatch": "match"}  # fmt: skip
DROPPED = {"lower", "upper", "casefold", "strip", "lstrip", "rstrip", "sorted"}
UNMUTATED_NAMES = {"__all__", "__slots__"}
AROUND = 40
"""Characters shown before and behind what differs."""
NEEDS_NO_BRACKETS = (ast.Constant, ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.JoinedStr, ast.Tuple)
REGEX_TOKEN = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)|\(\?(?:P<\w+>|<?[=!]|:|[a-z]+\))|\{\d+,?\d*\}|[*+?]\??|.", re.DOTALL
)
LETTERS = re.compile("[a-zA-Z]{3}")
"""A letter amid others is left: a word without it is as wrong as without its first or last."""
CLASS_TOKEN = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)|[^\\\]]-[^\\\]]|.", re.DOTALL)


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Mutant(NamedTuple):
    """One mutant: its place, the text before and after, and the replaced bytes."""

    module: str
    function: str
    """Class and function, blank for what runs when the module is imported."""
    first: int
    last: int
    """The lines that have to run for it to matter."""
    old: str
    new: str
    start: int
    end: int
    text: str
    """What replaces the bytes from start to end."""

    def applied(self, source: str) -> str:
        """Return the module's text with the mistake."""
        encoded = source.encode()
        return (encoded[: self.start] + self.text.encode() + encoded[self.end :]).decode()

    def __str__(self) -> str:
        """Return place and change in one line."""
        return f"{self.module}:{self.first} {self.function or '(module)'}: {self.old}  →  {self.new}"


def mutants_of(source: str, module: str) -> list[Mutant]:
    """Return every mutant of a module's text, each once, in the order of the text."""
    found = dict.fromkeys(_Finder(source, module).mutants())
    return sorted({(each.start, each.end, each.text): each for each in found}.values(), key=lambda each: each.start)


class _Finder:
    def __init__(self, source: str, module: str) -> None:
        self._source = source.encode()
        self._module = module
        self._starts = [0]
        for line in self._source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def mutants(self) -> Iterator[Mutant]:
        yield from self._block(ast.parse(self._source).body, "", (0, 0))

    def _block(self, body: Sequence[ast.stmt], function: str, lines: tuple[int, int]) -> Iterator[Mutant]:
        for statement in body:
            yield from self._statement(statement, function, lines)

    def _definition(self, node: Definition, function: str) -> Iterator[Mutant]:
        inner = f"{function}.{node.name}".lstrip(".")
        if isinstance(node, ast.ClassDef):
            yield from self._block(node.body, inner, (0, 0))
            return
        within = (node.body[0].lineno, node.end_lineno or 0)
        for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            yield from self._expression(default, inner, within)
        yield from self._block(node.body, inner, within)

    def _statement(self, node: ast.stmt, function: str, lines: tuple[int, int]) -> Iterator[Mutant]:
        if isinstance(node, Definition):
            yield from self._definition(node, function)
            return
        if _is_left_out(node):
            return
        own = self._lines(node, lines)
        yield from self._whole(node, function, own)
        has_block = hasattr(node, "body")
        for field, value in ast.iter_fields(node):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.stmt):
                    yield from self._statement(child, function, lines)
                elif isinstance(child, ast.ExceptHandler | ast.match_case):
                    yield from self._part(child, function, lines)
                elif isinstance(child, ast.AST) and field != "annotation":
                    # The head of a block runs by itself, a part of any other statement with all of it.
                    yield from self._expression(child, function, self._lines(child, own) if has_block else own)

    def _whole(self, node: ast.stmt, function: str, lines: tuple[int, int]) -> Iterator[Mutant]:
        for new in _of_statement(node, in_function=bool(lines[0])):
            yield self._mutant(node, new, function, lines)
        if isinstance(node, ast.If | ast.While):
            for new in ("True", "False")[isinstance(node, ast.While) :]:
                yield self._mutant(node.test, new, function, self._lines(node.test, lines))

    def _part(
        self, node: ast.ExceptHandler | ast.match_case, function: str, lines: tuple[int, int]
    ) -> Iterator[Mutant]:
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            for place in range(len(caught)):
                rest = ast.Tuple([*caught[:place], *caught[place + 1 :]], ast.Load())
                yield self._mutant(node.type, ast.unparse(rest), function, self._lines(node.type, lines))
        if isinstance(node, ast.match_case) and node.guard is not None:
            yield from self._expression(node.guard, function, self._lines(node.guard, lines))
        yield from self._block(node.body, function, lines)

    def _expression(self, node: ast.AST, function: str, lines: tuple[int, int]) -> Iterator[Mutant]:
        if hasattr(node, "lineno"):
            for changed in _of_expression(node):
                new = ast.unparse(ast.fix_missing_locations(changed))
                bracketed = new if isinstance(changed, NEEDS_NO_BRACKETS) else f"({new})"
                yield self._mutant(node, bracketed, function, lines)
        elif isinstance(node, ast.comprehension):
            for condition in node.ifs:
                yield self._mutant(condition, "True", function, lines)
        for child in _inner(node):
            yield from self._expression(child, function, lines)

    def _lines(self, node: ast.AST, lines: tuple[int, int]) -> tuple[int, int]:
        place = node.context_expr if isinstance(node, ast.withitem) else node
        return (getattr(place, "lineno", 0), getattr(place, "end_lineno", 0)) if lines[0] else lines

    def _mutant(self, node: ast.AST, new: str, function: str, lines: tuple[int, int]) -> Mutant:
        position = [getattr(node, name) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset")]
        start, end = self._starts[position[0] - 1] + position[1], self._starts[position[2] - 1] + position[3]
        line, behind = self._starts[position[0] - 1], self._starts[position[2]]
        head, tail = self._source[line:start].decode(), self._source[end:behind].decode()
        old, other = _difference(f"{head}{ast.unparse(node)}{tail}", f"{head}{new}{tail}")
        first, last = lines if lines[0] else (position[0], 0)
        return Mutant(self._module, function, first, last, old, other, start, end, new)


def _difference(before: str, after: str) -> tuple[str, str]:
    """Return what differs between two texts, in one line each, with what stands close to it."""
    old, new = " ".join(before.split()), " ".join(after.split())
    same_head = _alike(old, new)
    same_tail = _alike(old[same_head:][::-1], new[same_head:][::-1])
    start, end = max(0, same_head - AROUND), AROUND - same_tail
    return old[start : end if end < 0 else None], new[start : end if end < 0 else None]


def _alike(one: str, two: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = enumerate(zip(one, two, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(two)))


def _is_left_out(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.TypeAlias):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "__name__ == '__main__'"):
        return True
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in UNMUTATED_NAMES


def _of_statement(node: ast.stmt, *, in_function: bool) -> Iterator[str]:
    if isinstance(node, ast.Break | ast.Continue):
        yield "continue" if isinstance(node, ast.Break) else "break"
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield "return None"
    if isinstance(node, ast.AugAssign):
        swapped = ARITHMETIC.get(type(node.op))
        if swapped is not None:
            yield ast.unparse(ast.AugAssign(node.target, swapped(), node.value))
    is_assignment = isinstance(node, ast.Assign | ast.AugAssign) or (isinstance(node, ast.AnnAssign) and node.value)
    if in_function and (is_assignment or isinstance(node, ast.Expr | ast.Raise | ast.Delete)):
        yield "pass"


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _inner(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what else of an expression is changed: not its sentence, the parts of a pattern or an annotation."""
    if isinstance(node, ast.JoinedStr):
        yield from (part.value for part in node.values if isinstance(part, ast.FormattedValue))
        return
    left_out = set()
    if isinstance(node, ast.Call) and node.args and (_is_told(node) or _is_pattern(node)):
        left_out.add(id(node.args[0]))
    yield from (child for child in ast.iter_child_nodes(node) if id(child) not in left_out)


def _is_told(call: ast.Call) -> bool:
    """Tell whether a call's first argument is a log line, or a sentence that a message or an error is made of."""
    name = ast.unparse(call.func)
    return name.startswith(("logger.", "logging.")) or (
        name[:1].isupper() and isinstance(call.args[0], ast.Constant) and " " in str(call.args[0].value)
    )


def _is_pattern(call: ast.Call) -> bool:
    return ast.unparse(call.func).startswith("re.") and isinstance(call.args[0], ast.Constant | ast.JoinedStr)


def _of_expression(node: ast.AST) -> Iterator[ast.expr]:  # noqa: C901 - one case for each kind
    match node:
        case ast.Constant():
            yield from map(ast.Constant, _other_constants(node.value))
        case ast.JoinedStr():
            yield from _other_texts(node)
        case ast.Compare():
            yield from _other_comparisons(node)
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
            yield from _without_one(node)
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.BinOp(op=ast.BitOr()):
            yield from (node.left, node.right)
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            yield ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)
        case ast.IfExp():
            yield from (node.body, node.orelse)
        case ast.Subscript(slice=ast.Slice()):
            for name in ("lower", "upper", "step"):
                if getattr(node.slice, name) is not None:
                    yield ast.Subscript(node.value, _with(node.slice, name, None), ast.Load())
        case ast.Call():
            yield from _of_call(node)


def _other_comparisons(node: ast.Compare) -> Iterator[ast.expr]:
    for place, operator in enumerate(node.ops):
        for other in COMPARISONS[type(operator)]:
            yield ast.Compare(node.left, [*node.ops[:place], other(), *node.ops[place + 1 :]], node.comparators)


def _without_one(node: ast.BoolOp) -> Iterator[ast.expr]:
    for place in range(len(node.values)):
        rest = [*node.values[:place], *node.values[place + 1 :]]
        yield ast.BoolOp(node.op, rest) if len(rest) > 1 else rest[0]


def _of_call(node: ast.Call) -> Iterator[ast.expr]:
    for place, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            yield ast.Call(node.func, node.args, [*node.keywords[:place], *node.keywords[place + 1 :]])
    if _is_pattern(node):
        yield from (ast.Call(node.func, [other, *node.args[1:]], node.keywords) for other in _patterns(node.args[0]))
        for place in range(1, len(node.args)):
            yield ast.Call(node.func, [*node.args[:place], *node.args[place + 1 :]], node.keywords)
    if isinstance(node.func, ast.Attribute):
        if node.func.attr in DROPPED:
            yield node.func.value
        if node.func.attr in RENAMED and not _splits_all(node, node.func.attr):
            yield ast.Call(_with(node.func, "attr", RENAMED[node.func.attr]), node.args, node.keywords)
    elif isinstance(node.func, ast.Name) and node.func.id in RENAMED:
        yield ast.Call(ast.Name(RENAMED[node.func.id]), node.args, node.keywords)


def _splits_all(node: ast.Call, name: str) -> bool:
    """Tell whether a call splits a text everywhere, which is the same from its beginning and from its end."""
    return name in ("split", "rsplit") and len(node.args) + len(node.keywords) < len(("separator", "most"))


def _with[Node: ast.AST](node: Node, name: str, value: object) -> Node:
    changed = copy.copy(node)
    setattr(changed, name, value)
    return changed


def _other_constants(value: object) -> Iterator[bool | float | str | bytes]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (value + 1, value - 1)
    elif isinstance(value, str):
        yield f"XX{value}XX" if value else "XX"
    elif isinstance(value, bytes):
        yield b"XX" + value + b"XX" if value else b"XX"


def _other_texts(text: ast.JoinedStr) -> Iterator[ast.JoinedStr]:
    for place, part in enumerate(text.values):
        if isinstance(part, ast.Constant):
            changed = ast.Constant(f"XX{part.value!s}XX")
            yield ast.JoinedStr([*text.values[:place], changed, *text.values[place + 1 :]])


def _patterns(pattern: ast.expr) -> Iterator[ast.expr]:
    """Yield a regular expression with each of its parts left out or changed, as far as it is one."""
    if isinstance(pattern, ast.JoinedStr):
        parts = pattern.values
        shown = [str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts]
        for place, part in enumerate(parts):
            if isinstance(part, ast.Constant):
                for other in _other_patterns(shown[place]):
                    if _compiles("".join([*shown[:place], other, *shown[place + 1 :]])):
                        yield ast.JoinedStr([*parts[:place], ast.Constant(other), *parts[place + 1 :]])
    elif isinstance(pattern, ast.Constant):
        is_bytes = isinstance(pattern.value, bytes)
        text = pattern.value.decode("latin-1") if isinstance(pattern.value, bytes) else str(pattern.value)
        for other in filter(_compiles, _other_patterns(text)):
            yield ast.Constant(other.encode("latin-1") if is_bytes else other)


def _other_patterns(text: str) -> Iterator[str]:
    place, in_class = 0, False
    while place < len(text):
        token = (CLASS_TOKEN if in_class else REGEX_TOKEN).match(text, place)
        shown = token[0] if token else text[place]
        end = place + len(shown)
        if shown == "[" and not in_class:
            in_class = True
            if text.startswith("^", end):
                yield text[:end] + text[end + 1 :]
                end += 1
        elif shown == "]" and in_class:
            in_class = False
        elif not (in_class and text[place - 1] in "[^" and text[end] == "]") and not (
            shown.isspace() or LETTERS.fullmatch(text, max(0, place - 1), end + 1)
        ):
            yield text[:place] + text[end:]
        if shown.startswith("{") and not in_class:
            for number in re.finditer(r"\d+", shown):
                for other in (int(number[0]) + 1, int(number[0]) - 1):
                    yield f"{text[:place]}{shown[: number.start()]}{other}{shown[number.end() :]}{text[end:]}"
        place = end


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
