// Bytes: canonical JSON, digests, Ed25519, notes, the tree, papers, envelopes, tar. Each form is that of docs/formats, and any other is refused.
export class Refused extends Error {
  constructor (code, ...values) { super(`${code}: ${values.join(', ')}`); this.code = code; this.values = values.map(String) }
}
export const need = (holds, code, ...values) => { if (!holds) throw new Refused(code, ...values) }

// ---- bytes
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
export const enc = (text) => new TextEncoder().encode(text)
export const dec = (bytes) => { try { return utf8.decode(bytes) } catch { throw new Refused('form', 'UTF-8') } }
export const latin = (bytes) => new TextDecoder('latin1').decode(bytes) // windows-1252: equal to latin1 for every byte that our forms hold
export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
export const unhex = (text) => { need(typeof text === 'string' && /^([0-9a-f]{2})*$/.test(text), 'form', 'hex'); return Uint8Array.from(text.match(/../g) ?? [], (p) => parseInt(p, 16)) }
export const same = (a, b) => a.length === b.length && a.every((v, i) => v === b[i])
export function cat (...parts) {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0)); let at = 0
  for (const part of parts) { all.set(part, at); at += part.length }
  return all
}
export function base64 (text) { // RFC 4648 section 4, its one form
  need(typeof text === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0, 'form', 'base64')
  const raw = atob(text)
  need(btoa(raw) === text, 'form', 'base64')
  return Uint8Array.from(raw, (c) => c.charCodeAt(0))
}
export const u64 = (n) => { const b = new Uint8Array(8); new DataView(b.buffer).setBigUint64(0, BigInt(n)); return b }
const digest = async (name, bytes) => new Uint8Array(await crypto.subtle.digest(name, bytes))
export const sha256 = (bytes) => digest('SHA-256', bytes)
export const isDigest = (text) => typeof text === 'string' && /^[0-9a-f]{64}$/.test(text)

