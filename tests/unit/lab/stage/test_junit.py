"""Runs as JUnit's XML: what a CI server or a grader counts."""

from xml.etree import ElementTree as ET

from tests.unit.lab.stage.runs import arm_kept, bundle

from fiblab.lab.commands.junit import junit_xml


def _suite(xml: bytes) -> ET.Element:
    (suite,) = ET.fromstring(xml)  # noqa: S314 - written by us a moment ago
    return suite


def test_a_valid_run_is_all_passed() -> None:
    """Each check is a test, and of the twin the one that is to break."""
    valid = bundle(
        with_=arm_kept("with", nothing_lost=True, redelivered=True),
        without_=arm_kept("without", nothing_lost=False, redelivered=False),
    )
    suite = _suite(junit_xml([valid]))

    assert suite.attrib["name"] == "crash"
    counts = {name: suite.attrib[name] for name in ("tests", "failures", "errors")}
    assert counts == {"tests": "3", "failures": "0", "errors": "0"}
    assert [len(test) for test in suite] == [0, 0, 0]


def test_a_broken_invariant_is_a_failure_with_its_evidence() -> None:
    """Whoever reads the report sees which, and by what."""
    broken = bundle("broken", with_=arm_kept("with", nothing_lost=False, redelivered=True))
    suite = _suite(junit_xml([broken]))

    assert suite.attrib["failures"] == "1"
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.text == "evidence of nothing-lost"


def test_what_could_not_be_told_is_an_error() -> None:
    """Also where the twin did not break: the fault has not bitten."""
    unclear = bundle(
        "unclear",
        with_=arm_kept("with", nothing_lost=None),
        without_=arm_kept("without", nothing_lost=True),
    )

    assert _suite(junit_xml([unclear])).attrib["errors"] == "2"
