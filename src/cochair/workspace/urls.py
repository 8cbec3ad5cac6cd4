"""Addresses of the pages that span stages. Rooms stand in them by slug, joint things by the short form of ``addresses.py``; views judge both."""

from django.urls import URLPattern, URLResolver, include, path

from cochair.workspace import actions, begin, body, delegation, holder, home, matter, papers, received, review, session

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("sessions/", session.sessions, name="sessions"),
    path("sessions/<slug:room>/<str:session>/", session.session, name="session"),
    path("sessions/<slug:room>/<str:session>/review/", review.review, name="review"),
    path("sessions/<slug:room>/<str:session>/delegation/", delegation.page, name="delegation"),
    path("sessions/<slug:room>/<str:session>/delegation/list.<slug:kind>", delegation.file, name="delegation-file"),
    path("bodies/", body.bodies_list, name="bodies"),
    path("bodies/<slug:room>/<str:body>/", body.body, name="body"),
    path("posts/<slug:room>/<str:post>/", holder.page, name="holder"),
    path("actions/", actions.actions, name="actions"),
    path("actions/<slug:room>/<str:action>/", actions.action, name="action"),
    path("matter/<slug:room>/<str:kind>/<str:subject>/", matter.matter, name="matter"),
    path("matter/<slug:room>/<str:kind>/<str:subject>/<str:part>/", matter.matter, name="matter-part"),
    path("new/<slug:room>/<str:kind>/", begin.begin, name="begin"),
    path("say/<slug:room>/<str:kind>/<str:subject>/", begin.say, name="say"),
    path("received/", received.received, name="received"),
    path("received/<slug:room>/new/<str:kind>/", received.enter_account, name="received-new"),
    path("received/<slug:room>/answer/<str:entry>/", received.answer, name="received-answer"),
    path("papers/<slug:room>/<str:entry>/<int:number>/", papers.paper, name="paper"),
    path("", include("cochair.workspace.outside_urls")),
    path("", include("cochair.workspace.text_urls")),
]
