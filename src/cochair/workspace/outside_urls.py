"""Addresses of the pages where a Side looks outwards: what is published, and what the press says."""

from django.urls import URLPattern, path

from cochair.workspace import consents, press

urlpatterns: list[URLPattern] = [
    path("publication/", consents.publication, name="publication"),
    path("publication/<slug:room>/", consents.room, name="publication-room"),
    path("press/", press.press, name="press"),
    path("press/samples/", press.load_samples, name="press-samples"),
    path("press/compare/", press.compare, name="press-compare"),
    path("press/reports/<slug:name>/", press.report, name="press-report"),
    path("press/reports/<slug:name>/remove/", press.remove, name="press-remove"),
]
