"""Tests of the local kintone, over real sockets."""
