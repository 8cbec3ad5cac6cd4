"""Who acts in tests: posts, never persons."""

from cochair.accounts.rights import Actor

SECRETARY = Actor(side="IN", name="Executive secretary of the Indian Side", roles=frozenset({"secretary", "cochair"}))
THEIR_SECRETARY = Actor(side="RU", name="Executive secretary of the Russian Side", roles=frozenset({"secretary", "cochair"}))
OBSERVER = Actor(side="IN", name="Observer", roles=frozenset({"observer"}))
