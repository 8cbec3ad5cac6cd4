"""Forms in the look of the product: Django's own renderer with our templates, and the one way to answer a form that has errors.

Templates: ``forms/field.html`` (label, hint, error, widget), ``forms/form.html``, ``forms/errors.html`` and ``django/forms/widgets/*``.
A page shows ``{% include "parts/error_summary.html" %}`` above its heading and ``{{ form }}`` where the fields belong.
"""

from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class Renderer(TemplatesSetting):
    """Looks templates up where all pages have theirs."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    formset_template_name = "forms/formset.html"


def refused(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The same page again with what was typed and what is wrong with it: status 422."""
    return render(request, template, context, status=422)
