// Built from ../../assets/reader by build.mjs there.
(() => {
'use strict'
// Bytes: canonical JSON, Ed25519, notes, the tree, papers, envelopes, tar. Each form is that of docs/formats, and any other is refused.
class Refused extends Error {
  constructor (code, ...values) { super(`${code}: ${values.join(', ')}`); Object.assign(this, { code, values: values.map(String) }) }
}
const need = (holds, code, ...values) => { if (!holds) throw new Refused(code, ...values) }
async function saying (work, ...why) { // what the work gives; where it refuses, for this reason
  try { return await work() } catch (error) { throw error instanceof Refused ? new Refused(...why) : error }
}
async function tried (work) { // what the work gives, or null where it refuses
  try { return await work() } catch (error) { if (error instanceof Refused) return null; throw error }
}

// ---- bytes
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const enc = (text) => new TextEncoder().encode(text)
const dec = (bytes) => { try { return utf8.decode(bytes) } catch { throw new Refused('form', 'UTF-8') } }
const latin = (bytes) => new TextDecoder('latin1').decode(bytes) // windows-1252: as latin1 for every byte of our forms
const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
function unhex (text) {
  need(typeof text === 'string' && /^([0-9a-f]{2})*$/.test(text), 'form', 'hex')
  return Uint8Array.from(text.match(/../g) ?? [], (p) => parseInt(p, 16))
}
const same = (a, b) => a.length === b.length && a.every((v, i) => v === b[i])
function cat (...parts) {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0)); let at = 0
  for (const part of parts) { all.set(part, at); at += part.length }
  return all
}
function base64 (text) { // RFC 4648 section 4, its one form
  need(like(/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}(==|[A-Za-z0-9+/]=))?$/)(text) && btoa(atob(text)) === text, 'form', 'base64')
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
}
const u64 = (n) => { const b = new Uint8Array(8); new DataView(b.buffer).setBigUint64(0, BigInt(n)); return b }
const digest = async (name, bytes) => new Uint8Array(await crypto.subtle.digest(name, bytes))
const sha256 = (bytes) => digest('SHA-256', bytes)

// ---- forms of values: a form says whether a value is in it
const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v)
const like = (pattern) => (v) => typeof v === 'string' && pattern.test(v)
const isDigest = like(/^[0-9a-f]{64}$/)
const isSize = (v) => Number.isSafeInteger(v) && v >= 0
const isSchema = like(/^[a-z][a-z0-9_-]{0,31}\.[a-z][a-z0-9_-]{0,47}\/[1-9]\d{0,3}$/)
const isOrigin = like(new RegExp('^(?=[a-z0-9.-]{1,253}/)[a-z0-9]+(?:[.-]+[a-z0-9]+)*/' +
  '(?=[a-z0-9-]{1,40}/)[a-z0-9]+(?:-+[a-z0-9]+)*/[A-Z][A-Z0-9]{1,7}/' +
  '(?:record|w-[A-Z][A-Z0-9]{1,7}-(?:0|[1-9][0-9]{0,14})(?:-(?:[2-9]|[1-9][0-9]))?)$'))
const isPath = (v) => v.length <= 240 && v.split('/').every((part) => /^(?!\.\.?$)[A-Za-z0-9._-]+$/.test(part))
const is = (...all) => (v) => all.includes(v)
const fits = (value, forms) => isObject(value) && Object.keys(value).length === Object.keys(forms).length &&
  Object.entries(forms).every(([name, form]) => Object.hasOwn(value, name) && form(value[name])) // these members and no others

// ---- canonical JSON, papers, structural content, entries (entry.md, paper.md, structural.md)
function canonical (bytes, most = 4 << 20) { // -> the value
  need(bytes.length <= most, 'form', `JSON: ${bytes.length} bytes`)
  const text = dec(bytes); let value
  try { value = JSON.parse(text) } catch { throw new Refused('form', 'JSON') }
  need(write(value) === text, 'form', 'JSON')
  return value
}
function write (value, depth = 0) {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') { need(Number.isSafeInteger(value) && !Object.is(value, -0), 'form', 'JSON number'); return String(value) }
  if (typeof value === 'string') { need(!/[\0\p{Cs}]/u.test(value), 'form', 'JSON string'); return JSON.stringify(value) }
  need(depth < 16, 'form', 'JSON depth')
  if (Array.isArray(value)) return `[${value.map((v) => write(v, depth + 1)).join(',')}]`
  const names = Object.keys(value).sort() // by UTF-16 code units, as RFC 8785 wants it
  need(names.length <= 64, 'form', 'JSON members')
  return `{${names.map((n) => `${write(n, depth + 1)}:${write(value[n], depth + 1)}`).join(',')}}`
}
const structural = async (bytes) => hex(await sha256(cat(enc('cochair/structural/v1\n'), bytes)))
async function paperId (stored) {
  need(stored.length >= 32 && stored.length <= (256 << 20) + 32, 'form', 'paper')
  return hex(await sha256(cat(enc('cochair/paper/v1\n'), stored.subarray(0, 32), u64(stored.length - 32), stored.subarray(32))))
}
const isTime = (v) => like(/^(?!0000)\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/)(v) && // of a day that there is
  !Number.isNaN(Date.parse(v)) && new Date(v).toISOString() === v.replace('Z', '.000Z')
const ENTRY = {
  at: isTime, body: isObject, kind: like(/^[a-z][a-z-]{0,31}$/), log: isOrigin, room: isDigest, salt: like(/^[0-9a-f]{32}$/),
  schema: isSchema, seq: isSize, v: is(1)
}
function entry (bytes) { const value = canonical(bytes, 8192); need(fits(value, ENTRY), 'form', 'entry'); return value }

