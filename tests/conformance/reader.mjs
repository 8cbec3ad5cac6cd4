// Our reader in JavaScript behind the contract of docs/formats/conformance.md: node tests/conformance/reader.mjs
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import * as f from '../../src/cochair/web/assets/reader/forms.mjs'
import { grown, included } from './proofs.mjs'
import { anchorOf, verify } from '../../src/cochair/web/assets/reader/reader.mjs'
import { agreements, heads } from '../../src/cochair/web/assets/reader/room.mjs'

function closed (logs, cut) { // R3, from nothing upwards: acknowledgements that go round in a circle wait for ever
  const done = Object.fromEntries(Object.keys(logs).map((p) => [p, 0]))
  const ready = (p) => done[p] < cut[p] && (logs[p][done[p]][0] !== 'seen' || heads(logs[p][done[p]]).every(([q, n]) => n <= (done[q] ?? 0)))
  for (let moved = true; moved;) { moved = false; for (const p in done) while (ready(p)) { done[p]++; moved = true } }
  return done
}
const WHY = {
  'other-room': 'room', 'other-key': 'room', content: 'content', paper: 'content', head: 'head', 'note-signature': 'head', 'other-change': 'head', root: 'log', tile: 'log', stranger: 'log', 'left-out': 'incomplete', waits: 'incomplete',
  fork: 'fork', terms: 'terms', 'no-room': 'terms', signature: 'seal', mandate: 'seal', manifest: 'seal', short: 'original', 'base-changed': 'original', 'bytes-behind': 'original', 'signed-twice': 'original', 'no-record': 'record', 'no-original': 'record'
}
const holds = (value) => { f.need(value, 'form', ''); return {} }
const files = (path) => {
  if (!statSync(path).isDirectory()) return { name: basename(path), bytes: new Uint8Array(readFileSync(path)) }
  const found = new Map()
  for (const one of readdirSync(path, { recursive: true, withFileTypes: true })) if (one.isFile()) { const full = join(one.parentPath ?? one.path, one.name); found.set(relative(path, full), new Uint8Array(readFileSync(full))) }
  return { name: basename(path), files: found }
}
const h = f.unhex
const mac = (key) => async (signature, message) => { // a MAC line: no page has its key, and none asks
  const ready = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return f.same(new Uint8Array(await crypto.subtle.sign('HMAC', ready, f.cat(f.enc('cochair/mac/v1\n'), message))), signature)
}
const ACCEPT = {
  canonical: (a) => { f.canonical(h(a.bytes_hex), 8192) },
  entry: async (a) => { const one = f.entry(h(a.bytes_hex)); return { leaf_hex: f.hex(await f.leafHash(h(a.bytes_hex))), seq: one.seq, kind: one.kind } },
  paper: async (a) => ({ id: await f.paperId(h(a.stored_hex)) }),
  structural: async (a) => { f.canonical(h(a.bytes_hex)); return { digest: await f.structural(h(a.bytes_hex)) } },
  checkpoint: async (a) => {
    const keys = await Promise.all(a.keys.map(f.verifierKey))
    if (a.mac) keys.push({ name: a.mac.name, id: await f.lineId(a.mac.name, 255, f.enc('cochair/mac/v1\n')), holds: mac(h(a.mac.key_hex)) })
    const note = await f.openNote(h(a.note_hex), keys)
    f.checkpoint(note.text)
    return { verified: note.signed, times: note.times }
  },
  'ed25519-key': (a) => holds(f.register(h(a.public_hex))),
  ed25519: async (a) => holds(await f.ed25519(h(a.public_hex), h(a.signature_hex), h(a.message_hex))),
  'key-change': async (a) => { const one = await f.openChange(a.note, a.roots); return { size: one.size, key_hex: one.public } },
  envelope: async (a) => ({ payload_hex: f.hex(await f.openEnvelope(h(a.envelope_hex), a.type, { [a.key.id]: { suite: a.key.suite, bytes: h(a.key.data_hex) } })) }),
  inclusion: async (a) => holds(await included(a.proof_hex.map(h), h(a.leaf_hex), BigInt(a.index), BigInt(a.size), h(a.root_hex))),
  consistency: async (a) => holds(await grown(a.proof_hex.map(h), BigInt(a.old), h(a.old_root_hex), BigInt(a.size), h(a.root_hex)))
}
const OTHER = {
  room: async (a) => {
    const found = await verify(a.files.map(files), anchorOf(a.anchor))
    const bad = found.lines.find((l) => l.status === 1)
    const agreed = found.lines.flatMap((l) => l.details.filter((d) => d[0] === 'slot').map((d) => `${d[1]} ${d[2]}`))
    const needs = [...new Set(found.lines.flatMap((l) => l.details.filter((d) => d[0] === 'needs').map((d) => d[4].split(' ')[0])))].sort()
    return { status: found.status, agreed, needs, ...(bad && { why: WHY[bad.code] ?? 'file', words: `${bad.code} ${bad.values}` }) }
  },
  agreement: (a) => {
    const cut = closed(a.logs, a.cut); const sides = Object.keys(a.logs)
    const held = Object.fromEntries(sides.map((s) => [s, a.logs[s].slice(0, cut[s])]))
    return { agreed: agreements(held, () => ({ sides, releasing: sides }))[0]?.manifest ?? null }
  }
}
async function answer (asked) {
  try {
    if (Object.hasOwn(ACCEPT, asked.what)) return { accepted: true, ...await ACCEPT[asked.what](asked) }
    return Object.hasOwn(OTHER, asked.what) ? await OTHER[asked.what](asked) : { unsupported: true }
  } catch (error) {
    return error instanceof f.Refused ? { accepted: false, words: error.message } : { error: error.stack }
  }
}
for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(await answer(JSON.parse(line))))
