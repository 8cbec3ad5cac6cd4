// The page for checking: files chosen or dropped, read here and nowhere else. The page's policy forbids every connection.
import { Refused } from './forms.mjs'
import { anchorOf, say, verify } from './reader.mjs'

const LIMIT = 512 * 1024 * 1024
const section = document.getElementById('reader')
const sentences = JSON.parse(document.getElementById('reader-words').textContent)
const [input, anchor, answer] = ['reader-files', 'reader-anchor', 'reader-answer'].map((id) => document.getElementById(id))

function put (parent, tag, content, className = '') { // text only: nothing of a file becomes markup
  const made = document.createElement(tag)
  if (content) made.textContent = content
  if (className) made.className = className
  parent.append(made)
  return made
}
function show (status, title, words, details = [], next = '') {
  const box = put(answer, 'div', '', `app-notice app-notice--${{ 0: 'success', 1: 'error', 3: 'warning', 4: 'warning' }[status]}`)
  box.dataset.status = status
  put(box, 'h3', title, 'govuk-heading-s')
  put(box, 'p', words, 'govuk-body')
  if (details.length) { const list = put(box, 'ul', '', 'govuk-list govuk-list--bullet'); for (const one of details) put(list, 'li', one) }
  if (next) put(box, 'p', next, 'govuk-body')
}
async function check (chosen) {
  answer.replaceChildren()
  const told = (code, ...values) => say(sentences, code, values)
  if (!crypto.subtle) return show(1, told('verdict-1'), told('insecure'))
  if (!chosen.length) return show(1, told('verdict-1'), told('choose'))
  if (chosen.reduce((n, file) => n + file.size, 0) > LIMIT) return show(1, told('verdict-1'), told('too-large'))
  put(answer, 'p', told('checking'), 'govuk-body')
  answer.setAttribute('aria-busy', 'true')
  try {
    let given = anchor.value
    const files = []
    for (const file of chosen) {
      if (file.name.endsWith('.json')) given = await file.text()
      else files.push({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })
    }
    const found = await verify(files, anchorOf(given))
    answer.replaceChildren()
    if (found.specimen) put(answer, 'p', told('specimen'), 'govuk-body')
    for (const line of found.lines) {
      show(line.status, `${told(`verdict-${line.status}`)}: ${line.file}`, told(line.code, ...line.values), line.details.map((d) => told(...d)), line.next ? told(...line.next) : '')
    }
  } catch (error) {
    answer.replaceChildren()
    show(1, told('verdict-1'), error instanceof Refused ? told(error.code, ...error.values) : told('failed'))
  } finally { answer.removeAttribute('aria-busy') }
}
if (section) {
  section.hidden = false
  document.getElementById('reader-none').hidden = true
  document.getElementById('reader-form').addEventListener('submit', (event) => { event.preventDefault(); check([...input.files]) })
  section.addEventListener('dragover', (event) => event.preventDefault())
  section.addEventListener('drop', (event) => { event.preventDefault(); input.files = event.dataTransfer.files; check([...event.dataTransfer.files]) })
}
