"""Tests of `assistant.web`."""
