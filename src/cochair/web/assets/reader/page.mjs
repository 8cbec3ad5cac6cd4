// The page for checking: files chosen or dropped, read here and nowhere else. The page's policy forbids every connection.
import { Refused } from './forms.mjs'
import { anchorOf, say, verify } from './reader.mjs'

const LIMIT = 512 * 1024 * 1024
const section = document.getElementById('reader')
const sentences = JSON.parse(document.getElementById('reader-words').textContent)
const [input, anchor, answer] = ['reader-files', 'reader-anchor', 'reader-answer'].map((id) => document.getElementById(id))
const told = (code, ...values) => say(sentences, code, values)

function put (parent, tag, content, className = '') { // text only: nothing of a file becomes markup
  const made = Object.assign(document.createElement(tag), { textContent: content, className })
  parent.append(made)
  return made
}
function show (status, title, words, details = [], next = '') {
  const box = put(answer, 'div', '', `app-notice app-notice--${{ 0: 'success', 1: 'error', 3: 'warning', 4: 'warning' }[status]}`)
  box.dataset.status = status
  put(box, 'h3', title, 'govuk-heading-s')
  put(box, 'p', words, 'govuk-body')
  const list = details.length && put(box, 'ul', '', 'govuk-list govuk-list--bullet')
  for (const one of details) put(list, 'li', one)
  if (next) put(box, 'p', next, 'govuk-body')
}
async function check (chosen) {
  answer.replaceChildren()
  const large = chosen.reduce((n, file) => n + file.size, 0) > LIMIT
  const refused = !crypto.subtle ? 'insecure' : !chosen.length ? 'choose' : large ? 'too-large' : ''
  if (refused) return show(1, told('verdict-1'), told(refused))
  put(answer, 'p', told('checking'), 'govuk-body')
  answer.setAttribute('aria-busy', 'true')
  try {
    const isTrust = (file) => file.name.endsWith('.json'); const trust = chosen.findLast(isTrust)
    const read = async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })
    const files = await Promise.all(chosen.filter((file) => !isTrust(file)).map(read))
    const found = await verify(files, anchorOf(trust ? await trust.text() : anchor.value))
    answer.replaceChildren()
    if (found.specimen) put(answer, 'p', told('specimen'), 'govuk-body')
    for (const { file, status, code, values, details, next } of found.lines) {
      const title = `${told(`verdict-${status}`)}: ${file}`
      show(status, title, told(code, ...values), details.map((d) => told(...d)), next ? told(...next) : '')
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
  section.addEventListener('drop', (event) => {
    event.preventDefault(); input.files = event.dataTransfer.files; check([...event.dataTransfer.files])
  })
}
