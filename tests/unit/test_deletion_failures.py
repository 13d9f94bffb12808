"""Deletions that break off: what is gone is told as the local kintone's store has it."""

import itertools
from collections.abc import Callable

import pytest

from kintone.errors import KintoneError, NotFoundError, PermissionDeniedError
from local_kintone.serving.failures import FailureError
