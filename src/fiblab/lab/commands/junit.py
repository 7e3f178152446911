"""Runs as JUnit's XML, which CI servers and graders read: one test a check."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from fiblab.lab.stage.lines import Arm, Bundle, Judged


def junit_xml(bundles: Sequence[Bundle]) -> bytes:
    """Write them; a twin's test is that the check which its experiment names does break."""
    suites = ET.Element("testsuites", name="fiblab lab")
    for bundle in bundles:
        tests = [
            _test(bundle, arm, check)
            for arm, kept in bundle.arms.items()
            for check in kept.checks
            if arm == "with" or check.id == bundle.experiment.breaks
        ]
        count = {kind: sum(test.find(kind) is not None for test in tests) for kind in KINDS}
        suite = ET.SubElement(
            suites,
            "testsuite",
            name=bundle.experiment.id,
            timestamp=bundle.started_at.removesuffix("Z"),
            tests=str(len(tests)),
            failures=str(count["failure"]),
            errors=str(count["error"]),
        )
        suite.extend(tests)
    return bytes(ET.tostring(suites, encoding="utf-8", xml_declaration=True))


#: How a test that did not pass is told apart: broken, or not to be told.
KINDS = ("failure", "error")


def _test(bundle: Bundle, arm: Arm, check: Judged) -> ET.Element:
    is_twin = arm == "without"
    name = f"without the pattern this breaks: {check.says}" if is_twin else check.says
    test = ET.Element("testcase", classname=f"fiblab.lab.{bundle.experiment.id}", name=name)
    if check.holds is None:
        kind = "error"
    elif check.holds is is_twin:
        kind = "error" if is_twin else "failure"
    else:
        return test
    ET.SubElement(test, kind, message=bundle.why).text = "\n".join(check.evidence)
    return test
