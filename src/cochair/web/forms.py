"""Forms in the look of the product: Django's own renderer with our templates.

Templates: ``forms/field.html`` (label, hint, error, widget), ``forms/form.html``, ``forms/errors.html`` and ``django/forms/widgets/*``.
A page shows ``{% include "parts/error_summary.html" %}`` above its heading and ``{{ form }}`` where the fields belong.
"""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Looks templates up where all pages have theirs."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    formset_template_name = "forms/formset.html"
