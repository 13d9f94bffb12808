"""Tests of the Dify host: each rule is seen to refuse and to pass."""
