"""Print the requirements of dependency groups in pyproject.toml, one a line (older pips don't know groups).

python tools/requirements.py GROUP...
"""

import sys
import tomllib
from pathlib import Path

groups = tomllib.loads(Path(__file__).parent.with_name("pyproject.toml").read_text("utf-8"))["dependency-groups"]
for group in sys.argv[1:]:
    sys.stdout.write("".join(f"{line}\n" for line in groups[group]))
