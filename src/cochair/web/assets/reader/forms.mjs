// Bytes: canonical JSON, Ed25519, notes, the tree, papers, envelopes, tar. Each form is that of docs/formats, and any other is refused.
export class Refused extends Error {
  constructor (code, ...values) { super(`${code}: ${values.join(', ')}`); Object.assign(this, { code, values: values.map(String) }) }
}
export const need = (holds, code, ...values) => { if (!holds) throw new Refused(code, ...values) }
export async function saying (work, ...why) { // what the work gives; where it refuses, for this reason
  try { return await work() } catch (error) { throw error instanceof Refused ? new Refused(...why) : error }
}
export async function tried (work) { // what the work gives, or null where it refuses
  try { return await work() } catch (error) { if (error instanceof Refused) return null; throw error }
}

// ---- bytes
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
export const enc = (text) => new TextEncoder().encode(text)
export const dec = (bytes) => { try { return utf8.decode(bytes) } catch { throw new Refused('form', 'UTF-8') } }
export const latin = (bytes) => new TextDecoder('latin1').decode(bytes) // windows-1252: as latin1 for every byte of our forms
export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
export function unhex (text) {
  need(typeof text === 'string' && /^([0-9a-f]{2})*$/.test(text), 'form', 'hex')
  return Uint8Array.from(text.match(/../g) ?? [], (p) => parseInt(p, 16))
}
export const same = (a, b) => a.length === b.length && a.every((v, i) => v === b[i])
export function cat (...parts) {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0)); let at = 0
  for (const part of parts) { all.set(part, at); at += part.length }
  return all
}
export function base64 (text) { // RFC 4648 section 4, its one form
  need(like(/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}(==|[A-Za-z0-9+/]=))?$/)(text) && btoa(atob(text)) === text, 'form', 'base64')
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
}
const u64 = (n) => { const b = new Uint8Array(8); new DataView(b.buffer).setBigUint64(0, BigInt(n)); return b }
const digest = async (name, bytes) => new Uint8Array(await crypto.subtle.digest(name, bytes))
export const sha256 = (bytes) => digest('SHA-256', bytes)

// ---- forms of values: a form says whether a value is in it
export const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v)
export const like = (pattern) => (v) => typeof v === 'string' && pattern.test(v)
export const isDigest = like(/^[0-9a-f]{64}$/)
export const isSize = (v) => Number.isSafeInteger(v) && v >= 0
export const isSchema = like(/^[a-z][a-z0-9_-]{0,31}\.[a-z][a-z0-9_-]{0,47}\/[1-9]\d{0,3}$/)
export const isOrigin = like(new RegExp('^(?=[a-z0-9.-]{1,253}/)[a-z0-9]+(?:[.-]+[a-z0-9]+)*/' +
  '(?=[a-z0-9-]{1,40}/)[a-z0-9]+(?:-+[a-z0-9]+)*/[A-Z][A-Z0-9]{1,7}/' +
  '(?:record|w-[A-Z][A-Z0-9]{1,7}-(?:0|[1-9][0-9]{0,14})(?:-(?:[2-9]|[1-9][0-9]))?)$'))
export const isPath = (v) => v.length <= 240 && v.split('/').every((part) => /^(?!\.\.?$)[A-Za-z0-9._-]+$/.test(part))
export const is = (...all) => (v) => all.includes(v)
export const fits = (value, forms) => isObject(value) && Object.keys(value).length === Object.keys(forms).length &&
  Object.entries(forms).every(([name, form]) => Object.hasOwn(value, name) && form(value[name])) // these members and no others

// ---- canonical JSON, papers, structural content, entries (entry.md, paper.md, structural.md)
export function canonical (bytes, most = 4 << 20) { // -> the value
  need(bytes.length <= most, 'form', `JSON: ${bytes.length} bytes`)
  const text = dec(bytes); let value
  try { value = JSON.parse(text) } catch { throw new Refused('form', 'JSON') }
  need(write(value) === text, 'form', 'JSON')
  return value
}
export function write (value, depth = 0) {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') { need(Number.isSafeInteger(value) && !Object.is(value, -0), 'form', 'JSON number'); return String(value) }
  if (typeof value === 'string') { need(!/[\0\p{Cs}]/u.test(value), 'form', 'JSON string'); return JSON.stringify(value) }
  need(depth < 16, 'form', 'JSON depth')
  if (Array.isArray(value)) return `[${value.map((v) => write(v, depth + 1)).join(',')}]`
  const names = Object.keys(value).sort() // by UTF-16 code units, as RFC 8785 wants it
  need(names.length <= 64, 'form', 'JSON members')
  return `{${names.map((n) => `${write(n, depth + 1)}:${write(value[n], depth + 1)}`).join(',')}}`
}
export const structural = async (bytes) => hex(await sha256(cat(enc('cochair/structural/v1\n'), bytes)))
export async function paperId (stored) {
  need(stored.length >= 32 && stored.length <= (256 << 20) + 32, 'form', 'paper')
  return hex(await sha256(cat(enc('cochair/paper/v1\n'), stored.subarray(0, 32), u64(stored.length - 32), stored.subarray(32))))
}
const isTime = (v) => like(/^(?!0000)\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/)(v) && // of a day that there is
  !Number.isNaN(Date.parse(v)) && new Date(v).toISOString() === v.replace('Z', '.000Z')
