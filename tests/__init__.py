"""Mirrors `assistant`; each test is a sentence about it."""