// ---- Ed25519 (ed25519.md): no cofactor, canonical points of the prime-order subgroup. Nothing secret is here: time may depend on the data
const P = 2n ** 255n - 19n
const L = 2n ** 252n + 27742317777372353535851937790883648493n
const mod = (a, m = P) => { const r = a % m; return r < 0n ? r + m : r }
const power = (b, e, m = P) => { let r = 1n; for (b = mod(b, m); e; e >>= 1n, b = b * b % m) if (e & 1n) r = r * b % m; return r }
const D = mod(-121665n * power(121666n, P - 2n))
const ROOT = power(2n, (P - 1n) / 4n)
const ZERO = [0n, 1n, 1n, 0n]
const big = (bytes) => BigInt('0x' + hex(bytes))
const little = (bytes) => big(Uint8Array.from(bytes).reverse())
function add ([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = (y1 - x1) * (y2 - x2) % P; const b = (y1 + x1) * (y2 + x2) % P
  const c = 2n * D * t1 % P * t2 % P; const d = 2n * z1 * z2 % P
  return [mod((b - a) * (d - c)), mod((d + c) * (b + a)), mod((d - c) * (d + c)), mod((b - a) * (b + a))]
}
const times = (n, point) => { let r = ZERO; for (; n; n >>= 1n, point = add(point, point)) if (n & 1n) r = add(r, point); return r }
function encode ([x, y, z]) {
  const i = power(z, P - 2n); const n = mod(y * i) | (mod(x * i) & 1n) << 255n
  return unhex(n.toString(16).padStart(64, '0')).reverse()
}
function decode (bytes) { // -> the point, or null
  const n = little(bytes); const y = n & (1n << 255n) - 1n; const sign = n >> 255n
  const x2 = (y * y - 1n) * power(D * y * y + 1n, P - 2n); let x = power(x2, (P + 3n) / 8n)
  if (mod(x * x - x2)) x = x * ROOT % P
  if (y >= P || mod(x * x - x2) || (x === 0n && sign)) return null
  if ((x & 1n) !== sign) x = P - x
  return [x, y, 1n, x * y % P]
}
const B = decode(unhex('58' + '66'.repeat(31)))
const neutral = ([x, y, z]) => x === 0n && y === z
const known = new Map() // keys that were looked at, so that the costly question is asked once
function register (key) { // -> its point, or null if it is not to be registered
  const name = hex(key)
  if (!known.has(name)) {
    const point = key.length === 32 ? decode(key) : null
    known.set(name, point && !neutral(point) && neutral(times(L, point)) ? point : null)
  }
  return known.get(name)
}
async function ed25519 (key, signature, message) {
  const point = register(key)
  if (!point || signature.length !== 64) return false
  const r = signature.slice(0, 32); const s = little(signature.slice(32))
  if (s >= L || same(r, encode(ZERO))) return false
  const k = mod(little(await digest('SHA-512', cat(r, key, message))), L)
  const [x, y, z, t] = times(k, point)
  return same(encode(add(times(s, B), [P - x, y, z, mod(-t)])), r)
}

// ---- signatures of persons (dsse.md)
const SUITES = {
  ed25519,
  'ecdsa-p256': async (key, signature, message) => {
    const raw = derPair(signature); const point = key.length === 33 && uncompressed(key)
    if (!raw || !point) return false
    const ready = await crypto.subtle.importKey('raw', point, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']).catch(() => null)
    return ready !== null && crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, ready, raw, message)
  },
  rsa: async (key, signature, message) => {
    const how = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
    const ready = await crypto.subtle.importKey('spki', key, how, true, ['verify']).catch(() => null)
    const { modulusLength: bits, publicExponent: e } = ready?.algorithm ?? {}
    if (!ready || bits < 2048 || bits > 4096 || hex(e) !== '010001') return false
    return same(new Uint8Array(await crypto.subtle.exportKey('spki', ready)), key) && crypto.subtle.verify(how, ready, signature, message)
  }
}
function uncompressed (key) { // a point of P-256 with y, from x; or null
  const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n; const x = big(key.slice(1))
  const square = mod(x * x * x - 3n * x + 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn, p)
  let y = power(square, (p + 1n) / 4n, p)
  if ((key[0] | 1) !== 3 || x >= p || y * y % p !== square) return null
  if ((y & 1n) !== BigInt(key[0] & 1)) y = p - y
  return cat(Uint8Array.of(4), key.slice(1), unhex(y.toString(16).padStart(64, '0')))
}
function derPair (der) { // SEQUENCE of two positive INTEGERs in DER -> r || s, or null
  const [, all, first, rest] = /^30(..)02(..)((?:..)*)$/.exec(hex(der)) ?? ['', '', '', '']
  const size = 2 * parseInt(first, 16); const second = /^02(..)((?:..)*)$/.exec(rest.slice(size))
  if (parseInt(all, 16) !== der.length - 2 || !second || 2 * parseInt(second[1], 16) !== second[2].length) return null
  const both = [rest.slice(0, size), second[2]].map((n) => /^(00(?=[89a-f])|(?=[0-7])(?!00))(.{2,64})$/.exec(n)?.[2])
  return both.every(Boolean) ? unhex(both.map((n) => n.padStart(64, '0')).join('')) : null
}
async function openEnvelope (bytes, type, keys) { // keys: id -> {suite, bytes}; -> the payload
  const envelope = canonical(bytes, 1 << 20); const line = { keyid: (v) => typeof v === 'string', sig: base64 }
  const lines = (all) => Array.isArray(all) && all.length >= 1 && all.length <= 16 && all.every((one) => fits(one, line)) &&
    new Set(all.map((one) => one.keyid)).size === all.length
  need(fits(envelope, { payload: base64, payloadType: is(type), signatures: lines }), 'form', 'envelope')
  const payload = base64(envelope.payload); let count = 0
  const message = cat(enc(`DSSEv1 ${enc(type).length} ${type} ${payload.length} `), payload)
  for (const { keyid, sig } of envelope.signatures) {
    const key = Object.hasOwn(keys, keyid) ? keys[keyid] : null
    if (!key) continue
    need(Object.hasOwn(SUITES, key.suite) && hex(await sha256(key.bytes)) === keyid, 'signature')
    need(await SUITES[key.suite](key.bytes, base64(sig), message), 'signature')
    count++
  }
  need(count, 'signature')
  return payload
}

// ---- notes, checkpoints, cosignatures (log.md)
const isKeyName = like(/^[^\s+\p{C}\p{Z}]{1,255}$/u)
const lineId = async (name, type, key) => hex((await sha256(cat(enc(name + '\n'), Uint8Array.of(type), key))).slice(0, 4))
async function verifierKey (text) {
  const [, name, id, code] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text ?? '') ?? []
  need(isKeyName(name), 'form', 'key')
  const [type, ...rest] = base64(code); const key = Uint8Array.from(rest)
  need((type === 1 || type === 4) && register(key) && await lineId(name, type, key) === id, 'form', 'key')
  return { name, id, type, key }
}
function splitNote (bytes) { // -> {text, lines: [{name, id, signature}]}, nobody's signature checked
  need(bytes.length <= 65536, 'form', 'note')
  const all = dec(bytes); const at = all.lastIndexOf('\n\n')
  need(!/[\x00-\x09\x0b-\x1f\x7f]/.test(all) && at >= 0 && all.endsWith('\n'), 'form', 'note')
  const lines = all.slice(at + 2).split('\n').slice(0, -1).map((line) => {
    const [, name, code] = /^— ([^ ]+) ([^ ]+)$/.exec(line) ?? []
    need(isKeyName(name), 'form', 'note')
    const raw = base64(code)
    need(raw.length > 4, 'form', 'note')
    return { name, id: hex(raw.slice(0, 4)), signature: raw.slice(4) }
  })
  const once = new Set(lines.map((line) => `${line.name} ${line.id}`))
  need(lines.length >= 1 && lines.length <= 16 && once.size === lines.length, 'form', 'note')
  return { text: all.slice(0, at + 1), lines }
}
async function openNote (bytes, keys) { // keys: {name, id, type, key} or {name, id, holds} -> {text, lines, signed: [name], times}
  const { text, lines } = splitNote(bytes); const signed = []; const times = {}
  for (const { name, id, signature } of lines) {
    const key = keys.find((k) => k.name === name && k.id === id); let message = enc(text); let bare = signature
    if (!key) continue
    if (key.type === 4) {
      need(signature.length === 72, 'note-signature', name)
      const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0)
      need(time >= 1n && time < 2n ** 63n, 'note-signature', name)
      times[name] = Number(time); message = cat(enc(`cosignature/v1\ntime ${time}\n`), message); bare = signature.slice(8)
    }
    need(await (key.holds ? key.holds(bare, message) : ed25519(key.key, bare, message)), 'note-signature', name)
    signed.push(name)
  }
  need(signed.length, 'note-signature', '')
  return { text, lines, signed, times }
}
function checkpoint (text) { // -> {origin, size, root}
  const [, origin, size, code] = /^([^\n]+)\n(0|[1-9][0-9]*)\n([^\n]+)\n$/.exec(text) ?? []
  need(isOrigin(origin) && BigInt(size) < 2n ** 63n, 'form', 'checkpoint')
  const root = base64(code)
  need(root.length === 32 && (size !== '0' || code === '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='), 'form', 'checkpoint')
  return { origin, size: Number(size), root }
}

