"""Pure: bytes as a script that a browser runs from a disk too, where it may read no file but by running it.

A script is UTF-16 with a byte order mark, which goes before whatever encoding a server says (Encoding Standard,
"decode"), so that a string holds nearly two bytes in each two: base64 would take a third more. It calls one function,
`_w`, with one string. What no string may hold stands as U+E000 and another character.

The bytes are a stream of zlib (RFC 1950): what is damaged on its way is noticed by its check sum.
"""

from __future__ import annotations

import re
import zlib

_BEGIN, _END = '_w("', '");\n'
_MARK = "\ue000"
# What ends a string or a line, what is no character, what a decoder may drop; and surrogates without a partner.
_SPECIAL = '\ue000\0\n\r"\\\u2028\u2029\ufeff\ufffe\uffff'
_UNSAFE = re.compile(f"([{re.escape(_SPECIAL)}\ud800-\udfff])")
_CODES = {
    **{each: _MARK + chr(0x900 + number) for number, each in enumerate(_SPECIAL)},
    **{chr(code): _MARK + chr(code - 0xD700) for code in range(0xD800, 0xE000)},
}
_STANDS_FOR = {code[1]: each for each, code in _CODES.items()}
_CODED = re.compile(f"{_MARK}(.)", re.DOTALL)

_LARGEST = 64 << 20  # bytes that are unpacked: nothing we write comes near


def packed(data: bytes) -> bytes:
    """A stream of zlib of these bytes."""
    return zlib.compress(data, 6)


def script(stream: bytes) -> bytes:
    """The script that hands over this stream."""
    units = (stream + bytes(len(stream) & 1)).decode("utf-16-le", "surrogatepass")
    parts = _UNSAFE.split(units)
    parts[1::2] = map(_CODES.__getitem__, parts[1::2])
    return f"\ufeff{_BEGIN}{''.join(parts)}{_END}".encode("utf-16-le")


def stream_of(body: bytes) -> bytes:
    """The stream that a script hands over, with a byte after it where its number of bytes is odd.

    Raises ValueError when it is no such script.
    """
    words = body.decode("utf-16-le")
    if not (words.startswith(f"\ufeff{_BEGIN}") and words.endswith(_END)):
        raise ValueError("no script of the search index")
    units = _CODED.sub(lambda found: _STANDS_FOR.get(found[1], ""), words[1 + len(_BEGIN) : -len(_END)])
    return units.encode("utf-16-le", "surrogatepass")


def unpacked(body: bytes) -> bytes:
    """The bytes that a script hands over. Raises ValueError when it is no such script, or damaged."""
    return _inflated(stream_of(body))


def _inflated(stream: bytes) -> bytes:
    """The bytes of a stream. Raises ValueError when it is damaged."""
    try:
        engine = zlib.decompressobj()
        data = engine.decompress(stream, _LARGEST)
    except zlib.error as error:
        raise ValueError(f"damaged: {error}") from None
    if not engine.eof:
        raise ValueError("damaged: it ends too early")
    return data
