"""What must be refused, and entries that may be wrong, for the tests of formats at their edges."""

import pytest

from cochair.kit import canonical
from cochair.kit.errors import Rejected
from cochair.ledger import entries
from tests.vectors import make

HASH = bytes(range(32))


def refused(call, words=None):
    """Call it: it must raise `Rejected` with these words -> the error."""
    with pytest.raises(Rejected, match=words) as caught:
        call()
    return caught.value


def entry(number=0, **members):
    """A good entry with other members, not looked at."""
    given = make.entry(number)
    return entries.Entry(**{name: members.get(name, getattr(given, name)) for name in entries.Entry.__struct_fields__})


def raw(number=0, **members):
    """The bytes of an entry that may be wrong."""
    given = {name: getattr(make.entry(number), name) for name in entries.Entry.__struct_fields__}
    return canonical.dumps({**given, **members})
