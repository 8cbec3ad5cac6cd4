#!/usr/bin/env node
// node cli.mjs FILE... [--room ID or TRUST.json] [--json]; a FILE is a bundle, the folder of a published record, or a PDF original.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { Refused } from './forms.mjs'
import { anchorOf, say, verify } from './reader.mjs'

const WORDS = JSON.parse(readFileSync(new URL('words.json', import.meta.url)))
const told = ([code, ...values]) => say(WORDS, code, values)
const bytesOf = (path) => new Uint8Array(readFileSync(path))
function given (path) { // a file or a folder as the reader takes it
  if (!statSync(path).isDirectory()) return { name: basename(path), bytes: bytesOf(path) }
  const inside = readdirSync(path, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  const paths = inside.map((one) => join(one.parentPath ?? one.path, one.name))
  return { name: basename(path), files: new Map(paths.map((one) => [relative(path, one), bytesOf(one)])) }
}
const asked = process.argv.slice(2); const json = asked.includes('--json'); const at = asked.indexOf('--room')
const [, room = ''] = at < 0 ? [] : asked.splice(at, 2); const paths = asked.filter((path) => path !== '--json')
const lost = paths.filter((path) => !existsSync(path))
if (lost.length) console.error(`There is no ${lost.join(', ')}`)
else if (!paths.length) console.error('usage: node cli.mjs FILE... [--room ID or TRUST.json] [--json]')
if (lost.length || !paths.length) process.exit(2)
try {
  const found = await verify(paths.map(given), anchorOf(existsSync(room) ? readFileSync(room, 'utf8') : room))
  const lines = found.lines.map(({ file, status, code, values, details, next }) =>
    ({ file, status, code, words: told([code, ...values]), details: details.map(told), next: next ? told(next) : '' }))
  if (json) console.log(JSON.stringify({ ...found, lines }, null, 1))
  if (!json && found.specimen) console.log('SPECIMEN: a demonstration. Nothing in it was said, agreed or signed by a state.')
  for (const { file, status, words, details, next } of json ? [] : lines) {
    console.log(`${{ 0: 'PROVEN', 1: 'REFUSED', 3: 'NOT KNOWN', 4: 'PROVEN SO FAR' }[status]}  ${file}: ${words}.`)
    for (const one of details) console.log(`         - ${one}`)
    if (next) console.log(`   next:  ${next}.`)
  }
  process.exitCode = found.status
} catch (error) {
  if (!(error instanceof Refused)) throw error
  console.error(told([error.code, ...error.values])); process.exitCode = 1
}