// ---- changes of a log's key (key-change.md)
const CHANGE = /^cochair\/key-change\/v1\n([0-9a-f]{64})\n([^\n]+\/record)\n(0|[1-9][0-9]{0,18})\n([^\n]{44})\n([^\n]+)\n$/
async function claimedChange (note) { // what a note says, nobody's signature checked
  const { text } = splitNote(enc(note)); const [, room, origin, size, root, key] = CHANGE.exec(text) ?? []
  need(isOrigin(origin) && BigInt(size) < 2n ** 63n && base64(root).length === 32, 'form', 'change')
  const { name, type, key: bytes } = await verifierKey(key)
  need(name === origin && type === 1, 'form', 'change')
  return { text, room, origin, size: Number(size), root: base64(root), key, public: hex(bytes) }
}
async function openChange (note, roots) { // the change that two of these three root keys (hex) signed, and nobody else
  const change = await claimedChange(note); const [domain, , side] = change.origin.split('/'); const name = `${domain}/${side}/root`
  need(Array.isArray(roots) && roots.length === 3 && new Set(roots).size === 3, 'quorum')
  need(roots.every((root) => isDigest(root) && register(unhex(root))), 'quorum')
  const keys = await Promise.all(roots.map(async (r) => ({ name, id: await lineId(name, 1, unhex(r)), type: 1, key: unhex(r) })))
  const { lines, signed } = await openNote(enc(note), keys)
  need(signed.length >= 2 && signed.length === lines.length && !roots.includes(change.public), 'quorum')
  return change
}

// ---- tree and files (log.md)
const node = (left, right) => sha256(cat(Uint8Array.of(1), left, right))
const leafHash = (bytes) => sha256(cat(Uint8Array.of(0), bytes))
async function tree (leaves) { // -> levels of perfect subtrees: levels[h][i] has 2^h leaves
  const levels = [leaves]; const pairs = (row) => Array.from({ length: row.length >> 1 }, (_, i) => node(row[2 * i], row[2 * i + 1]))
  while (levels.at(-1).length > 1) levels.push(await Promise.all(pairs(levels.at(-1))))
  return levels
}
async function rootAt (levels, size) {
  let root = size ? null : await sha256(new Uint8Array())
  for (let h = 0, n = size; n; h++, n = Math.floor(n / 2)) if (n % 2) root = root ? await node(levels[h][n - 1], root) : levels[h][n - 1]
  return root
}
const tilePath = (level, index, width) => {
  const parts = [String(index % 1000).padStart(3, '0')]
  for (let n = Math.floor(index / 1000); n; n = Math.floor(n / 1000)) parts.unshift('x' + String(n % 1000).padStart(3, '0'))
  return `tile/${level}/${parts.join('/')}${width < 256 ? `.p/${width}` : ''}`
}
function entryBundle (bytes, count) {
  const entries = []; let at = 0
  while (at + 2 <= bytes.length && entries.length < count) {
    const end = at + 2 + (bytes[at] << 8 | bytes[at + 1])
    entries.push(bytes.subarray(at + 2, end)); at = end
  }
  need(at === bytes.length && entries.length === count, 'form', 'entry bundle')
  return entries
}

// ---- tar (bundle.md)
function header (path, size) { // the one header of a regular file of this name and size
  const block = new Uint8Array(512); const put = (at, text) => block.set(enc(text), at); let cut = 0
  if (path.length > 100) for (cut = path.indexOf('/'); cut >= 0 && path.length - cut - 1 > 100;) cut = path.indexOf('/', cut + 1)
  need(cut >= 0 && cut <= 155, 'bundle', path)
  put(0, cut ? path.slice(cut + 1) : path); put(345, path.slice(0, cut)); put(257, 'ustar\x0000')
  put(100, `0000644\x000000000\x000000000\x00${size.toString(8).padStart(11, '0')}\x0000000000000\x00        0`)
  put(148, block.reduce((a, b) => a + b, 0).toString(8).padStart(6, '0') + '\0 ')
  return block
}
function untar (bytes) { // -> Map of path to bytes, in order
  const found = new Map(); let at = 0
  while (at + 512 <= bytes.length && bytes[at]) {
    const field = (from, to) => latin(bytes.subarray(at + from, at + to)).replace(/\0[^]*$/, '')
    const path = (field(345, 500) && field(345, 500) + '/') + field(0, 100); const size = parseInt(field(124, 136), 8)
    need(isPath(path) && !found.has(path) && size >= 0 && same(bytes.subarray(at, at + 512), header(path, size)), 'bundle', path)
    const from = at + 512; const end = from + Math.ceil(size / 512) * 512
    need(end <= bytes.length && !bytes.subarray(from + size, end).some(Boolean), 'bundle', path)
    found.set(path, bytes.subarray(from, from + size)); at = end
  }
  need(bytes.length - at >= 1024 && bytes.length - at <= 512 + 65536 && !bytes.subarray(at).some(Boolean), 'bundle', '')
  return found
}

// A room out of its files: logs, papers and contents as what their names say; then which manifests are agreed, and what stands behind them.

// ---- the agreement rule (agreement.md). Events: ['seen', side, n, ...], ['seal', manifest], ['revoke', k], ['find', side, k, ok], others
const heads = (e) => Array.from({ length: e.length >> 1 }, (_, i) => [e[2 * i + 1], e[2 * i + 2]])
// {side: [event]} at a closed cut; manifest -> {sides, releasing} -> [{manifest, seals: {side: index}}]
function agreements (logs, partiesOf) {
  const sides = Object.keys(logs).sort(); const acks = {}; const revokes = {}; const finds = new Map(); const memo = new Map()
  const seen = (p, i, q) => { let n = 0; for (const [at, size] of acks[p][q] ?? []) { if (at >= i) break; n = size } return n }
  for (const p of sides) {
    acks[p] = {}; revokes[p] = new Map() // acks[p][q]: [[index, size]], rising
    for (const [i, [what, q, k, ok]] of logs[p].entries()) {
      if (what === 'seen') for (const [s, n] of heads(logs[p][i])) if (n > ((acks[p][s] ??= []).at(-1)?.[1] ?? 0)) acks[p][s].push([i, n])
      if (what === 'revoke' && !revokes[p].has(q) && q < i) revokes[p].set(q, i)
      if (what === 'find' && seen(p, i, q) > k && !finds.has(`${p} ${q} ${k}`)) finds.set(`${p} ${q} ${k}`, [i, ok])
    }
  }
  const revoked = (p, k, n) => revokes[p].get(k) < n ? revokes[p].get(k) : -1
  const finding = (p, q, k, n) => { const [at, ok] = finds.get(`${p} ${q} ${k}`) ?? [Infinity]; return at < n ? ok : null }
  const seals = Object.fromEntries(sides.map((p) => [p, [...logs[p].keys()].filter((i) => logs[p][i][0] === 'seal')]))
  function valid (p, i) { // R1
    if (!memo.has(`${p} ${i}`)) memo.set(`${p} ${i}`, seals[p].every((k) => k >= i || !valid(p, k) || released(p, k, i)))
    return memo.get(`${p} ${i}`)
  }
  function released (p, k, i) {
    const manifest = logs[p][k][1]; const j = revoked(p, k, i)
    const others = partiesOf(manifest).releasing.filter((q) => q !== p && logs[q])
    return others.some((q) => finding(q, p, k, seen(p, i, q)) === false) || (j >= 0 && others.some((q) => {
      const told = acks[q][p]?.find(([, size]) => size > j)?.[0] ?? Infinity
      const answered = (a) => a < told && logs[q][a][1] === manifest && valid(q, a) && finding(p, q, a, i) !== false
      return told < seen(p, i, q) && !seals[q].some(answered)
    }))
  }
  function pick (manifest, needed, chosen) { // R2, R4: the first choice, Sides in order, seals in order
    if (chosen.length === needed.length) return Object.fromEntries(chosen)
    const p = needed[chosen.length]
    for (const i of seals[p] ?? []) {
      const counts = logs[p][i][1] === manifest && valid(p, i) && needed.every((q) => q === p || (logs[q] && finding(q, p, i, Infinity)))
      const together = counts && chosen.every(([q, k]) => revoked(q, k, seen(p, i, q)) < 0 && revoked(p, i, seen(q, k, p)) < 0)
      const found = together && pick(manifest, needed, [...chosen, [p, i]])
      if (found) return found
    }
    return null
  }
  return [...new Set(sides.flatMap((p) => seals[p].map((i) => logs[p][i][1])))].sort().flatMap((manifest) => {
    const needed = [...partiesOf(manifest).sides].sort(); const found = needed.length > 1 && pick(manifest, needed, [])
    return found ? [{ manifest, seals: found }] : []
  })
}

