"""The one node of this web process, opened when a page first needs it.

A node is an object, never a setting: only this module ties the process to one. Tests and the demo give their own with ``using``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from cochair.record.node import Node

_lock = Lock()
_node: "Node | None" = None


def get_node() -> "Node":
    """The node in the folder of COCHAIR_NODE. Raises CochairError with the next step when there is none."""
    global _node
    with _lock:
        if _node is None:
            from cochair.record.node import Node

            _node = Node.open(settings.COCHAIR_NODE, registry=import_string(settings.NODE_REGISTRY))
        return _node


@contextmanager
def using(node: "Node") -> "Iterator[Node]":
    """Serve pages from this node object for a while."""
    global _node
    with _lock:
        before, _node = _node, node
    try:
        yield node
    finally:
        with _lock:
            _node = before
