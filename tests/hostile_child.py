"""A process that is told what to do: for the tests of wirecopy.children."""

import os
import signal
import time

from wirecopy import children


def work(message: bytes) -> bytes:
    match message.split(b" ", 1):
        case [b"say", words]:
            return words
        case [b"fail"]:
            raise ValueError("broken")
        case [b"leave"]:
            os._exit(3)
        case [b"crash"]:
            os.kill(os.getpid(), signal.SIGSEGV)
        case [b"hang"]:
            time.sleep(60)
    return b""


if __name__ == "__main__":
    children.serve(work)