// ---- forms of what is sealed (manifest.md, schemas.md), and of the record's own entries (contents-record.md)
const SIDE = '[A-Z][A-Z0-9]{1,7}'
const isSide = like(new RegExp(`^${SIDE}$`)); const isId = like(new RegExp(`^${SIDE}/record/(0|[1-9]\\d{0,14})$`))
const isCode = like(/^[a-z0-9][a-z0-9.-]{0,63}$/); const isDay = like(/^(\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))?$/)
const words = (least, most) => (v) => typeof v === 'string' && [...v].length >= least && [...v].length <= most
const isName = words(1, 120); const isTruth = is(true, false)
const maybe = (form) => (v) => v === null || form(v)
const bySide = (form) => (v) => isObject(v) && Object.entries(v).every(([s, n]) => isSide(s) && form(n))
const list = (form) => (v) => Array.isArray(v) && v.every(form)
const rising = (all) => all.every((v, i) => !i || all[i - 1] < v)
const areHeads = bySide((v) => fits(v, { size: isSize, root: isDigest }))
const ACTS = ['terms', 'schema', 'adopt', 'initial', 'sign', 'confirm', 'correct', 'amend', 'terminate']
const SLOT = { kind: is(...ACTS), of: isName, step: (v) => isSize(v) && v <= 999 }
const isSlot = (v) => fits({ step: 0, ...v }, SLOT)
const BODIES = { // kind -> [form of each member, what stands where one is left out]
  seal: [{
    slot: isSlot, manifest: isDigest, heads: bySide(isSize), paper: isDigest, how: is('key', 'scan'), key: maybe(isName)
  }, { key: null }],
  revoke: [{ seal: isName }], finding: [{ seal: isName, valid: isTruth, reason: words(0, 64) }, { reason: '' }],
  seen: [{ heads: areHeads, working: areHeads }, { working: {} }], erase: [{ paper: isDigest, ground: isCode }],
  key: [{
    key: isDigest, public: like(/^[0-9a-f]{0,4096}$/), suite: isCode, person: like(/^[0-9a-f]{32}$/), post: isName, body: isName,
    from: isDay, until: maybe(isDay), certificate: maybe(isDigest)
  }, { until: null, certificate: null }],
  destroyed: [{ log: isName, size: isSize }], fault: [{ log: isName, what: isCode, evidence: maybe(isDigest) }, { evidence: null }],
  comment: [{ subject: isName, paper: isDigest }]
}
function sidesOf (terms) { // the Sides that terms name; none if they are not in the form of terms, or one stands twice
  const sides = terms?.sides
  return list((s) => isSide(s?.side))(sides) && new Set(sides.map((s) => s.side)).size === sides.length ? sides : []
}
function endedOf ({ ended = [] }) { // the keys of a Side that later terms ended (renewal.md)
  const forms = { exchange_key: isDigest, cosign_key: words(1, 400), heads: areHeads }
  const good = (one) => isObject(one) && fits(one, Object.fromEntries(Object.keys(one).map((n) => [n, forms[n] ?? is()])))
  need(list((one) => good(one) && Object.keys(one).length && ('cosign_key' in one) === ('heads' in one))(ended) && ended.length <= 64, 'terms')
  return ended
}
const codesOf = (terms) => sidesOf(terms).map((s) => s.side)
const isProgram = like(/^(0|[1-9]\d{0,3})(\.(0|[1-9]\d{0,3})){1,2}$/)
const LIST = {
  v: is(1), what: is('schema'), room: () => true, previous: maybe(isDigest),
  schemas: (rows) => list((r) => fits(r, { schema: isSchema, description: isDigest, program: isProgram }))(rows) && rows.length > 0 &&
    rows.length <= 4096 && rising(rows.map((r) => r.schema))
}
const listOf = (value) => fits(value, LIST) ? new Map(value.schemas.map((r) => [r.schema, r])) : null // schema -> its row; null: no list
const MEMBERS = ('agenda areas assessments body cites concordance contents cut dates delegations instrument kind languages ' +
  'meeting originals parties prevailing projects provisions reports room session signatories slot standing statements v ' +
  'way_forward what').split(' ')
function checkManifest (value, room, slot) { // refuses what is no manifest of this act
  const { parties, cut } = value; const isParty = (s) => parties.includes(s); const named = Object.keys(cut ?? {})
  const isUnit = (u) => isObject(u?.papers) && Object.values(u.papers).every(isDigest)
  const isOriginal = (o) => isParty(o?.holder) && isSize(o.length) && isDigest(o.sha256)
  const forms = {
    v: is(1), what: is('manifest'), room: is(room), slot: (v) => write(v) === write(slot), instrument: (v) => v === slot.of && isId(v),
    cites: slot.kind === 'adopt' ? is(null) : isDigest, standing: is('agreed', 'account'), parties: (v) => list(isSide)(v) && rising(v),
    cut: (v) => bySide(isSize)(v) && Object.keys(v).every(isParty) && (value.standing === 'account' || named.length === parties.length),
    provisions: (v) => list(isUnit)(v) && v.length && v.every((u, i) => u.id === `p${i + 1}`),
    originals: (v) => list(isOriginal)(v) && new Set(v.map((o) => o.holder)).size === v.length,
    signatories: list((s) => isParty(s?.side))
  }
  need(list(isSide)(parties) && isObject(cut) && fits(value, Object.fromEntries(MEMBERS.map((n) => [n, forms[n] ?? (() => true)]))),
    'manifest', `${slot.kind} ${slot.of}`)
}

