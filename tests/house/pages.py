"""The addresses of all pages of our own, as the URL configuration has them."""

from collections.abc import Iterator


def routes() -> Iterator[str]:
    """Each route of our own pages, such as ``sessions/<str:session>/``; those of the sign-in library are its own to describe."""
    import django
    from django.urls import get_resolver

    django.setup()

    def walk(patterns, prefix):
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern.url_patterns, route)
            else:
                yield route

    for route in walk(get_resolver().url_patterns, ""):
        if not route.startswith(("accounts/", "static/")):
            yield route
