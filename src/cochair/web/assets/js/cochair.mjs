// The pages work without this file. It adds: the menu button on a phone, focus on the error summary, no double sending.
import { Button, ErrorSummary, NotificationBanner, ServiceNavigation, SkipLink } from 'govuk-frontend'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
for (const Part of [Button, ErrorSummary, NotificationBanner, ServiceNavigation, SkipLink]) {
  for (const element of document.querySelectorAll(`[data-module="${Part.moduleName}"]`)) {
    try {
      new Part(element)
    } catch (error) {
      console.error(error)
    }
  }
}
