"""The WSGI application of a node; granian loads it by name."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cochair.web.settings")
application = get_wsgi_application()
