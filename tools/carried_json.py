"""Records on their way to Dify, walked once instead of three times.

The SDK copies a message twice in pydantic's Python mode, node by node, before it writes the copy as JSON. Records are
plain JSON and nobody changes them meanwhile, so the copies are only work: half of the CPU time of a large message.
"""

from typing import Any, ClassVar

from pydantic_core import SchemaSerializer, core_schema


class CarriedRecords(list[dict[str, Any]]):
    """A list like any other that pydantic hands on as it is until JSON is written.

    ``__pydantic_serializer__`` is where pydantic looks for the serializer of a class
    (https://docs.pydantic.dev/latest/internals/architecture/); with ``when_used="json"`` it leaves Python mode alone.
    """

    __slots__ = ()

    __pydantic_serializer__: ClassVar[SchemaSerializer] = SchemaSerializer(
        core_schema.any_schema(
            serialization=core_schema.plain_serializer_function_ser_schema(list, when_used="json"),
        )
    )
