"""Tests of `assistant.answering`."""