// ---- canonical JSON (entry.md)
export function canonical (bytes, most = 4 << 20) { // -> the value
  need(bytes.length <= most, 'form', `JSON: ${bytes.length} bytes`)
  const text = dec(bytes)
  let value
  try { value = JSON.parse(text) } catch { throw new Refused('form', 'JSON') }
  need(write(value, 0) === text, 'form', 'JSON')
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
export const members = (value, ...names) => value !== null && typeof value === 'object' && !Array.isArray(value) &&
  Object.keys(value).length === names.length && names.every((n) => Object.hasOwn(value, n))

// ---- papers and structural content
export const structural = async (bytes) => hex(await sha256(cat(enc('cochair/structural/v1\n'), bytes)))
export const paperId = async (stored) => {
  need(stored.length >= 32 && stored.length <= (256 << 20) + 32, 'form', 'paper')
  return hex(await sha256(cat(enc('cochair/paper/v1\n'), stored.slice(0, 32), u64(stored.length - 32), stored.slice(32))))
}

// ---- Ed25519 (ed25519.md): no cofactor, canonical points of the prime-order subgroup. Nothing secret is here, so time may depend on the data.
const P = 2n ** 255n - 19n
const L = 2n ** 252n + 27742317777372353535851937790883648493n
const mod = (a, m = P) => { const r = a % m; return r < 0n ? r + m : r }
const power = (b, e, m = P) => { let r = 1n; for (b = mod(b, m); e; e >>= 1n, b = b * b % m) if (e & 1n) r = r * b % m; return r }
const D = mod(-121665n * power(121666n, P - 2n))
const ROOT = power(2n, (P - 1n) / 4n)
const little = (bytes) => BigInt('0x' + hex(Uint8Array.from(bytes).reverse()))
const ZERO = [0n, 1n, 1n, 0n]
function add ([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = (y1 - x1) * (y2 - x2) % P; const b = (y1 + x1) * (y2 + x2) % P; const c = 2n * D * t1 % P * t2 % P; const d = 2n * z1 * z2 % P
  const e = b - a; const f = d - c; const g = d + c; const h = b + a
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)]
}
const times = (n, point) => { let r = ZERO; for (; n; n >>= 1n, point = add(point, point)) if (n & 1n) r = add(r, point); return r }
function encode ([x, y, z]) {
  const i = power(z, P - 2n); const n = mod(y * i) | (mod(x * i) & 1n) << 255n
  return unhex(n.toString(16).padStart(64, '0')).reverse()
}
function decode (bytes) { // -> the point, or null
  const n = little(bytes); const y = n & (1n << 255n) - 1n; const sign = n >> 255n
  if (y >= P) return null
  const x2 = (y * y - 1n) * power(D * y * y + 1n, P - 2n)
  let x = power(x2, (P + 3n) / 8n)
  if (mod(x * x - x2)) x = x * ROOT % P
  if (mod(x * x - x2) || (x === 0n && sign)) return null
  if ((x & 1n) !== sign) x = P - x
  return [x, y, 1n, x * y % P]
}
const B = decode(unhex('58' + '66'.repeat(31)))
const neutral = (point) => point[0] === 0n && point[1] === point[2]
const known = new Map() // keys that are registered, so that the costly question is asked once
export function register (key) {
  const name = hex(key); const point = known.has(name) || key.length !== 32 ? null : decode(key)
  if (!known.has(name)) known.set(name, point && !neutral(point) && neutral(times(L, point)) ? point : null)
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
    const raw = derPair(signature); const point = key.length === 33 && (key[0] === 2 || key[0] === 3) && await uncompressed(key)
    if (!raw || !point) return false
    const ready = await crypto.subtle.importKey('raw', point, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']).catch(() => null)
    return ready !== null && crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, ready, raw, message)
  },
  rsa: async (key, signature, message) => {
    const ready = await crypto.subtle.importKey('spki', key, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, true, ['verify']).catch(() => null)
    const { modulusLength: bits, publicExponent: e } = ready?.algorithm ?? {}
    if (!ready || bits < 2048 || bits > 4096 || hex(e) !== '010001') return false
    if (!same(new Uint8Array(await crypto.subtle.exportKey('spki', ready)), key)) return false
    return crypto.subtle.verify('RSASSA-PKCS1-v1_5', ready, signature, message)
  }
}
function uncompressed (key) { // the point of P-256, y from x
  const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n; const x = BigInt('0x' + hex(key.slice(1)))
  const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn
  const square = mod(x * x * x - 3n * x + b, p); let y = power(square, (p + 1n) / 4n, p)
  if (x >= p || y * y % p !== square) return null
  if ((y & 1n) !== BigInt(key[0] & 1)) y = p - y
  return cat(Uint8Array.of(4), key.slice(1), unhex(y.toString(16).padStart(64, '0')))
}
function derPair (der) { // SEQUENCE of two positive INTEGERs in DER -> r || s, or null
  const found = /^30(..)02(..)((?:..)*)$/.exec(hex(der))
  if (!found || parseInt(found[1], 16) !== der.length - 2) return null
  const size = 2 * parseInt(found[2], 16); const rest = found[3].slice(size)
  if (!rest.startsWith('02') || 2 * parseInt(rest.slice(2, 4), 16) !== rest.length - 4) return null
  const both = [found[3].slice(0, size), rest.slice(4)].map((n) => /^(00(?=[89a-f])|(?=[0-7])(?!00))(.{2,64})$/.exec(n)?.[2])
  return both.every(Boolean) ? unhex(both.map((n) => n.padStart(64, '0')).join('')) : null
}
export const suiteKnown = (suite) => Object.hasOwn(SUITES, suite)
export async function openEnvelope (bytes, type, keys) { // keys: id -> {suite, bytes}; -> the payload
  const envelope = canonical(bytes, 1 << 20)
  need(members(envelope, 'payload', 'payloadType', 'signatures') && envelope.payloadType === type && Array.isArray(envelope.signatures), 'form', 'envelope')
  const ids = envelope.signatures.map((one) => members(one, 'keyid', 'sig') && typeof one.keyid === 'string' && one.keyid)
  need(ids.length >= 1 && ids.length <= 16 && ids.every((id) => id !== false) && new Set(ids).size === ids.length, 'form', 'envelope')
  const payload = base64(envelope.payload)
  const message = cat(enc(`DSSEv1 ${enc(type).length} ${type} ${payload.length} `), payload)
  let count = 0
  for (const { keyid, sig } of envelope.signatures) {
    const signature = base64(sig); const key = keys[keyid]
    if (!key) continue
    need(suiteKnown(key.suite) && hex(await sha256(key.bytes)) === keyid && await SUITES[key.suite](key.bytes, signature, message), 'signature')
    count++
  }
  need(count, 'signature')
  return payload
}

