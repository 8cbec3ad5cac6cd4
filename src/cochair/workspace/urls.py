"""Addresses of the pages that span stages. Rooms stand in them by slug, joint things by the short form of ``addresses.py``; views judge both."""

from django.urls import URLPattern, path

from cochair.workspace import home

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
]
