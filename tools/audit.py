"""Ask whether anything known is wrong with what requirements/test.txt pins, and say so honestly.

python tools/audit.py [--required]

pip-audit asks the package index's own list of advisories. Where that can't be reached it says of each package that it
was skipped, and ends as if all were well: here it is counted, and said aloud. Exit code 0: nothing known is wrong, or
nobody could be asked (with --required, that is 1); 1: something is.
"""

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements" / "test.txt"


def audit(lock: Path) -> tuple[list[str], list[str], str]:
    """What is wrong, in lines; what nobody could be asked about; and what went wrong with the asking itself."""
    command = [
        sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--no-deps", "--disable-pip",
        "--format", "json", "--progress-spinner", "off",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    try:
        told = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return [], [], (done.stderr.strip().splitlines() or [f"pip-audit ended with {done.returncode}"])[-1]
    wrong = [
        f"{each['name']} {each['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'no version yet'}"
        for each in told
        for one in each.get("vulns", ())
    ]
    return wrong, [each["name"] for each in told if "skip_reason" in each], "" if told else "nothing was looked at"


def main() -> int:
    """Look, and say."""
    wrong, skipped, failure = audit(LOCK)
    pins = sum(line[:1].isalnum() for line in LOCK.read_text("utf-8").splitlines())
    for line in wrong:
        sys.stdout.write(f"KNOWN TO BE WRONG: {line}\n")
    if failure or skipped:
        why = failure or f"the list of advisories had no answer for {len(skipped)} of {pins} packages"
        sys.stdout.write(f"AUDIT SKIPPED, wholly or in part: {why}. It needs a network that reaches that list.\n")
    elif not wrong:
        sys.stdout.write(f"audited: nothing is known to be wrong with {pins} packages\n")
    return 1 if wrong or ("--required" in sys.argv[1:] and (failure or skipped)) else 0


if __name__ == "__main__":
    sys.exit(main())
