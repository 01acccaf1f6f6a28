"""A line of the ledger as a row, and back."""

from __future__ import annotations

from wirecopy.archive.schema import LedgerRow, from_micros, to_micros
from wirecopy.model import Entry, Lead, State, decode, encode


def line_of(entry: Entry) -> LedgerRow:
    """The row of this line, under no number yet."""
    return LedgerRow(
        id=0,
        source=entry.lead.source,
        key=entry.lead.key,
        lead=encode(entry.lead).decode(),
        state=entry.state,
        reason=entry.reason,
        first_seen=to_micros(entry.first_seen),
        last_seen=to_micros(entry.last_seen),
        checked=None if entry.checked is None else to_micros(entry.checked),
        due=None if entry.due is None else to_micros(entry.due),
        failures=entry.failures,
    )


def entry_of(line: LedgerRow) -> Entry:
    """The line that this row is. Raises ValueError, or OverflowError, for one that is none."""
    return Entry(
        lead=decode(line.lead.encode(), Lead),
        state=State(line.state),
        reason=line.reason,
        first_seen=from_micros(line.first_seen),
        last_seen=from_micros(line.last_seen),
        checked=None if line.checked is None else from_micros(line.checked),
        due=None if line.due is None else from_micros(line.due),
        failures=line.failures,
    )