// ---- a bundle as one file (bundle.md)
async function openBundle (bytes) { // -> {files, check(keys, room)}: whose list it is can be asked only when the terms are known
  const all = untar(bytes); const [note, signed, aside] = ['bundle.note', 'bundle.list', 'working.list'].map((name) => all.get(name))
  need(note && signed, 'bundle', 'bundle.note')
  const record = listed(signed); const rows = [...record, ...aside ? listed(aside) : []]
  const order = ['bundle.note', 'bundle.list', ...aside ? ['working.list'] : [], ...rows.map(([path]) => path)]
  need([...all.keys()].join() === order.join(), 'bundle', 'bundle.list')
  for (const [path, size, digest] of rows) {
    need(String(all.get(path).length) === size && hex(await sha256(all.get(path))) === digest, 'member', path)
  }
  const check = async (keys, room) => {
    const { text } = await openNote(note, [...keys.values()])
    const [, of, side, count, digest] = /^cochair\/bundle\/v1\n(.{64})\n(.+)\n(.+)\n(.{64})\n$/.exec(text) ?? []
    need(of === room && keys.has(side) && count === String(record.length) && digest === hex(await sha256(signed)), 'bundle', 'bundle.note')
    await openNote(note, [keys.get(side)])
  }
  return { files: new Map(rows.map(([path]) => [path, all.get(path)])), check }
}
function listed (bytes) {
  const lines = dec(bytes).split('\n')
  need(lines.pop() === '', 'bundle', 'bundle.list')
  const rows = lines.map((line) => /^([^ ]+) (0|[1-9]\d*) ([0-9a-f]{64})$/.exec(line)?.slice(1))
  need(rows.every((r) => r && isPath(r[0])) && rising(rows.map((r) => r[0])), 'bundle', 'bundle.list')
  return rows
}

// ---- the room (reading.md)
async function readRoom (files, check, wanted) { // files: Map of path to bytes -> the room, everything checked; else Refused
  const ids = [...files.keys()].map((p) => /^([0-9a-f]{64})\/structural\/\1$/.exec(p)?.[1]).filter(Boolean).sort()
  const room = ids.includes(wanted) ? wanted : ids[0]; const contents = new Map(); const papers = new Map()
  need(room, 'no-room')
  for (const [path, bytes] of files) {
    const [, what, name] = path.startsWith(`${room}/`) ? /^[^/]+\/(structural|paper)\/(.+)$/.exec(path) ?? [] : []
    if (what === 'paper') {
      need(await tried(() => paperId(bytes)) === name, 'paper', path)
      papers.set(name, bytes.subarray(32))
    } else if (what) {
      contents.set(name, await tried(() => canonical(bytes)))
      need(await structural(bytes) === name && isObject(contents.get(name)), 'content', path)
    }
  }
  const founding = contents.get(room); const { slug, specimen } = founding; const sides = new Map(); const logs = new Map()
  need(founding.what === 'terms' && founding.previous === null, 'terms')
  const present = [...files.keys()].filter((p) => p.endsWith('/checkpoint')).map((p) => p.slice(0, -11)).filter(isOrigin)
  for (let fresh = sidesOf(founding); fresh.length;) { // the Sides of the founding terms, then those of terms that known ones sealed
    for (const one of fresh) {
      const origin = `${one.domain}/${slug}/${one.side}/record`
      sides.set(one.side, one)
      if (present.includes(origin)) logs.set(one.side, await readLog(files, one, origin))
    }
    const seals = [...logs.values()].flatMap((log) => log.entries.filter((e) => e?.kind === 'seal' && e.body.slot?.kind === 'terms'))
    fresh = seals.flatMap((e) => sidesOf(contents.get(e.body.manifest))).filter((one) => !sides.has(one.side))
    fresh = fresh.filter((one, i) => fresh.findIndex((o) => o.side === one.side) === i)
  }
  const strange = present.find((origin) => origin.endsWith('/record') && ![...logs.values()].some((log) => log.origin === origin))
  need(!strange, 'stranger', strange)
  const fold = await foldRoom(room, logs, contents)
  const force = sidesOf(contents.get(fold.chain.at(-1))).sort((a, b) => a.side < b.side ? -1 : 1)
  const keys = new Map(); const senders = new Map(); const cosigners = []; let cosigned = 0
  for (const one of force) {
    const { side, log_key: key, cosign_key: cosigner } = one
    need(sides.get(side)?.log_key === key, 'head', side)
    keys.set(side, [key])
    if (cosigner) cosigners.push({ side, key: await verifierKey(cosigner) })
    for (const { cosign_key: was, heads = {} } of endedOf(one)) { // up to which head of whose record it counts
      if (was) cosigners.push({ side, key: await verifierKey(was), heads })
      for (const [of, head] of Object.entries(heads)) {
        const log = logs.get(of); const { size, root } = head
        need(!log || size > log.size || await stands(log, { size, root: unhex(root) }), 'fork', log?.origin)
      }
    }
  }
  for (const [side, log] of logs) { // whose key stood at which size (key-change.md); only now is it known
    const { origin, changes } = log; const beside = files.get(`${origin}/keys`)
    const own = (size) => saying(async () => {
      const key = await verifierKey(changes.findLast((change) => change.size < size)?.key ?? sides.get(side).log_key)
      need(key.type === 1 && key.name === origin)
      return key
    }, 'head', origin)
    const under = await own(log.size)
    await saying(() => openNote(log.note, [under]), 'head', origin)
    const told = await saying(async () => {
      const notes = beside ? canonical(beside, 1 << 18) : []
      need(list((note) => typeof note === 'string')(notes) && notes.length <= 64)
      return Promise.all(notes.map(async (note) => (await claimedChange(note)).text))
    }, 'other-change', origin)
    need(told.every((text) => changes.some((change) => change.text === text)), 'other-change', origin)
    if (!keys.has(side)) continue
    keys.get(side).push(...changes.map((change) => change.key))
    if (!changes.length || told.includes(changes.at(-1).text)) senders.set(side, await own(Infinity))
    const shown = files.get(`${room}/cosigned/${origin}`)
    if (!shown) continue
    const head = checkpoint(splitNote(shown).text)
    const counted = cosigners.filter((one) => one.side !== side && (!one.heads || head.size <= (one.heads[side]?.size ?? 0)))
    const { signed } = await openNote(shown, [await own(head.size), ...counted.map((one) => one.key)])
    const within = head.origin === origin && head.size <= log.size && await stands(log, head)
    need(signed.includes(origin) && signed.length > 1 && within, 'fork', origin)
    cosigned++
  }
  if (check) await check(senders, room)
  const agreed = []
  for (const one of fold.agreed) {
    const value = contents.get(one.manifest); const sealed = []
    checkManifest(value, room, one.slot)
    for (const [side, seq] of Object.entries(one.seals)) sealed.push(await behind(side, seq, one))
    agreed.push({ ...one, value, sealed })
  }
  return {
    ...fold, room, slug, specimen: specimen === true, keys, papers, contents, agreed, cosigned,
    sizes: [...logs].map(([s, log]) => [s, log.size]).sort(), changes: [...logs.values()].flatMap((log) => log.told),
    working: present.filter((o) => !o.endsWith('/record')).length,
    late: [...keys.keys()].filter((s) => !codesOf(founding).includes(s)), outside: [...logs.keys()].filter((s) => !keys.has(s))
  }
  async function behind (side, seq, { slot, manifest }) { // what stands behind a seal that counts (dsse.md, signing-request.md)
    const { how, key, paper, heads } = logs.get(side).entries[seq].body; const name = `${side}/record/${seq}`
    if (how === 'scan') return { side, how }
    const mandate = fold.mandates.get(key)
    need(mandate && key.startsWith(`${side}/`), 'mandate', name)
    if (!papers.has(paper)) return { side, how, missing: true }
    const want = { v: 1, what: 'seal-request', room, slug, specimen, side, slot, manifest, heads, mandate: key, key: mandate.key }
    const said = await saying(async () => {
      const bytes = unhex(mandate.public); const keys = { [hex(await sha256(bytes))]: { suite: mandate.suite, bytes } }
      return write(canonical(await openEnvelope(papers.get(paper), 'application/vnd.cochair.seal+json', keys), 65536))
    }, 'signature', name)
    need(said === write(want), 'signature', name)
    return { side, how }
  }
}
const TILE = /^tile\/([0-7])\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/
async function readLog (files, side, origin) { // every hash of one record; whose key signed its head is settled when its changes are known
  const note = files.get(`${origin}/checkpoint`); const head = await saying(() => checkpoint(splitNote(note).text), 'head', origin)
  need(head.origin === origin && head.size <= 1 << 24, 'head', origin)
  const raw = []
  for (let n = 0; n * 256 < head.size; n++) {
    const width = Math.min(256, head.size - n * 256); const bytes = files.get(`${origin}/${tilePath('entries', n, width)}`)
    need(bytes, 'left-out', origin)
    raw.push(...await saying(() => entryBundle(bytes, width), 'root', origin))
  }
  const entries = await Promise.all(raw.map((bytes) => tried(() => entry(bytes)))) // what is no entry does not count
  const levels = await tree(await Promise.all(raw.map(leafHash)))
  need(await stands({ levels }, head), 'root', origin)
  for (const [path, bytes] of files) {
    const found = path.startsWith(`${origin}/`) && TILE.exec(path.slice(origin.length + 1))
    if (!found) continue
    const from = 256 * Number(found[2].replace(/[x/]/g, '')); const width = Number(found[3] ?? 256)
    need(bytes.length === 32 * width && same(bytes, cat(...(levels[8 * found[1]] ?? []).slice(from, from + width))), 'tile', path)
  }
  const fresh = { applied: 0, acks: {}, tags: [], events: [], changes: [], told: [] } // what the fold makes of it
  return { ...fresh, side: side.side, first: side.log_key, origin, note, size: head.size, raw, entries, levels }
}
const stands = async (log, { size, root }) => same(await rootAt(log.levels, size), root) // whether the log has this root at this size

