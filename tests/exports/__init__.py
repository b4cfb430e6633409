"""Tests of `assistant.exports`."""