const ENTRY = {
  at: isTime, body: isObject, kind: like(/^[a-z][a-z-]{0,31}$/), log: isOrigin, room: isDigest, salt: like(/^[0-9a-f]{32}$/),
  schema: isSchema, seq: isSize, v: is(1)
}
export function entry (bytes) { const value = canonical(bytes, 8192); need(fits(value, ENTRY), 'form', 'entry'); return value }

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
export function register (key) { // -> its point, or null if it is not to be registered
  const name = hex(key)
  if (!known.has(name)) {
    const point = key.length === 32 ? decode(key) : null
    known.set(name, point && !neutral(point) && neutral(times(L, point)) ? point : null)
  }
  return known.get(name)
}
export async function ed25519 (key, signature, message) {
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
export async function openEnvelope (bytes, type, keys) { // keys: id -> {suite, bytes}; -> the payload
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
export const lineId = async (name, type, key) => hex((await sha256(cat(enc(name + '\n'), Uint8Array.of(type), key))).slice(0, 4))
export async function verifierKey (text) {
  const [, name, id, code] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text ?? '') ?? []
  need(isKeyName(name), 'form', 'key')
  const [type, ...rest] = base64(code); const key = Uint8Array.from(rest)
  need((type === 1 || type === 4) && register(key) && await lineId(name, type, key) === id, 'form', 'key')
  return { name, id, type, key }
}
export function splitNote (bytes) { // -> {text, lines: [{name, id, signature}]}, nobody's signature checked
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
export async function openNote (bytes, keys) { // keys: {name, id, type, key} or {name, id, holds} -> {text, lines, signed: [name], times}
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
export function checkpoint (text) { // -> {origin, size, root}
  const [, origin, size, code] = /^([^\n]+)\n(0|[1-9][0-9]*)\n([^\n]+)\n$/.exec(text) ?? []
  need(isOrigin(origin) && BigInt(size) < 2n ** 63n, 'form', 'checkpoint')
  const root = base64(code)
  need(root.length === 32 && (size !== '0' || code === '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='), 'form', 'checkpoint')
  return { origin, size: Number(size), root }
}

// ---- changes of a log's key (key-change.md)
const CHANGE = /^cochair\/key-change\/v1\n([0-9a-f]{64})\n([^\n]+\/record)\n(0|[1-9][0-9]{0,18})\n([^\n]{44})\n([^\n]+)\n$/
export async function claimedChange (note) { // what a note says, nobody's signature checked
  const { text } = splitNote(enc(note)); const [, room, origin, size, root, key] = CHANGE.exec(text) ?? []
  need(isOrigin(origin) && BigInt(size) < 2n ** 63n && base64(root).length === 32, 'form', 'change')
  const { name, type, key: bytes } = await verifierKey(key)
  need(name === origin && type === 1, 'form', 'change')
  return { text, room, origin, size: Number(size), root: base64(root), key, public: hex(bytes) }
}
export async function openChange (note, roots) { // the change that two of these three root keys (hex) signed, and nobody else
  const change = await claimedChange(note); const [domain, , side] = change.origin.split('/'); const name = `${domain}/${side}/root`
  need(Array.isArray(roots) && roots.length === 3 && new Set(roots).size === 3, 'quorum')
  need(roots.every((root) => isDigest(root) && register(unhex(root))), 'quorum')
  const keys = await Promise.all(roots.map(async (r) => ({ name, id: await lineId(name, 1, unhex(r)), type: 1, key: unhex(r) })))
  const { lines, signed } = await openNote(enc(note), keys)
  need(signed.length >= 2 && signed.length === lines.length && !roots.includes(change.public), 'quorum')
  return change
}

// ---- tree and files (log.md)
export const node = (left, right) => sha256(cat(Uint8Array.of(1), left, right))
export const leafHash = (bytes) => sha256(cat(Uint8Array.of(0), bytes))
export async function tree (leaves) { // -> levels of perfect subtrees: levels[h][i] has 2^h leaves
  const levels = [leaves]; const pairs = (row) => Array.from({ length: row.length >> 1 }, (_, i) => node(row[2 * i], row[2 * i + 1]))
  while (levels.at(-1).length > 1) levels.push(await Promise.all(pairs(levels.at(-1))))
  return levels
}
export async function rootAt (levels, size) {
  let root = size ? null : await sha256(new Uint8Array())
  for (let h = 0, n = size; n; h++, n = Math.floor(n / 2)) if (n % 2) root = root ? await node(levels[h][n - 1], root) : levels[h][n - 1]
  return root
}
export const tilePath = (level, index, width) => {
  const parts = [String(index % 1000).padStart(3, '0')]
  for (let n = Math.floor(index / 1000); n; n = Math.floor(n / 1000)) parts.unshift('x' + String(n % 1000).padStart(3, '0'))
  return `tile/${level}/${parts.join('/')}${width < 256 ? `.p/${width}` : ''}`
}
export function entryBundle (bytes, count) {
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
export function untar (bytes) { // -> Map of path to bytes, in order
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