// ---- notes, checkpoints, cosignatures (log.md)
const NAME = /^[^\s+\p{C}\p{Z}]{1,255}$/u
async function mac (key, message) {
  const ready = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', ready, cat(enc('cochair/mac/v1\n'), message)))
}
export async function lineId (name, type, key) { return hex((await sha256(cat(enc(name + '\n'), Uint8Array.of(type), key))).slice(0, 4)) }
export async function verifierKey (text) {
  const found = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text ?? '')
  need(found && NAME.test(found[1]), 'form', 'key')
  const raw = base64(found[3]); const [name, id, type, key] = [found[1], found[2], raw[0], raw.slice(1)]
  need((type === 1 || type === 4) && register(key) && await lineId(name, type, key) === id, 'form', 'key')
  return { name, id, type, key }
}
export const noteText = (bytes) => { const all = dec(bytes); return all.slice(0, all.lastIndexOf('\n\n') + 1) } // nobody's signature checked
export async function openNote (bytes, keys) { // -> {text, signed: [names], times: {name: seconds}}; who has a MAC key gives {name, id, type: 255, key}
  need(bytes.length <= 65536, 'form', 'note')
  const all = dec(bytes)
  const at = all.lastIndexOf('\n\n')
  need(!/[\x00-\x09\x0b-\x1f\x7f]/.test(all) && at >= 0 && all.endsWith('\n'), 'form', 'note')
  const text = all.slice(0, at + 1)
  const lines = all.slice(at + 2).split('\n').slice(0, -1).map((line) => /^— ([^ ]+) ([^ ]+)$/.exec(line))
  need(lines.length >= 1 && lines.length <= 16 && lines.every((l) => l && NAME.test(l[1])), 'form', 'note')
  const signed = []; const times = {}; const once = new Set()
  for (const [, name, code] of lines) {
    const raw = base64(code); const id = hex(raw.slice(0, 4)); const signature = raw.slice(4)
    need(raw.length > 4 && !once.has(`${name} ${id}`), 'form', 'note')
    once.add(`${name} ${id}`)
    const key = keys.find((k) => k.name === name && k.id === id)
    if (!key) continue
    let message = enc(text); let bare = signature
    if (key.type === 4) {
      need(signature.length === 72, 'note-signature', name)
      const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0)
      need(time >= 1n && time < 2n ** 63n, 'note-signature', name)
      times[name] = Number(time); bare = signature.slice(8); message = enc(`cosignature/v1\ntime ${time}\n${text}`)
    }
    const holds = key.type === 255 ? same(await mac(key.key, message), bare) : await ed25519(key.key, bare, message)
    need(holds, 'note-signature', name)
    signed.push(name)
  }
  need(signed.length, 'note-signature', '')
  return { text, signed, times }
}
const DOMAIN = '(?=[a-z0-9.-]{1,253}/)[a-z0-9]+(?:[.-]+[a-z0-9]+)*'
const ORIGIN = new RegExp(`^${DOMAIN}/(?=[a-z0-9-]{1,40}/)[a-z0-9]+(?:-+[a-z0-9]+)*/[A-Z][A-Z0-9]{1,7}/(?:record|w-[A-Z][A-Z0-9]{1,7}-(?:0|[1-9][0-9]{0,14})(?:-(?:[2-9]|[1-9][0-9]))?)$`)
export const isOrigin = (text) => typeof text === 'string' && ORIGIN.test(text)
export function checkpoint (text) { // -> {origin, size, root}
  const found = /^([^\n]+)\n(0|[1-9][0-9]*)\n([^\n]+)\n$/.exec(text)
  need(found && isOrigin(found[1]) && BigInt(found[2]) < 2n ** 63n, 'form', 'checkpoint')
  const root = base64(found[3])
  need(root.length === 32 && (found[2] !== '0' || found[3] === '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='), 'form', 'checkpoint')
  return { origin: found[1], size: Number(found[2]), root }
}

