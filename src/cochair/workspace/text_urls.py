"""Addresses of the pages of an instrument (its text, originals, signing) and of the record. Joint things stand in them by their short form (``addresses.py``)."""

from django.urls import URLPattern, path

from cochair.workspace import order, originals, proof, protocol, provision, record, signing

urlpatterns: list[URLPattern] = [
    path("texts/", protocol.texts, name="texts"),
    path("texts/<slug:slug>/begin/<str:session>/", provision.begin, name="protocol-begin"),
    path("texts/<slug:slug>/<str:text>/", protocol.page, name="protocol"),
    path("texts/<slug:slug>/<str:text>/act/", protocol.act, name="protocol-act"),
    path("texts/<slug:slug>/<str:text>/changes/", protocol.changes, name="protocol-changes"),
    path("texts/<slug:slug>/<str:text>/order/", order.page, name="protocol-order"),
    path("texts/<slug:slug>/<str:text>/new/", provision.add, name="provision-new"),
    path("texts/<slug:slug>/<str:text>/paragraph/<str:provision>/", provision.unit, name="provision"),
    path("texts/<slug:slug>/<str:text>/originals/", originals.page, name="originals"),
    path("texts/<slug:slug>/<str:text>/originals/<str:side>.pdf", originals.pdf, name="original-pdf"),
    path("texts/<slug:slug>/<str:text>/originals/<str:side>/<int:number>.png", originals.picture_of, name="original-page"),
    path("texts/<slug:slug>/<str:text>/signing/", signing.page, name="signing"),
    path("texts/<slug:slug>/<str:text>/signing/request/", signing.request_file, name="signing-request"),
    path("texts/<slug:slug>/<str:text>/signing/print.zip", signing.package, name="signing-package"),
    path("texts/<slug:slug>/<str:text>/signing/scan/<str:seal>/", signing.scan, name="signing-scan"),
    path("texts/<slug:slug>/<str:text>/signing/proof/", proof.manifest, name="signing-proof"),
    path("record/", record.rooms, name="record"),
    path("record/<slug:slug>/", record.page, name="record-room"),
    path("record/<slug:slug>/exchange/", record.exchange, name="record-exchange"),
    path("record/<slug:slug>/bundle/", record.bundle_out, name="record-bundle"),
    path("record/<slug:slug>/bundle/in/", record.bundle_in, name="record-bundle-in"),
    path("record/<slug:slug>/check/", record.check, name="record-check"),
    path("record/<slug:slug>/evidence/<int:number>/", record.evidence, name="record-evidence"),
    path("record/<slug:slug>/working/<str:text>/end/", record.end, name="record-end"),
    path("record/<slug:slug>/entry/<str:name>/", proof.entry, name="record-entry"),
    path("record/<slug:slug>/entry/<str:name>/disclose/", proof.disclose, name="record-disclose"),
]
