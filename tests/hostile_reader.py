"""A process that reads as `wirecopy.collect.read.worker` does, and misbehaves where the title of a lead says so."""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time

from wirecopy.collect.read import worker
from wirecopy.collect.read.worker import Answered, Asked


def read(asked: Asked) -> Answered:
    match asked.lead.title:
        case "compute for ever":
            while True:
                pass
        case "sleep for ever":
            time.sleep(1_000)
        case "take all memory":
            hoard = [bytearray(64 << 20) for _ in range(100)]
            raise AssertionError(len(hoard))
        case "jump out of memory":
            ctypes.string_at(0)
        case "leave":
            os._exit(7)
        case "print":
            sys.stdout.write("this is no message\n")
            sys.stdout.flush()
        case "fail":
            raise KeyError("no such thing")
        case "tell":
            told = {"environment": dict(os.environ), "process": os.getpid()}
            return Answered(fate="unread", why=json.dumps(told))
        case _:
            pass
    return worker.answer(asked)


if __name__ == "__main__":
    worker.main(read)
