"""Tests of what the evidence reader is made from; the network itself needs torch and is tested by its figures."""