// ---- what counts (contents-record.md), in the order of cause and effect. Contents of the stages are not judged, only who sealed what
const MATTERS = ('bodies.body bodies.rules meetings.session meetings.dates meetings.agenda followup.area followup.project ' +
  'followup.phrase followup.action followup.assessment followup.way_forward protocol.instrument protocol.provision protocol.text ' +
  'protocol.alternative protocol.order protocol.concordance publication.consent').split(' ')
const STATEMENTS = ('bodies.post bodies.holder bodies.designee meetings.delegation meetings.freeze meetings.change meetings.report ' +
  'meetings.letter meetings.receipt meetings.declaration followup.lead followup.report protocol.signatory protocol.ending ' +
  'record.received record.supersedes record.confirms record.corrects record.key_change').split(' ')
const CORE = Object.keys(BODIES).map((kind) => `record.${kind}`)
const FOUNDING = new Set([...MATTERS, ...STATEMENTS, ...CORE, 'record.entry'].map((name) => `${name}/1`)) // in force in every room
const [VOID, WAIT] = [{ tag: '' }, { wait: true }]
async function foldRoom (room, logs, contents) {
  const slots = new Map(); const mandates = new Map(); let notCounted = 0; let acts = 0
  const at = (id) => { const [side, , seq] = id.split('/'); return { side, seq: Number(seq), log: logs.get(side) } }
  function tagOf (log, id) { // what an entry of the causal past is: '' if void; undefined if it is not in it
    const thing = isId(id) ? at(id) : {}
    return thing.side === log.side ? log.tags[thing.seq] : thing.seq < (log.acks[thing.side] ?? 0) ? thing.log?.tags[thing.seq] : undefined
  }
  const isThing = (log, id) => id === room || tagOf(log, id) === 'thing'
  for (let moved = true; moved;) {
    moved = false
    for (const log of logs.values()) while (log.applied < log.size && await next(log)) moved = true
  }
  const unread = [...logs.values()].filter((log) => log.applied < log.size).map(({ stopped, origin, applied, size }) =>
    stopped ? ['needs', origin, applied, size, stopped] : ['waits', origin, applied, size])
  const whole = Object.fromEntries([...logs].map(([s, log]) => [s, log.applied])); const chain = chainAt(whole); const agreed = []
  for (const [key, { kind, of, step }] of [...slots].sort(([a], [b]) => a < b ? -1 : 1)) {
    const found = kind === 'terms' ? termsOf(key) : sealed(key, whole, chain)
    need(found.length < 2, 'double', key)
    if (found.length && kind !== 'terms' && kind !== 'schema') agreed.push({ ...found[0], slot: { kind, of, step } })
  }
  return { chain, agreed, mandates, notCounted, unread }

  // which manifests of a slot are agreed at a cut, and by whose seals (agreement.md)
  function decide (key, cut, partiesOf) {
    const here = [...logs].map(([s, log]) => [s, log.events.slice(0, cut[s]).map((e) => e[0] === 'seal' && e[2] !== key ? [] : e)])
    return slots.has(key) ? agreements(Object.fromEntries(here), partiesOf) : []
  }
  function termsOf (key, cut = {}) {
    return decide(key, cut, (m) => ({ sides: codesOf(contents.get(m)), releasing: codesOf(contents.get(m)) }))
  }
  function sealed (key, cut, chain) { // any other slot: by the Sides of the earliest terms under which one of them sealed it
    const named = chain.map((d) => codesOf(contents.get(d))); const releasing = named.find((s) => s.length > 1) ?? []
    return decide(key, cut, (m) => {
      const counts = (s) => s.manifest === m && s.seq < cut[s.side] && named[chain.indexOf(s.terms)]?.includes(s.side)
      const made = slots.get(key).seals.filter(counts)
      return { sides: named.find((sides, step) => sides.length > 1 && made.some((s) => s.terms === chain[step])) ?? [], releasing }
    })
  }
  function chainAt (cut) { // the terms that came into force one after the other
    for (const found = [room]; ;) {
      const [following] = termsOf(`terms|${room}|${found.length}`, cut)
      if (!following || contents.get(following.manifest).previous !== found.at(-1)) return found
      found.push(following.manifest)
    }
  }
  function adoptedAt (cut) { // the schemas of the lists that came into force
    const chain = chainAt(cut); let found = new Map(); let previous = null
    for (let step = 1; slots.has(`schema|${room}|${step}`); step++) {
      const [one] = sealed(`schema|${room}|${step}`, cut, chain)
      if (!one || contents.get(one.manifest).previous !== previous) break
      found = listOf(contents.get(one.manifest)); previous = one.manifest
    }
    return found
  }

  // one entry
  function known (log) { return { ...Object.fromEntries([...logs.keys()].map((s) => [s, log.acks[s] ?? 0])), [log.side]: log.applied } }
  function past (log) { // what its writer holds and acknowledged, and what that acknowledged in its turn
    const cut = known(log)
    for (let moved = true; moved;) {
      moved = false
      const told = [...logs].flatMap(([s, other]) => other.events.slice(0, cut[s])).filter((e) => e[0] === 'seen').flatMap(heads)
      for (const [q, n] of told) if (n > (cut[q] ?? 0)) { cut[q] = n; moved = true }
    }
    return cut
  }
  function beyond (log, schema) { // null: it may be used here, and this reader knows it (schemas.md)
    if (FOUNDING.has(schema)) return null
    const now = `${acts} ${JSON.stringify(log.acks)}`
    if (log.asked !== now) Object.assign(log, { asked: now, adopted: adoptedAt(past(log)) })
    const one = log.adopted.get(schema)
    return one ? { stop: `${one.program} (${schema})` } : VOID
  }
  async function next (log) { // -> whether it could be applied
    const seq = log.applied; const one = log.entries[seq]
    const { v } = (one ? null : await tried(() => canonical(log.raw[seq], 8192))) ?? {}; const later = Number.isInteger(v) && v > 1
    const placed = one?.log === log.origin && one.room === room && one.seq === seq
    const verdict = placed ? await judge(log, one, `${log.side}/record/${seq}`) : (later && beyond(log, `record.entry/${v}`)) || VOID
    if (verdict.stop) Object.assign(log, { stopped: verdict.stop })
    if (log.stopped || verdict.wait) return false
    log.tags.push(verdict.tag ?? one.kind); log.events.push(verdict.event ?? []); log.applied++
    notCounted += verdict.tag === ''; acts += ['seal', 'revoke', 'find'].includes(verdict.event?.[0])
    return true
  }
  async function judge (log, { kind, schema, body }, id) {
    const name = schema.slice(0, schema.indexOf('/')); const later = beyond(log, schema); const [forms, absent] = BODIES[kind] ?? []
    if (later) return later
    if (name === 'record.key_change') return kind === 'statement' ? changed(log, body) : VOID
    if (kind === 'statement' || kind === 'position') return said(log, kind, name, body)
    const given = { ...absent, ...body }
    if (name !== `record.${kind}` || kind === 'comment' || !fits(given, forms)) return VOID
    if (kind === 'key') mandates.set(id, given)
    if (kind === 'seen') return seen(log, Object.entries(given.heads), given.working)
    if (kind === 'seal') return seal(log, { ...given, slot: { step: 0, ...given.slot } })
    if (kind === 'revoke' || kind === 'finding') {
      const { side, seq } = isId(given.seal) ? at(given.seal) : {}; const own = side === log.side
      if (tagOf(log, given.seal) !== 'seal' || own !== (kind === 'revoke')) return VOID
      if (own) return log.events.some((e) => e[0] === 'revoke' && e[1] === seq) ? VOID : { event: ['revoke', seq] }
      return { event: ['find', side, seq, given.valid] }
    }
    return {}
  }
  function said (log, kind, name, body) {
    if (!(kind === 'position' ? MATTERS : STATEMENTS).includes(name)) return VOID
    const { account, subject = 'self', content } = body
    const later = name === 'record.received' && isSchema(account?.schema) && beyond(log, account.schema)
    if (later) return later
    if (contentsOf(body).some((d) => !contents.has(d))) return WAIT
    if (kind === 'position' && !maybe(isObject)(content)) return VOID
    if (!name.startsWith('record.') && subject !== 'self' && !isThing(log, subject)) return VOID
    return { tag: kind === 'position' && subject !== 'self' ? 'position' : 'thing' }
  }
  async function changed (log, body) { // another key from here on, if two root keys of the terms that the log knew say so (key-change.md)
    const change = fits(body, { note: words(1, 4096) }) && await tried(() => claimedChange(body.note))
    if (!change || change.room !== room || change.origin !== log.origin || change.size !== log.applied) return VOID
    const roots = sidesOf(contents.get(chainAt(known(log)).at(-1))).find((s) => s.side === log.side)?.root_keys
    const signed = await tried(() => openChange(body.note, roots)) && await stands(log, change)
    const counts = signed && ![log.first, ...log.changes.map((c) => c.key)].includes(change.key) && log.changes.length < 64
    if (counts) log.changes.push(change)
    log.told.push([counts ? 'changed-key' : 'no-change', log.side, change.size, change.key])
    return { tag: 'thing' }
  }
  async function seen (log, said, working) {
    if (Object.keys(working).length || !said.length || said.some(([s, h]) => s === log.side || h.size < (log.acks[s] ?? 0))) return VOID
    if (said.some(([s, h]) => h.size > (logs.get(s)?.applied ?? 0))) return WAIT
    for (const [s, { size, root }] of said) {
      log.acks[s] = size
      need(hex(await rootAt(logs.get(s)?.levels ?? [], size)) === root, 'fork', logs.get(s)?.origin ?? s)
    }
    return { event: ['seen', ...said.flatMap(([s, h]) => [s, h.size])] }
  }
  function follows (value, log) { // terms: VOID or WAIT, or null if they may follow those before them
    const codes = codesOf(value); const before = contents.get(value.previous)
    if (!codes.includes(log.side) || !isDigest(value.previous)) return VOID
    if (!before) return WAIT
    return codesOf(before).every((s) => codes.includes(s)) && before.slug === value.slug ? null : VOID
  }
  function adds (value, log, step) { // a list of schemas, likewise
    const all = listOf(value); const first = value.previous === null; const before = first ? new Map() : contents.get(value.previous)
    if (!all || first !== (step === 1)) return VOID
    if (!before) return WAIT
    const old = first ? before : listOf(before)
    return old && old.size < all.size && [...old].every(([n, row]) => all.has(n) && write(all.get(n)) === write(row)) ? null : VOID
  }
  function seal (log, { slot, manifest, key: mandate }) {
    const { kind, of, step } = slot; const key = `${kind}|${of}|${step}`; const value = contents.get(manifest)
    const before = slots.get(key)?.seals ?? []; const full = before.filter((s) => s.side === log.side).length >= 64
    if (!isThing(log, of) || (mandate !== null && tagOf(log, mandate) !== 'key') || full) return VOID
    if (!value) return WAIT
    if ((isObject(value.slot) && write(value.slot) !== write(slot)) || (value.room ?? room) !== room) return VOID
    const next = { terms: follows, schema: adds }[kind]; const verdict = next && (of !== room || step < 1 ? VOID : next(value, log, step))
    if (verdict) return verdict
    const made = { side: log.side, seq: log.applied, manifest, terms: chainAt(known(log)).at(-1) }
    slots.set(key, { kind, of, step, seals: [...before, made] })
    return { event: ['seal', manifest, key] }
  }
}
function contentsOf (value) { // structural content that an entry names; it waits until that is held
  if (!isObject(value) && !Array.isArray(value)) return []
  return Object.entries(value).flatMap(([n, v]) => n === 'manifest' && isDigest(v) ? [v] : contentsOf(v))
}

