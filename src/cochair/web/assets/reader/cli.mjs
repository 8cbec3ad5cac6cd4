#!/usr/bin/env node
// node cli.mjs FILE... [--room ID or TRUST.json] [--json]; a FILE is a bundle, the folder of a published record, or a PDF original.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { Refused } from './forms.mjs'
import { anchorOf, say, verify } from './reader.mjs'

const WORDS = JSON.parse(readFileSync(new URL('words.json', import.meta.url)))
function folder (top) {
  const found = new Map()
  for (const one of readdirSync(top, { recursive: true, withFileTypes: true })) if (one.isFile()) { const path = join(one.parentPath ?? one.path, one.name); found.set(relative(top, path), new Uint8Array(readFileSync(path))) }
  return found
}
const given = process.argv.slice(2); const files = []; let room = ''; let json = false
for (let i = 0; i < given.length; i++) {
  if (given[i] === '--room') room = given[++i] ?? ''
  else if (given[i] === '--json') json = true
  else files.push(given[i])
}
const lost = files.filter((path) => !existsSync(path))
if (!files.length || lost.length) { console.error(lost.length ? `There is no ${lost.join(', ')}` : 'usage: node cli.mjs FILE... [--room ID or TRUST.json] [--json]'); process.exit(2) }
try {
  const anchor = anchorOf(existsSync(room) ? readFileSync(room, 'utf8') : room)
  const found = await verify(files.map((path) => statSync(path).isDirectory() ? { name: basename(path), files: folder(path) } : { name: basename(path), bytes: new Uint8Array(readFileSync(path)) }), anchor)
  if (json) console.log(JSON.stringify({ ...found, lines: found.lines.map((l) => ({ file: l.file, status: l.status, code: l.code, words: say(WORDS, l.code, l.values), details: l.details.map(([code, ...values]) => say(WORDS, code, values)) })) }, null, 1))
  else {
    if (found.specimen) console.log('SPECIMEN: a demonstration. Nothing in it was said, agreed or signed by a state.')
    for (const line of found.lines) {
      console.log(`${{ 0: 'PROVEN', 1: 'REFUSED', 3: 'NOT KNOWN', 4: 'PROVEN SO FAR' }[line.status]}  ${line.file}: ${say(WORDS, line.code, line.values)}.`)
      for (const [code, ...values] of line.details) console.log(`         - ${say(WORDS, code, values)}`)
      if (line.next) console.log(`   next:  ${say(WORDS, line.next[0], line.next.slice(1))}.`)
    }
  }
  process.exitCode = found.status
} catch (error) {
  if (!(error instanceof Refused)) throw error
  console.error(say(WORDS, error.code, error.values)); process.exitCode = 1
}