// ---- tree and files (log.md)
export const node = (left, right) => sha256(cat(Uint8Array.of(1), left, right))
export const leafHash = (entry) => sha256(cat(Uint8Array.of(0), entry))
export async function tree (leaves) { // -> levels of perfect subtrees: levels[h][i] has 2^h leaves
  const levels = [leaves]
  for (let row = leaves; row.length > 1;) levels.push(row = await Promise.all(Array.from({ length: row.length >> 1 }, (_, i) => node(row[2 * i], row[2 * i + 1]))))
  return levels
}
export async function rootAt (levels, size) {
  if (!size) return sha256(new Uint8Array())
  let root = null
  for (let h = 0; h < levels.length; h++) if (Math.floor(size / 2 ** h) % 2) { const left = levels[h][Math.floor(size / 2 ** h) - 1]; root = root ? await node(left, root) : left }
  return root
}
export const tilePath = (level, index, width) => {
  const parts = [String(index % 1000).padStart(3, '0')]
  for (let n = Math.floor(index / 1000); n; n = Math.floor(n / 1000)) parts.unshift('x' + String(n % 1000).padStart(3, '0'))
  return `tile/${level}/${parts.join('/')}${width < 256 ? `.p/${width}` : ''}`
}
export function entryBundle (bytes, count) {
  const entries = []
  let at = 0
  for (; at + 2 <= bytes.length && entries.length < count;) {
    const size = bytes[at] << 8 | bytes[at + 1]
    entries.push(bytes.subarray(at + 2, at + 2 + size)); at += 2 + size
  }
  need(at === bytes.length && entries.length === count, 'form', 'entry bundle')
  return entries
}

// ---- entries (entry.md)
const FORMS = {
  v: (v) => v === 1, log: isOrigin, room: isDigest, seq: (v) => Number.isSafeInteger(v) && v >= 0,
  at: (v) => /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/.test(v) && isDay(v.slice(0, 10)),
  salt: (v) => /^[0-9a-f]{32}$/.test(v), kind: (v) => /^[a-z][a-z-]{0,31}$/.test(v),
  schema: (v) => /^[a-z][a-z0-9_-]{0,31}\.[a-z][a-z0-9_-]{0,47}\/[1-9]\d{0,3}$/.test(v), body: (v) => v !== null && typeof v === 'object' && !Array.isArray(v)
}
export const isDay = (v) => typeof v === 'string' && /^(?!0000)\d{4}-\d\d-\d\d$/.test(v) && !Number.isNaN(Date.parse(v)) && new Date(v).toISOString().startsWith(v)
export function entry (bytes) {
  const value = canonical(bytes, 8192)
  need(members(value, ...Object.keys(FORMS)) && Object.entries(FORMS).every(([n, f]) => (typeof value[n] === 'string' || !['at', 'salt', 'kind', 'schema'].includes(n)) && f(value[n])), 'form', 'entry')
  return value
}

// ---- tar (bundle.md)
function header (path, size) { // the one header of a regular file of this name and size
  const block = new Uint8Array(512)
  let cut = 0
  if (path.length > 100) for (cut = path.indexOf('/'); cut >= 0 && path.length - cut - 1 > 100;) cut = path.indexOf('/', cut + 1)
  need(cut >= 0 && cut <= 155, 'bundle', path)
  const put = (at, text) => block.set(enc(text), at)
  put(0, cut ? path.slice(cut + 1) : path); put(345, path.slice(0, cut))
  put(100, '0000644\x000000000\x000000000\x00'); put(124, `${size.toString(8).padStart(11, '0')}\x0000000000000\x00        0`); put(257, 'ustar\x0000')
  put(148, block.reduce((a, b) => a + b, 0).toString(8).padStart(6, '0') + '\0 ')
  return block
}
export function untar (bytes) { // -> Map of path to bytes, in order
  const found = new Map()
  let at = 0
  for (; at + 512 <= bytes.length && bytes[at]; ) {
    const field = (from, to) => latin(bytes.subarray(at + from, at + to)).replace(/\0[^]*$/, '')
    const path = (field(345, 500) && field(345, 500) + '/') + field(0, 100); const size = parseInt(field(124, 136), 8)
    need(isPath(path) && !found.has(path) && size >= 0 && at + 512 + size <= bytes.length && same(bytes.subarray(at, at + 512), header(path, size)), 'bundle', path)
    const end = at + 512 + Math.ceil(size / 512) * 512
    need(end <= bytes.length && !bytes.subarray(at + 512 + size, end).some(Boolean), 'bundle', path)
    found.set(path, bytes.subarray(at + 512, at + 512 + size)); at = end
  }
  need(bytes.length - at >= 1024 && bytes.length - at <= 512 + 65536 && !bytes.subarray(at).some(Boolean), 'bundle', '')
  return found
}
export const isPath = (path) => path.length <= 240 && path.split('/').every((part) => /^[A-Za-z0-9._-]+$/.test(part) && part !== '.' && part !== '..')
