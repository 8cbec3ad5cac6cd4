"""Addresses of the public site. Rooms stand in them by slug, joint things by the short form of ``pages.py``."""

from django.urls import URLPattern, path

from cochair.publication import views

urlpatterns: list[URLPattern] = [
    path("public/", views.rooms, name="public"),
    path("public/data.json", views.all_data, name="public-all-data"),
    path("public/<slug:slug>/", views.index, name="public-index"),
    path("public/<slug:slug>/data.json", views.data, name="public-data"),
    path("public/<slug:slug>/check/", views.check, name="public-check"),
    path("public/<slug:slug>/record.tar", views.bundle, name="public-bundle"),
    path("public/<slug:slug>/sessions/<slug:ref>/", views.session, name="public-session"),
    path("public/<slug:slug>/protocols/<slug:ref>/", views.protocol, name="public-protocol"),
]