// Files and an anchor -> a verdict, as `cochair verify` gives it: 0 proven, 1 refused, 3 consistent in itself while nothing says whose keys
// these are, 4 proven so far.
const say = (words, code, values = []) => (words[code] ?? code).replace(/\{(\d)\}/g, (_, n) => values[n] ?? '')
const fingerprint = (room) => room.match(/.{4}/g).join(' ')
async function anchorOf (text) { // -> {room, sides}, or null where nothing was given
  const plain = (text ?? '').replace(/[\s:-]/g, '').toLowerCase()
  if (!plain || isDigest(plain)) return plain ? { room: plain, sides: {} } : null
  const value = await saying(() => canonical(enc(text.trim()), 65536), 'anchor')
  need(fits(value, { v: is(1), what: is('trust'), room: isDigest, sides: isObject }), 'anchor')
  return value
}
async function verify (files, given) { // files: [{name, bytes} or {name, files: Map}] -> {status, lines, ...}
  const anchor = await given; const lines = []; const rooms = []
  const isPdf = ({ bytes }) => bytes && latin(bytes.subarray(0, 5)) === '%PDF-'
  for (const file of [...files].sort((a, b) => isPdf(a) - isPdf(b))) {
    const line = await (isPdf(file) ? original(file.bytes, rooms) : record(file, anchor, rooms)).catch((error) => {
      if (!(error instanceof Refused)) throw error
      return { status: 1, code: error.code, values: error.values, details: [], next: ['again'] }
    })
    lines.push({ file: file.name, ...line })
  }
  lines.sort((a, b) => files.findIndex((f) => f.name === a.file) - files.findIndex((f) => f.name === b.file))
  const status = [1, 3, 4, 0].find((s) => lines.some((l) => l.status === s)) ?? 1; const [room] = rooms
  const keys = Object.fromEntries([...room?.keys ?? []].map(([side, [first]]) => [side, first]))
  return { status, lines, room: room?.room ?? '', specimen: rooms.some((r) => r.specimen), keys }
}
async function record (file, anchor, rooms) {
  need(file.files || (file.bytes.length >= 512 && latin(file.bytes.subarray(257, 262)) === 'ustar'), 'unreadable')
  const { files, check } = file.files ? file : await openBundle(file.bytes)
  const room = await readRoom(files, check, anchor?.room); const { keys, sizes, unread } = room
  need(!anchor || room.room === anchor.room, 'other-room', room.slug, [...keys.keys()].join(', '))
  for (const [side, key] of Object.entries(anchor?.sides ?? {})) {
    const own = keys.get(side)
    need(own ? key === own[0] || key === own.at(-1) : unread.length, 'other-key', side)
  }
  const relied = anchor ? room.late.filter((s) => !anchor.sides[s]) : []; const total = sizes.reduce((n, [, size]) => n + size, 0)
  const { working, cosigned, notCounted } = room; const [late, outside] = [relied, room.outside].map((sides) => sides.join(', '))
  const told = { working, cosigned, 'not-counted': notCounted, relied: late, outside }
  const details = [['entries', total, sizes.map(([s, n]) => `${s} ${n}`).join(', '), room.papers.size, room.contents.size]]
  details.push(...Object.entries(told).filter(([, value]) => value), ...room.changes)
  for (const { slot, value, sealed } of room.agreed) {
    details.push(['slot', slot.kind, slot.of, sealed.map((s) => `${s.side} (${s.how})`).join(', '), value.provisions.length])
    details.push(...sealed.filter((s) => s.missing).map(({ side }) => ['no-signature', side, slot.kind]))
  }
  details.push(...unread)
  rooms.push({ ...room, status: anchor ? 0 : 3 })
  if (!anchor) return { status: 3, code: 'not-known', values: [], details, next: ['compare', fingerprint(room.room)] }
  if (unread.length) return { status: 4, code: 'partly', values: [], details, next: ['newest'] }
  return { status: 0, code: 'proven', values: [], details, next: null }
}

