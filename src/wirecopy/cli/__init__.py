"""A person's words -> one call. `words.py` says what can be said, `commands.py` calls, `terminal.py` shows.

No decision about news is taken here. Nothing heavy is imported before it is known what is wanted: `wirecopy --help`
is answered from the standard library alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code (docs/commands.md). Results go to stdout, talk to stderr."""
    from wirecopy.cli import words

    arguments = words.parser().parse_args(words.shielded(sys.argv[1:] if argv is None else argv))
    from wirecopy.errors import WirecopyError

    try:
        from wirecopy.cli import commands

        code: int = getattr(commands, arguments.run)(arguments)
        sys.stdout.flush()
    except WirecopyError as error:
        from wirecopy.cli.terminal import talk

        talk(f"wirecopy {arguments.command}: {error}")  # what an error quotes may be a stranger's
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write(f"\nwirecopy {arguments.command}: interrupted; what was done so far is kept\n")
        return 130
    except BrokenPipeError:
        # The reader of our output has gone (`wirecopy status | head`): nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code
