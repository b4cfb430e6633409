"""Tests of `assistant.evaluation.metrics`, against tables computed by hand."""
