"""JUnit XML of a run: each question is a test case, a missed one a failure, a failed system an error.

The dialect is the one Jenkins, GitLab and GitHub actions read: ``testsuites/testsuite/testcase`` with ``failure``,
``error`` and ``properties``.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from assistant.evaluation.archive import Archive
from assistant.evaluation.reports.outcome import Outcome, outcomes
from assistant.evaluation.results import Run

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(run: Run, archive: Archive | None, *, faults: Sequence[str] = ()) -> str:
    """The XML text: one suite of questions and, if there are faults of the whole run, one of them."""
    found = outcomes(run, archive)
    root = ET.Element("testsuites", name=_clean(run.name))
    suite = _suite(root, run.name, [one.item.seconds for one in found])
    properties = ET.SubElement(suite, "properties")
    for name, value in run.provenance.items():
        ET.SubElement(properties, "property", name=_clean(name), value=_clean(value))
    for one in found:
        _add_question(suite, run.name, one)
    _count(suite)
    if faults:
        gate = _suite(root, f"{run.name}: thresholds", [0.0] * len(faults))
        for fault in faults:
            _add_case(gate, f"{run.name}.thresholds", fault, 0.0, ("failure", fault, fault))
        _count(gate)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, name: str, seconds: Sequence[float]) -> ET.Element:
    return ET.SubElement(root, "testsuite", name=_clean(name), tests=str(len(seconds)), time=f"{sum(seconds):.3f}")


def _count(suite: ET.Element) -> None:
    for tag in ("failure", "error"):
        suite.set(f"{tag}s", str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("skipped", "0")


def _add_question(suite: ET.Element, run_name: str, one: Outcome) -> None:
    question, response = one.item.question, one.item.response
    fault = None
    if one.misses:
        tag = "failure" if response.error is None else "error"
        fault = (tag, one.misses[0], "\n".join([*one.misses, "", f"Answer: {response.text}"]))
    _add_case(
        suite, f"{run_name}.{question.kind}", f"{question.id}: {question.question}", one.item.seconds, fault=fault
    )


def _add_case(suite: ET.Element, classname: str, name: str, seconds: float, fault: tuple[str, str, str] | None) -> None:
    case = ET.SubElement(suite, "testcase", classname=_clean(classname), name=_clean(name), time=f"{seconds:.3f}")
    if fault is not None:
        tag, message, text = fault
        ET.SubElement(case, tag, message=_clean(message), type="Missed").text = _clean(text)


def _clean(text: str) -> str:
    """The text with what XML 1.0 cannot hold (control characters, lone surrogates) shown as ``�``."""
    return _NOT_XML.sub("\ufffd", text)
