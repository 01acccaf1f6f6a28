"""Web archives (WARC, WACZ) become captures, and what reads as an article becomes revisions.

| module      | says                                                                  |
|-------------|-----------------------------------------------------------------------|
| `files`     | which files there are: plain, packed, inside a WACZ; known by content |
| `flows`     | their bytes, unpacked within bounds, and where to go on after damage  |
| `records`   | the records in them, each whole or said to be broken                  |
| `answers`   | the answer in a record: a capture, as if it had been fetched          |
| `exchanges` | which records belong together; revisits with what they revisit        |
| `taking`    | which of them are articles, and what they change in the archive       |

A library would be less code and read faster, and stops at the first damaged byte: docs/decisions/0009.
"""
