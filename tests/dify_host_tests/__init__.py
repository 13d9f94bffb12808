"""Tests of the Dify host: each rule is tested with accepted and refused input."""