// ---- an original: the pages that were sealed, and behind them nothing but increments of the one closed form (pdf-signature.md)
async function original (bytes, rooms) {
  const of = (room) => room.agreed.flatMap(({ value: { originals, signatories } }) => originals.map((o) => ({ ...o, room, signatories })))
  const sealed = rooms.flatMap(of)
  need(rooms.length, 'no-record')
  need(sealed.length, 'no-original')
  need(sealed.some((o) => o.length <= bytes.length), 'short')
  for (const { length, sha256: digest, holder, signatories, room } of sealed) {
    if (bytes.length < length || hex(await sha256(bytes.subarray(0, length))) !== digest) continue
    const signed = increments(bytes, length, signatories.map((s) => `sign-${s.side}`))
    const next = room.status ? ['compare', fingerprint(room.room)] : null
    return { status: room.status, code: 'original', values: [length, holder, signed.length], details: [['not-checked']], next }
  }
  throw new Refused('base-changed')
}
function increments (bytes, length, names) { // -> names of the fields that are signed
  const portions = Array.from({ length: Math.ceil(bytes.length / 8192) }, (_, i) => bytes.subarray(8192 * i, 8192 * i + 8192))
  const text = portions.map((some) => String.fromCharCode(...some)).join(''); const base = text.slice(0, length); const signed = []
  const trailer = new RegExp('\\ntrailer << (/Info \\d+ 0 R /Root \\d+ 0 R) /Size (\\d+) (/ID \\[<[0-9a-f]*><[0-9a-f]*>\\]) >>\\n' +
    'startxref\\n(\\d+)\\n%%EOF\\n$').exec(base)
  const found = [...base.matchAll(/\n(\d+) 0 obj\n(<< [^\n]*\/T \((sign-[A-Z0-9]+)\)[^\n]*) >>\nendobj(?=\n)/g)]
  const fields = new Map(found.map((f) => [f[1], f])); const ten = (n) => String(n).padStart(10, '0')
  need(trailer && fields.size === names.length && names.every((n) => [...fields.values()].some((f) => f[3] === n)), 'base-changed')
  for (let at = length, previous = trailer[4]; at < text.length;) {
    const number = /^(\d+) 0 obj\n/.exec(text.slice(at, at + 20))?.[1]; const field = fields.get(number)
    const object = Number(trailer[2]) + signed.length
    need(field, 'bytes-behind')
    need(!signed.includes(field[3]), 'signed-twice')
    const head = `${number} 0 obj\n${field[2]} /V ${object} 0 R >>\nendobj\n`; const second = at + head.length
    const time = /\(D:(\d{14})Z\)/.exec(text.slice(second, second + 200))?.[1]
    const start = `${object} 0 obj\n<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (D:${time}Z) /ByteRange [0 `
    const from = second + start.length + 44; const to = from + 32770; const xref = to + ' >>\nendobj\n'.length
    const table = `xref\n${number} 1\n${ten(at)} 00000 n \n${object} 1\n${ten(second)} 00000 n \n`
    const end = `trailer << ${trailer[1]} /Size ${object + 1} /Prev ${previous} ${trailer[3]} >>\nstartxref\n${xref}\n%%EOF\n`
    const close = ` >>\nendobj\n${table}${end}`; const ranges = `${ten(from)} ${ten(to)} ${ten(close.length)}] /Contents `
    const contents = text.slice(from, to); const framed = text.startsWith(head + start + ranges, at) && text.startsWith(close, to)
    need(time && framed && /^<[0-9a-f]{32768}>$/.test(contents) && isElement(unhex(contents.slice(1, -1))), 'bytes-behind')
    signed.push(field[3]); previous = String(xref); at = to + close.length
  }
  return signed
}
function isElement (der) { // one DER element of definite length, then zeros
  const long = der[1] & 0x80 ? der[1] & 0x7f : 0; const size = long ? parseInt(hex(der.subarray(2, 2 + long)), 16) : der[1]
  return der[0] === 0x30 && long < 5 && 2 + long + size <= der.length && !der.subarray(2 + long + size).some(Boolean)
}

// The page for checking: files chosen or dropped, read here and nowhere else. The page's policy forbids every connection.

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
})()
