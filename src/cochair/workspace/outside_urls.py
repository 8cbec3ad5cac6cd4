"""Addresses of the pages where a Side looks outwards: what is published, and what the press says."""

from django.urls import URLPattern, path

from cochair.workspace import consents

urlpatterns: list[URLPattern] = [
    path("publication/", consents.publication, name="publication"),
    path("publication/<slug:room>/", consents.room, name="publication-room"),
]
