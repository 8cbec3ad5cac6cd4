// Built from ../../assets/reader by build.mjs there.
(() => {
'use strict'
// Bytes: canonical JSON, digests, Ed25519, notes, the tree, papers, envelopes, tar. Each form is that of docs/formats, and any other is refused.
class Refused extends Error {
  constructor (code, ...values) { super(`${code}: ${values.join(', ')}`); this.code = code; this.values = values.map(String) }
}
const need = (holds, code, ...values) => { if (!holds) throw new Refused(code, ...values) }

// ---- bytes
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const enc = (text) => new TextEncoder().encode(text)
const dec = (bytes) => { try { return utf8.decode(bytes) } catch { throw new Refused('form', 'UTF-8') } }
const latin = (bytes) => new TextDecoder('latin1').decode(bytes) // windows-1252: equal to latin1 for every byte that our forms hold
const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
const unhex = (text) => { need(typeof text === 'string' && /^([0-9a-f]{2})*$/.test(text), 'form', 'hex'); return Uint8Array.from(text.match(/../g) ?? [], (p) => parseInt(p, 16)) }
const same = (a, b) => a.length === b.length && a.every((v, i) => v === b[i])
function cat (...parts) {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0)); let at = 0
  for (const part of parts) { all.set(part, at); at += part.length }
  return all
}
function base64 (text) { // RFC 4648 section 4, its one form
  need(typeof text === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0, 'form', 'base64')
  const raw = atob(text)
  need(btoa(raw) === text, 'form', 'base64')
  return Uint8Array.from(raw, (c) => c.charCodeAt(0))
}
const u64 = (n) => { const b = new Uint8Array(8); new DataView(b.buffer).setBigUint64(0, BigInt(n)); return b }
const digest = async (name, bytes) => new Uint8Array(await crypto.subtle.digest(name, bytes))
const sha256 = (bytes) => digest('SHA-256', bytes)
const isDigest = (text) => typeof text === 'string' && /^[0-9a-f]{64}$/.test(text)

// ---- canonical JSON (entry.md)
function canonical (bytes, most = 4 << 20) { // -> the value
  need(bytes.length <= most, 'form', `JSON: ${bytes.length} bytes`)
  const text = dec(bytes)
  let value
  try { value = JSON.parse(text) } catch { throw new Refused('form', 'JSON') }
  need(write(value, 0) === text, 'form', 'JSON')
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
const members = (value, ...names) => value !== null && typeof value === 'object' && !Array.isArray(value) &&
  Object.keys(value).length === names.length && names.every((n) => Object.hasOwn(value, n))

// ---- papers and structural content
const structural = async (bytes) => hex(await sha256(cat(enc('cochair/structural/v1\n'), bytes)))
const paperId = async (stored) => {
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
function register (key) {
  const name = hex(key); const point = known.has(name) || key.length !== 32 ? null : decode(key)
  if (!known.has(name)) known.set(name, point && !neutral(point) && neutral(times(L, point)) ? point : null)
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
const suiteKnown = (suite) => Object.hasOwn(SUITES, suite)
async function openEnvelope (bytes, type, keys) { // keys: id -> {suite, bytes}; -> the payload
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
async function lineId (name, type, key) { return hex((await sha256(cat(enc(name + '\n'), Uint8Array.of(type), key))).slice(0, 4)) }
async function verifierKey (text) {
  const found = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text ?? '')
  need(found && NAME.test(found[1]), 'form', 'key')
  const raw = base64(found[3]); const [name, id, type, key] = [found[1], found[2], raw[0], raw.slice(1)]
  need((type === 1 || type === 4) && register(key) && await lineId(name, type, key) === id, 'form', 'key')
  return { name, id, type, key }
}
const noteText = (bytes) => { const all = dec(bytes); return all.slice(0, all.lastIndexOf('\n\n') + 1) } // nobody's signature checked
async function openNote (bytes, keys) { // -> {text, signed: [names], times: {name: seconds}}; who has a MAC key gives {name, id, type: 255, key}
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
const isOrigin = (text) => typeof text === 'string' && ORIGIN.test(text)
function checkpoint (text) { // -> {origin, size, root}
  const found = /^([^\n]+)\n(0|[1-9][0-9]*)\n([^\n]+)\n$/.exec(text)
  need(found && isOrigin(found[1]) && BigInt(found[2]) < 2n ** 63n, 'form', 'checkpoint')
  const root = base64(found[3])
  need(root.length === 32 && (found[2] !== '0' || found[3] === '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='), 'form', 'checkpoint')
  return { origin: found[1], size: Number(found[2]), root }
}

// ---- tree and files (log.md)
const node = (left, right) => sha256(cat(Uint8Array.of(1), left, right))
const leafHash = (entry) => sha256(cat(Uint8Array.of(0), entry))
async function tree (leaves) { // -> levels of perfect subtrees: levels[h][i] has 2^h leaves
  const levels = [leaves]
  for (let row = leaves; row.length > 1;) levels.push(row = await Promise.all(Array.from({ length: row.length >> 1 }, (_, i) => node(row[2 * i], row[2 * i + 1]))))
  return levels
}
async function rootAt (levels, size) {
  if (!size) return sha256(new Uint8Array())
  let root = null
  for (let h = 0; h < levels.length; h++) if (Math.floor(size / 2 ** h) % 2) { const left = levels[h][Math.floor(size / 2 ** h) - 1]; root = root ? await node(left, root) : left }
  return root
}
const tilePath = (level, index, width) => {
  const parts = [String(index % 1000).padStart(3, '0')]
  for (let n = Math.floor(index / 1000); n; n = Math.floor(n / 1000)) parts.unshift('x' + String(n % 1000).padStart(3, '0'))
  return `tile/${level}/${parts.join('/')}${width < 256 ? `.p/${width}` : ''}`
}
function entryBundle (bytes, count) {
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
const isDay = (v) => typeof v === 'string' && /^(?!0000)\d{4}-\d\d-\d\d$/.test(v) && !Number.isNaN(Date.parse(v)) && new Date(v).toISOString().startsWith(v)
function entry (bytes) {
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
function untar (bytes) { // -> Map of path to bytes, in order
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
const isPath = (path) => path.length <= 240 && path.split('/').every((part) => /^[A-Za-z0-9._-]+$/.test(part) && part !== '.' && part !== '..')

// A room out of its files: logs, papers and contents as what their names say; then which manifests are agreed (agreement.md), and what stands behind it.

// ---- the agreement rule (agreement.md): {side: [event]}; an event is ['seen', side, n, ...], ['seal', manifest], ['revoke', k], ['find', side, k, ok] or anything else
const heads = (e) => Array.from({ length: e.length >> 1 }, (_, i) => [e[2 * i + 1], e[2 * i + 2]])
function agreements (logs, partiesOf) { // logs at a closed cut; partiesOf(manifest) -> {sides, releasing} -> [{manifest, seals: {side: index}}]
  const sides = Object.keys(logs).sort(); const acks = {}; const revokes = {}; const finds = new Map(); const memo = new Map()
  const seen = (p, i, q) => { let n = 0; for (const [at, size] of acks[p][q] ?? []) { if (at >= i) break; n = size } return n }
  for (const p of sides) {
    acks[p] = {}; revokes[p] = new Map() // acks[p][q]: [[index, size]], rising
    for (const [i, e] of logs[p].entries()) {
      if (e[0] === 'seen') for (const [q, n] of heads(e)) if (n > ((acks[p][q] ??= []).at(-1)?.[1] ?? 0)) acks[p][q].push([i, n])
      if (e[0] === 'revoke' && !revokes[p].has(e[1]) && e[1] < i) revokes[p].set(e[1], i)
      if (e[0] === 'find' && seen(p, i, e[1]) > e[2] && !finds.has(`${p} ${e[1]} ${e[2]}`)) finds.set(`${p} ${e[1]} ${e[2]}`, [i, e[3]])
    }
  }
  const revoked = (p, k, n) => revokes[p].get(k) < n ? revokes[p].get(k) : -1
  const finding = (p, q, k, n) => { const said = finds.get(`${p} ${q} ${k}`); return said && said[0] < n ? said[1] : null }
  const seals = Object.fromEntries(sides.map((p) => [p, [...logs[p].keys()].filter((i) => logs[p][i][0] === 'seal')]))
  function valid (p, i) { // R1
    const name = `${p} ${i}`
    if (!memo.has(name)) memo.set(name, seals[p].every((k) => k >= i || !valid(p, k) || released(p, k, i)))
    return memo.get(name)
  }
  function released (p, k, i) {
    const others = partiesOf(logs[p][k][1]).releasing.filter((q) => q !== p && logs[q])
    if (others.some((q) => finding(q, p, k, seen(p, i, q)) === false)) return true
    const j = revoked(p, k, i)
    return j >= 0 && others.some((q) => {
      const told = acks[q][p]?.find(([, size]) => size > j)?.[0] ?? Infinity
      return told < seen(p, i, q) && !seals[q].some((a) => a < told && logs[q][a][1] === logs[p][k][1] && valid(q, a) && finding(p, q, a, i) !== false)
    })
  }
  const pick = (manifest, needed, chosen) => { // R2, R4: the first choice, Sides in order, seals in order
    if (chosen.length === needed.length) return Object.fromEntries(chosen)
    const p = needed[chosen.length]
    for (const i of seals[p] ?? []) {
      if (logs[p][i][1] !== manifest || !valid(p, i) || !needed.every((q) => q === p || (logs[q] && finding(q, p, i, Infinity) === true))) continue
      const found = chosen.every(([q, k]) => revoked(q, k, seen(p, i, q)) < 0 && revoked(p, i, seen(q, k, p)) < 0) && pick(manifest, needed, [...chosen, [p, i]])
      if (found) return found
    }
    return null
  }
  const manifests = [...new Set(sides.flatMap((p) => seals[p].map((i) => logs[p][i][1])))].sort()
  return manifests.flatMap((m) => { const needed = [...partiesOf(m).sides].sort(); const found = needed.length > 1 && pick(m, needed, []); return found ? [{ manifest: m, seals: found }] : [] })
}

// ---- forms of what is sealed, and of the record's own entries (contents-record.md)
const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v)
const isSide = (v) => typeof v === 'string' && /^[A-Z][A-Z0-9]{1,7}$/.test(v)
const isId = (v) => typeof v === 'string' && /^[A-Z][A-Z0-9]{1,7}\/record\/(0|[1-9]\d{0,14})$/.test(v)
const isSize = (v) => Number.isSafeInteger(v) && v >= 0
const among = (...all) => (v) => all.includes(v)
const text = (least, most) => (v) => typeof v === 'string' && [...v].length >= least && [...v].length <= most
const like = (pattern) => (v) => typeof v === 'string' && pattern.test(v)
const maybe = (form) => (v) => v === null || form(v)
const bySide = (form) => (v) => isObject(v) && Object.entries(v).every(([s, n]) => isSide(s) && form(n))
const isHead = (v) => isObject(v) && members(v, 'size', 'root') && isSize(v.size) && isDigest(v.root)
const name = text(1, 120); const code = like(/^[a-z0-9][a-z0-9.-]{0,63}$/); const day = like(/^(\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))?$/)
const SLOT = [{ kind: among('terms', 'schema', 'adopt', 'initial', 'sign', 'confirm', 'correct', 'amend', 'terminate'), of: name, step: (v) => isSize(v) && v <= 999 }, { step: 0 }]
const BODIES = { // kind -> [form of each member, what stands where one is left out]
  seal: [{ slot: (v) => fits(v, SLOT), manifest: isDigest, heads: bySide(isSize), paper: isDigest, how: among('key', 'scan'), key: maybe(name) }, { key: null }],
  revoke: [{ seal: name }, {}], finding: [{ seal: name, valid: (v) => typeof v === 'boolean', reason: text(0, 64) }, { reason: '' }],
  seen: [{ heads: bySide(isHead), working: bySide(isHead) }, { working: {} }],
  key: [{ key: isDigest, public: like(/^[0-9a-f]{0,4096}$/), suite: code, person: like(/^[0-9a-f]{32}$/), post: name, body: name, from: day, until: maybe(day), certificate: maybe(isDigest) }, { until: null, certificate: null }],
  erase: [{ paper: isDigest, ground: code }, {}], destroyed: [{ log: name, size: isSize }, {}], fault: [{ log: name, what: code, evidence: maybe(isDigest) }, { evidence: null }], comment: [{ subject: name, paper: isDigest }, {}]
}
const endedOf = ({ ended = [] }) => { // the keys of a Side that later terms ended
  need(Array.isArray(ended) && ended.length <= 64 && ended.every((one) => isObject(one) && Object.keys(one).length > 0 && Object.keys(one).every((n) => ['cosign_key', 'exchange_key', 'heads'].includes(n)) &&
    (!('exchange_key' in one) || isDigest(one.exchange_key)) && ('cosign_key' in one) === ('heads' in one) && (!('heads' in one) || (typeof one.cosign_key === 'string' && bySide(isHead)(one.heads)))), 'terms')
  return ended.map((one) => ({ cosign_key: one.cosign_key, heads: one.heads ?? {} }))
}
const fits = (value, [forms, absent]) => isObject(value) && members({ ...absent, ...value }, ...Object.keys(forms)) && Object.entries({ ...absent, ...value }).every(([n, v]) => forms[n](v)) && { ...absent, ...value }
function shaped (body, kind) { const found = fits(body, BODIES[kind]); return found && found.slot ? { ...found, slot: { step: 0, ...found.slot } } : found }
function sidesOf (terms) { // the Sides that terms name; none if they are not in the form of terms, or one stands twice
  const sides = terms?.sides
  return Array.isArray(sides) && sides.every((s) => isSide(s?.side)) && new Set(sides.map((s) => s.side)).size === sides.length ? sides : []
}
function listOf (value) { // the schemas of a list that all Sides may adopt (schemas.md): name -> what is said of it; null if it is not in the one form
  const rows = value?.schemas
  const good = isObject(value) && members(value, 'v', 'what', 'room', 'previous', 'schemas') && value.v === 1 && value.what === 'schema' && maybe(isDigest)(value.previous) && Array.isArray(rows) && rows.length > 0 && rows.length <= 4096 &&
    rows.every((r, i) => isObject(r) && members(r, 'schema', 'description', 'program') && SCHEMA(r.schema) && isDigest(r.description) && PROGRAM(r.program) && (!i || rows[i - 1].schema < r.schema))
  return good ? new Map(rows.map((r) => [r.schema, r])) : null
}
const SCHEMA = like(/^[a-z][a-z0-9_-]{0,31}\.[a-z][a-z0-9_-]{0,47}\/[1-9]\d{0,3}$/); const PROGRAM = like(/^(0|[1-9]\d{0,3})(\.(0|[1-9]\d{0,3})){1,2}$/)
const MANIFEST = 'v what room slot instrument kind session meeting body cites cut standing parties languages prevailing provisions concordance agenda dates assessments areas projects reports delegations statements way_forward signatories originals contents'.split(' ')
function manifest (value, room, slot) { // refuses what is no manifest of this act
  const { parties, cut, provisions: units, originals } = value
  const good = members(value, ...MANIFEST) && value.v === 1 && value.what === 'manifest' && value.room === room && fits(value.slot, SLOT) && write(value.slot) === write(slot) && isId(slot.of) && slot.of === value.instrument &&
    bySide(isSize)(cut) && (slot.kind === 'adopt' ? value.cites === null : isDigest(value.cites)) && among('agreed', 'account')(value.standing) && Array.isArray(parties) && parties.every((p, i) => isSide(p) && (!i || parties[i - 1] < p)) &&
    Object.keys(cut).every((s) => parties.includes(s)) && (value.standing === 'account' || Object.keys(cut).length === parties.length) && Array.isArray(units) && units.length && units.every((u, i) => u?.id === `p${i + 1}` && isObject(u.papers) && Object.values(u.papers).every(isDigest)) &&
    Array.isArray(originals) && new Set(originals.map((o) => o?.holder)).size === originals.length && originals.every((o) => parties.includes(o?.holder) && isSize(o.length) && isDigest(o.sha256)) && Array.isArray(value.signatories) && value.signatories.every((s) => parties.includes(s?.side))
  need(good, 'manifest', `${slot.kind} ${slot.of}`)
}

// ---- a bundle as one file (bundle.md)
async function openBundle (bytes) { // -> {files, check(keys, room)}: whose list it is can be asked only when the terms are known
  const all = untar(bytes); const paths = [...all.keys()]
  const [note, list, working] = ['bundle.note', 'bundle.list', 'working.list'].map((name) => all.get(name))
  need(note && list && paths[0] === 'bundle.note' && paths[1] === 'bundle.list' && (!working || paths[2] === 'working.list'), 'bundle', 'bundle.note')
  const [record, aside] = [listed(list), working ? listed(working) : []]
  need(paths.slice(working ? 3 : 2).join() === [...record, ...aside].map((m) => m[0]).join(), 'bundle', 'bundle.list')
  for (const [path, size, digest] of [...record, ...aside]) need(all.get(path).length === size && hex(await sha256(all.get(path))) === digest, 'member', path)
  return {
    files: new Map([...record, ...aside].map(([path]) => [path, all.get(path)])), check: async (keys, room) => {
      const verifiers = new Map(await Promise.all([...keys].map(async ([side, key]) => [side, await verifierKey(key)])))
      const { text } = await openNote(note, [...verifiers.values()])
      const found = /^cochair\/bundle\/v1\n(.{64})\n(.+)\n(0|[1-9]\d*)\n(.{64})\n$/.exec(text)
      need(found && found[1] === room && verifiers.has(found[2]) && Number(found[3]) === record.length && found[4] === hex(await sha256(list)), 'bundle', 'bundle.note')
      await openNote(note, [verifiers.get(found[2])])
    }
  }
}
function listed (bytes) {
  const lines = dec(bytes).split('\n')
  need(lines.pop() === '', 'bundle', 'bundle.list')
  const rows = lines.map((line) => /^([^ ]+) (0|[1-9]\d*) ([0-9a-f]{64})$/.exec(line)?.slice(1))
  need(rows.every((r, i) => r && isPath(r[0]) && (!i || rows[i - 1][0] < r[0])), 'bundle', 'bundle.list')
  return rows.map(([path, size, digest]) => [path, Number(size), digest])
}

// ---- the room
async function readRoom (files, check, wanted) { // files: Map of path to bytes -> the room, everything checked; else Refused
  const ids = [...files.keys()].map((p) => /^([0-9a-f]{64})\/structural\/\1$/.exec(p)?.[1]).filter(Boolean).sort()
  const room = ids.includes(wanted) ? wanted : ids[0]
  need(room, 'no-room')
  for (const path of files.keys()) need(!path.endsWith('/keys') || !isOrigin(path.slice(0, -5)), 'changed-key', path.slice(0, -5)) // key-change.md is not read here
  const contents = new Map(); const papers = new Map(); const shown = new Map()
  for (const [path, bytes] of files) {
    const [, what, name] = /^[0-9a-f]{64}\/(structural|paper|cosigned)\/(.+)$/.exec(path.startsWith(`${room}/`) ? path : '') ?? []
    if (what === 'structural') {
      need(await structural(bytes) === name, 'content', path)
      try { contents.set(name, canonical(bytes)) } catch { throw new Refused('content', path) }
      need(isObject(contents.get(name)), 'content', path)
    } else if (what === 'paper') {
      need(bytes.length >= 32 && await paperId(bytes) === name, 'paper', path)
      papers.set(name, bytes.subarray(32))
    } else if (what === 'cosigned') shown.set(name, bytes)
  }
  const founding = contents.get(room)
  need(founding.what === 'terms' && founding.previous === null, 'terms')
  const { slug } = founding; const sides = new Map(); const logs = new Map(); const present = new Set()
  for (const path of files.keys()) if (path.endsWith('/checkpoint') && isOrigin(path.slice(0, -11))) present.add(path.slice(0, -11))
  for (let fresh = sidesOf(founding); fresh.length;) { // the Sides of the founding terms, then those whom terms name that were sealed by a Side known so far
    for (const one of fresh) {
      const origin = `${one.domain}/${slug}/${one.side}/record`
      sides.set(one.side, { ...one, origin })
      if (present.has(origin)) logs.set(one.side, await readLog(files, room, one, origin))
    }
    const sealed = [...logs.values()].flatMap((log) => log.entries.map((e) => e?.kind === 'seal' && e.body.slot?.kind === 'terms' ? contents.get(e.body.manifest) : null)).filter(Boolean)
    fresh = sealed.flatMap(sidesOf).filter((one, i, all) => !sides.has(one.side) && all.findIndex((o) => o.side === one.side) === i)
  }
  for (const origin of present) need(!origin.endsWith('/record') || [...logs.values()].some((log) => log.origin === origin), 'stranger', origin)
  const fold = await foldRoom(room, logs, contents)
  const force = sidesOf(contents.get(fold.chain.at(-1))).sort((a, b) => a.side < b.side ? -1 : 1)
  for (const one of force) need(sides.get(one.side)?.log_key === one.log_key && (await verifierKey(one.log_key)).type === 1, 'head', one.side)
  const keys = new Map(force.map((one) => [one.side, one.log_key])); const cosigners = [] // renewal.md: up to which head of whose record each key counts
  for (const one of force) {
    if (one.cosign_key) cosigners.push({ side: one.side, key: await verifierKey(one.cosign_key) })
    for (const { cosign_key: key, heads } of endedOf(one)) {
      if (key) cosigners.push({ side: one.side, key: await verifierKey(key), heads })
      for (const [of, head] of Object.entries(heads)) {
        const log = logs.get(of)
        need(!log || head.size > log.size || hex(await rootAt(log.levels, head.size)) === head.root, 'fork', log?.origin)
      }
    }
  }
  let cosigned = 0
  for (const [side, log] of logs) {
    if (!shown.has(log.origin) || !keys.has(side)) continue
    const { size } = checkpoint(noteText(shown.get(log.origin)))
    const counted = cosigners.filter((one) => one.side !== side && (!one.heads || size <= (one.heads[side]?.size ?? 0))).map((one) => one.key)
    const { text, signed } = await openNote(shown.get(log.origin), [await verifierKey(keys.get(side)), ...counted]); const head = checkpoint(text)
    need(signed.includes(log.origin) && signed.length > 1 && head.origin === log.origin && head.size <= log.size && same(await rootAt(log.levels, head.size), head.root), 'fork', log.origin)
    cosigned++
  }
  if (check) await check(keys, room)
  const agreed = []
  for (const one of fold.agreed) {
    manifest(contents.get(one.manifest), room, one.slot)
    agreed.push({ ...one, value: contents.get(one.manifest), sealed: await Promise.all(Object.entries(one.seals).map(([side, seq]) => signature(side, seq, one))) })
  }
  return {
    room, slug, specimen: founding.specimen === true, keys, sizes: [...logs].map(([s, log]) => [s, log.size]).sort(), papers, contents, agreed, cosigned, notCounted: fold.notCounted, unread: fold.unread,
    working: [...present].filter((o) => !o.endsWith('/record')).length, late: [...keys.keys()].filter((s) => !sidesOf(founding).some((f) => f.side === s)), outside: [...sides.keys()].filter((s) => !keys.has(s) && logs.has(s))
  }
  async function signature (side, seq, one) { // what stands behind a seal that counts (dsse.md, signing-request.md)
    const { body } = logs.get(side).entries[seq]; const name = `${side}/record/${seq}`
    if (body.how === 'scan') return { side, how: 'scan' }
    const mandate = fold.mandates.get(body.key); const paper = papers.get(body.paper)
    need(mandate && body.key.startsWith(`${side}/`), 'mandate', name)
    if (!paper) return { side, how: 'key', missing: true }
    try {
      const bytes = unhex(mandate.public)
      const payload = canonical(await openEnvelope(paper, 'application/vnd.cochair.seal+json', { [hex(await sha256(bytes))]: { suite: mandate.suite, bytes } }), 65536)
      const want = { v: 1, what: 'seal-request', room, slug, specimen: founding.specimen, side, slot: one.slot, manifest: one.manifest, heads: body.heads, mandate: body.key, key: mandate.key }
      need(write(payload) === write(want), 'signature', name)
    } catch (error) { throw error instanceof Refused ? new Refused('signature', name) : error }
    return { side, how: 'key' }
  }
}
async function readLog (files, room, side, origin) { // every hash of one record, under the key that the terms name
  let head
  try { head = checkpoint((await openNote(files.get(`${origin}/checkpoint`), [await verifierKey(side.log_key)])).text) } catch (error) { throw error instanceof Refused ? new Refused('head', origin) : error }
  need(head.origin === origin && head.size <= 1 << 24, 'head', origin)
  const raw = []
  for (let n = 0; n * 256 < head.size; n++) {
    const width = Math.min(256, head.size - n * 256); const bytes = files.get(`${origin}/${tilePath('entries', n, width)}`)
    need(bytes, 'left-out', origin)
    try { raw.push(...entryBundle(bytes, width)) } catch { throw new Refused('root', origin) }
  }
  const levels = await tree(await Promise.all(raw.map(leafHash)))
  need(same(await rootAt(levels, head.size), head.root), 'root', origin)
  for (const [path, bytes] of files) {
    const found = path.startsWith(`${origin}/`) && /^tile\/([0-7])\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path.slice(origin.length + 1))
    if (!found) continue
    const index = Number(found[2].replace(/[x/]/g, '')); const width = Number(found[3] ?? 256)
    need(bytes.length === 32 * width && same(bytes, cat(...(levels[8 * found[1]] ?? []).slice(256 * index, 256 * index + width))), 'tile', path)
  }
  const entries = raw.map((bytes) => { try { return entry(bytes) } catch { return null } }) // what is no entry does not count; nobody can take the proof from all by logging rubbish
  return { side: side.side, origin, size: head.size, raw, entries, levels, applied: 0, acks: {}, tags: [], events: [], adopted: new Map() }
}

// ---- what counts (contents-record.md), in the order of cause and effect. Contents of the stages are not judged here, only who sealed what.
const MATTERS = 'bodies.body bodies.rules meetings.session meetings.dates meetings.agenda followup.area followup.project followup.phrase followup.action followup.assessment followup.way_forward protocol.instrument protocol.provision protocol.text protocol.alternative protocol.order protocol.concordance publication.consent'.split(' ')
const STATEMENTS = 'bodies.post bodies.holder bodies.designee meetings.delegation meetings.freeze meetings.change meetings.report meetings.letter meetings.receipt meetings.declaration followup.lead followup.report protocol.signatory protocol.ending record.received record.supersedes record.confirms record.corrects'.split(' ')
const OWN = 'seal revoke finding seen key erase destroyed fault comment'.split(' ')
const FOUNDING = new Set([...MATTERS, ...STATEMENTS, 'record.key_change', 'record.entry', ...OWN.map((kind) => `record.${kind}`)].map((name) => `${name}/1`)) // in force in every room
async function foldRoom (room, logs, contents) {
  const slots = new Map(); const mandates = new Map(); let notCounted = 0; let acts = 0
  const at = (id) => { const [side, , seq] = id.split('/'); return { side, seq: Number(seq), log: logs.get(side) } }
  const tagOf = (log, id) => { // what an entry of the causal past is: '' if void; undefined if it is not in it
    const thing = isId(id) ? at(id) : {}
    return thing.side === log.side ? log.tags[thing.seq] : thing.log && thing.seq < (log.acks[thing.side] ?? 0) ? thing.log.tags[thing.seq] : undefined
  }
  const isThing = (log, id) => id === room || ['thing', 'received'].includes(tagOf(log, id))
  for (let moved = true; moved;) {
    moved = false
    for (const log of logs.values()) while (log.applied < log.size && await next(log)) moved = true
  }
  const unread = [...logs.values()].filter((log) => log.applied < log.size).map((log) => [log.stopped ? 'needs' : log.stopped === '' ? 'newer' : 'waits', log.origin, log.applied, log.size, ...(log.stopped ? [log.stopped] : [])])
  const whole = Object.fromEntries([...logs].map(([s, log]) => [s, log.applied])); const chain = chainAt(whole)
  const agreed = []
  for (const [key, slot] of [...slots].sort(([a], [b]) => a < b ? -1 : 1)) {
    const found = slot.kind === 'terms' ? termsOf(key) : sealed(key, whole, chain)
    need(found.length < 2, 'double', key)
    if (found.length && !['terms', 'schema'].includes(slot.kind)) agreed.push({ ...found[0], slot: { kind: slot.kind, of: slot.of, step: slot.step } })
  }
  return { chain, agreed, mandates, notCounted, unread }
  function decide (key, cut, partiesOf) {
    const here = [...logs].map(([s, log]) => [s, log.events.slice(0, cut[s]).map((e) => e[0] === 'seal' && e[2] !== key ? ['other'] : e)])
    return slots.has(key) ? agreements(Object.fromEntries(here), partiesOf) : []
  }
  function sealed (key, cut, chain) { // what is agreed in a slot of any other kind: by the Sides of the earliest terms under which one of them sealed it
    const named = chain.map((d) => sidesOf(contents.get(d)).map((s) => s.side)); const core = named.find((s) => s.length > 1) ?? []
    const steps = (m) => slots.get(key).seals.filter((s) => s.manifest === m && s.seq < cut[s.side]).map((s) => [chain.indexOf(s.terms), s.side]).filter(([step, side]) => step >= 0 && named[step].includes(side)).map(([step]) => step)
    return decide(key, cut, (m) => ({ sides: named[steps(m).sort((a, b) => a - b).find((step) => named[step].length > 1)] ?? [], releasing: core }))
  }
  function inForce (log, schema) { // null: it may be used here, and this reader knows it (schemas.md)
    if (FOUNDING.has(schema)) return null
    const at = `${acts} ${JSON.stringify(log.acks)}`
    if (slots.has(`schema|${room}|1`) && log.asked !== at) { log.asked = at; log.adopted = adoptedAt(past(log)) }
    const one = log.adopted.get(schema)
    return one ? { stop: `${one.program} (${schema})` } : { reason: 'not-adopted' }
  }
  function past (log) { // what its writer holds and acknowledged, and what that acknowledged in its turn
    const cut = { ...Object.fromEntries([...logs.keys()].map((s) => [s, log.acks[s] ?? 0])), [log.side]: log.applied }
    for (let moved = true; moved;) {
      moved = false
      for (const [s, other] of logs) for (const e of other.events.slice(0, cut[s])) if (e[0] === 'seen') for (const [q, n] of heads(e)) if (n > (cut[q] ?? 0)) { cut[q] = n; moved = true }
    }
    return cut
  }
  function adoptedAt (cut) {
    const chain = chainAt(cut); let found = new Map(); let previous = null
    for (let step = 1; slots.has(`schema|${room}|${step}`); step++) {
      const [one] = sealed(`schema|${room}|${step}`, cut, chain)
      if (!one || contents.get(one.manifest).previous !== previous) break
      found = listOf(contents.get(one.manifest)); previous = one.manifest
    }
    return found
  }
  function termsOf (key, cut = {}) { return decide(key, cut, (m) => { const sides = sidesOf(contents.get(m)).map((s) => s.side); return { sides, releasing: sides } }) }
  function chainAt (cut) { // the terms that came into force one after the other
    const found = [room]
    for (;;) {
      const [following] = termsOf(`terms|${room}|${found.length}`, cut)
      if (!following || contents.get(following.manifest).previous !== found.at(-1)) return found
      found.push(following.manifest)
    }
  }
  async function next (log) { // one entry -> whether it could be applied
    const seq = log.applied; const one = log.entries[seq]; const id = `${log.side}/record/${seq}`
    let verdict = { reason: 'malformed' }
    if (!one) { try { const { v } = canonical(log.raw[seq], 8192); if (Number.isInteger(v) && v > 1) verdict = inForce(log, `record.entry/${v}`) } catch {} } else if (one.log !== log.origin || one.room !== room || one.seq !== seq) verdict = { reason: 'misplaced' }
    else verdict = await judge(log, one, id)
    if (verdict.stop !== undefined) { log.stopped = verdict.stop; log.over = true }
    if (log.over || verdict.wait) return false
    if (verdict.reason) notCounted++
    log.tags.push(verdict.reason ? '' : verdict.tag ?? one.kind); log.events.push(verdict.event ?? ['other']); log.applied++; acts += ['seal', 'revoke', 'find'].includes(verdict.event?.[0])
    return true
  }
  async function judge (log, { kind, schema, body }, id) {
    const [name] = schema.split('/'); const beyond = inForce(log, schema)
    if (beyond) return beyond
    if (kind === 'statement' || kind === 'position') {
      if (kind === 'statement' && name === 'record.key_change') return { stop: '' } // key-change.md is not read here
      if (!(kind === 'position' ? MATTERS : STATEMENTS).includes(name)) return { reason: 'content' }
      const said = name === 'record.received' && SCHEMA(body.account?.schema) && inForce(log, body.account.schema)
      if (said) return said
      if (contentsOf(body).some((d) => !contents.has(d))) return { wait: true }
      const subject = body.subject ?? 'self'
      if (kind === 'position' && !isObject(body.content) && body.content !== null) return { reason: 'content' }
      if (!name.startsWith('record.') && subject !== 'self' && !isThing(log, subject)) return { reason: 'unknown' }
      return { tag: kind === 'statement' ? 'thing' : subject === 'self' ? 'thing' : 'position' }
    }
    if (!OWN.includes(kind) || schema !== `record.${kind}/1`) return { reason: 'content' }
    const given = shaped(body, kind)
    if (!given) return { reason: 'content' }
    if (kind === 'comment') return { reason: 'wrong-log' }
    if (kind === 'key') mandates.set(id, given)
    if (kind === 'seen') {
      const said = Object.entries(given.heads)
      if (Object.keys(given.working).length || !said.length || said.some(([s, h]) => s === log.side || h.size < (log.acks[s] ?? 0))) return { reason: 'backwards' }
      if (said.some(([s, h]) => h.size > (logs.get(s)?.applied ?? 0))) return { wait: true }
      for (const [s, { size, root }] of said) { log.acks[s] = size; need(hex(await rootAt(logs.get(s)?.levels ?? [], size)) === root, 'fork', logs.get(s)?.origin ?? s) }
      return { event: ['seen', ...said.flatMap(([s, h]) => [s, h.size])] }
    }
    if (kind === 'seal') {
      const { slot, manifest: digest } = given; const key = `${slot.kind}|${slot.of}|${slot.step}`; const value = contents.get(digest)
      if (!isThing(log, slot.of) || (given.key !== null && tagOf(log, given.key) !== 'key')) return { reason: 'unknown' }
      if (slots.get(key)?.seals.filter((s) => s.side === log.side).length >= 64) return { reason: 'too-many-seals' }
      if (!value) return { wait: true }
      if ((isObject(value.slot) && write(value.slot) !== write(slot)) || (value.room ?? room) !== room) return { reason: 'other-slot' }
      if (slot.kind === 'terms') {
        const sides = sidesOf(value).map((s) => s.side); const before = contents.get(value.previous)
        if (slot.of !== room || slot.step < 1 || !sides.includes(log.side) || !isDigest(value.previous)) return { reason: 'terms' }
        if (!before) return { wait: true }
        if (!sidesOf(before).every((s) => sides.includes(s.side)) || before.slug !== value.slug) return { reason: 'terms' }
      }
      if (slot.kind === 'schema') {
        const list = listOf(value); const before = list?.size && value.previous !== null ? contents.get(value.previous) : null
        if (slot.of !== room || slot.step < 1 || !list || (value.previous === null) !== (slot.step === 1)) return { reason: 'schema' }
        if (before === undefined) return { wait: true }
        const old = before === null ? new Map() : listOf(before)
        if (!old || old.size >= list.size || ![...old].every(([n, r]) => list.has(n) && write(list.get(n)) === write(r))) return { reason: 'schema' }
      }
      const terms = chainAt({ ...Object.fromEntries([...logs.keys()].map((s) => [s, log.acks[s] ?? 0])), [log.side]: log.applied }).at(-1)
      if (!slots.has(key)) slots.set(key, { ...slot, seals: [] })
      slots.get(key).seals.push({ side: log.side, seq: log.applied, manifest: digest, terms })
      return { event: ['seal', digest, key] }
    }
    if (kind === 'revoke' || kind === 'finding') {
      const tag = tagOf(log, given.seal); const { side, seq } = at(given.seal)
      if (tag !== 'seal') return { reason: tag === undefined ? 'unknown' : 'not-a-seal' }
      if ((kind === 'revoke') !== (side === log.side)) return { reason: kind === 'revoke' ? 'not-own' : 'own-seal' }
      if (kind === 'revoke' && log.events.some((e) => e[0] === 'revoke' && e[1] === seq)) return { reason: 'again' }
      return { event: kind === 'revoke' ? ['revoke', seq] : ['find', side, seq, given.valid] }
    }
    return {}
  }
}
function contentsOf (value, found = []) { // structural content that an entry names; it waits until that is held
  if (isObject(value) || Array.isArray(value)) for (const [n, v] of Object.entries(value)) { if (n === 'manifest' && isDigest(v)) found.push(v); contentsOf(v, found) }
  return found
}

// Files and an anchor -> a verdict, as `cochair verify` gives it: 0 proven, 1 refused, 3 consistent in itself while nothing says whose keys these are, 4 proven so far.
const say = (words, code, values = []) => (words[code] ?? code).replace(/\{(\d)\}/g, (_, n) => values[n] ?? '')
const fingerprint = (room) => room.match(/.{4}/g).join(' ')
function anchorOf (text) { // -> {room, sides}, or null where nothing was given
  if (!text?.trim()) return null
  const plain = text.replace(/[\s:-]/g, '').toLowerCase()
  if (isDigest(plain)) return { room: plain, sides: {} }
  try {
    const value = canonical(enc(text.trim()), 65536)
    need(members(value, 'v', 'what', 'room', 'sides') && value.v === 1 && value.what === 'trust' && isDigest(value.room) && typeof value.sides === 'object', 'anchor')
    return value
  } catch { throw new Refused('anchor') }
}
async function verify (files, anchor) { // files: [{name, bytes} or {name, files: Map}] -> {status, lines, ...}
  const lines = []; const rooms = []
  const isPdf = (file) => file.bytes && latin(file.bytes.subarray(0, 5)) === '%PDF-'
  for (const file of [...files].sort((a, b) => isPdf(a) - isPdf(b))) {
    let line
    try { line = isPdf(file) ? await original(file.bytes, rooms) : await record(file, anchor, rooms) } catch (error) {
      if (!(error instanceof Refused)) throw error
      line = { status: 1, code: error.code, values: error.values, details: [], next: ['again'] }
    }
    lines.push({ file: file.name, ...line })
  }
  lines.sort((a, b) => files.findIndex((f) => f.name === a.file) - files.findIndex((f) => f.name === b.file))
  const status = [1, 3, 4, 0].find((s) => lines.some((l) => l.status === s)) ?? 1
  const [room] = rooms
  return { status, lines, room: room?.room ?? '', specimen: rooms.some((r) => r.specimen), fingerprint: room ? fingerprint(room.room) : '', keys: Object.fromEntries(room?.keys ?? []) }
}
async function record (file, anchor, rooms) {
  need(file.files || (file.bytes.length >= 512 && latin(file.bytes.subarray(257, 262)) === 'ustar'), 'unreadable')
  const bundle = file.files ? { files: file.files } : await openBundle(file.bytes)
  const room = await readRoom(bundle.files, bundle.check, anchor?.room)
  need(!anchor || room.room === anchor.room, 'other-room', room.slug, [...room.keys.keys()].join(', '))
  for (const [side, key] of Object.entries(anchor?.sides ?? {})) need(room.keys.get(side) === key || (!room.keys.has(side) && room.unread.length), 'other-key', side)
  const { sizes } = room; const relied = anchor ? room.late.filter((s) => !anchor.sides[s]) : []
  const details = [['entries', sizes.reduce((n, [, size]) => n + size, 0), sizes.map(([s, n]) => `${s} ${n}`).join(', '), room.papers.size, room.contents.size]]
  for (const [code, value] of [['working', room.working], ['cosigned', room.cosigned], ['not-counted', room.notCounted], ['relied', relied.join(', ')], ['outside', room.outside.join(', ')]]) if (value) details.push([code, value])
  for (const { slot, value, sealed } of room.agreed) {
    details.push(['slot', slot.kind, slot.of, sealed.map((s) => `${s.side} (${s.how})`).join(', '), value.provisions.length])
    for (const { side } of sealed.filter((s) => s.missing)) details.push(['no-signature', side, slot.kind])
  }
  details.push(...room.unread)
  rooms.push({ ...room, status: anchor ? 0 : 3 })
  if (anchor && room.unread.length) return { status: 4, code: 'partly', values: [], details, next: ['newest'] }
  return anchor ? { status: 0, code: 'proven', values: [], details, next: null } : { status: 3, code: 'not-known', values: [], details, next: ['compare', fingerprint(room.room)] }
}

// ---- an original: the pages that were sealed, and behind them nothing but increments of the one closed form (pdf-signature.md)
async function original (bytes, rooms) {
  const sealed = rooms.flatMap((room) => room.agreed.flatMap(({ value }) => (value.originals ?? []).map((o) => ({ ...o, room, parties: value.signatories.map((s) => s.side) }))))
  need(rooms.length, 'no-record')
  need(sealed.length, 'no-original')
  need(sealed.some((o) => o.length <= bytes.length), 'short')
  for (const o of sealed) {
    if (bytes.length < o.length || hex(await sha256(bytes.subarray(0, o.length))) !== o.sha256) continue
    const signed = increments(bytes, o.length, o.parties.map((p) => `sign-${p}`))
    const details = [['not-checked']]
    const { status, room } = o.room
    return { status, code: 'original', values: [o.length, o.holder, signed.length], details, next: status ? ['compare', fingerprint(room)] : null }
  }
  throw new Refused('base-changed')
}
function increments (bytes, length, names) { // -> names of the fields that are signed
  const text = Array.from({ length: Math.ceil(bytes.length / 8192) }, (_, i) => String.fromCharCode(...bytes.subarray(8192 * i, 8192 * i + 8192))).join('')
  const base = text.slice(0, length); const ten = (n) => String(n).padStart(10, '0'); const signed = []
  const trailer = /\ntrailer << (\/Info \d+ 0 R \/Root \d+ 0 R) \/Size (\d+) (\/ID \[<[0-9a-f]*><[0-9a-f]*>\]) >>\nstartxref\n(\d+)\n%%EOF\n$/.exec(base)
  const fields = new Map([...base.matchAll(/\n(\d+) 0 obj\n(<< [^\n]*\/T \((sign-[A-Z0-9]+)\)[^\n]*) >>\nendobj(?=\n)/g)].map((f) => [f[1], f]))
  need(trailer && fields.size === names.length && names.every((n) => [...fields.values()].some((f) => f[3] === n)), 'base-changed')
  let at = length; let previous = trailer[4]
  while (at < text.length) {
    const number = /^(\d+) 0 obj\n/.exec(text.slice(at, at + 20))?.[1]; const field = fields.get(number); const object = Number(trailer[2]) + signed.length
    need(field, 'bytes-behind')
    need(!signed.includes(field[3]), 'signed-twice')
    const head = `${number} 0 obj\n${field[2]} /V ${object} 0 R >>\nendobj\n`; const second = at + head.length
    const time = text.slice(second).match(/\(D:(\d{14})Z\)/)?.[1]
    const start = `${object} 0 obj\n<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (D:${time}Z) /ByteRange [0 `
    const from = second + start.length + 44; const to = from + 32770
    const end = ` >>\nendobj\nxref\n${number} 1\n${ten(at)} 00000 n \n${object} 1\n${ten(second)} 00000 n \ntrailer << ${trailer[1]} /Size ${object + 1} /Prev ${previous} ${trailer[3]} >>\nstartxref\n`
    const xref = to + ' >>\nendobj\n'.length; const close = `${end}${xref}\n%%EOF\n`
    const ranges = `${ten(from)} ${ten(to)} ${ten(close.length)}] /Contents `
    const contents = text.slice(from, to)
    need(time && text.startsWith(head + start + ranges, at) && /^<[0-9a-f]{32768}>$/.test(contents) && text.startsWith(close, to) && whole(unhex(contents.slice(1, -1))), 'bytes-behind')
    signed.push(field[3]); previous = String(xref); at = to + close.length
  }
  return signed
}
function whole (der) { // one DER element of definite length, then zeros
  const long = der[1] & 0x80 ? der[1] & 0x7f : 0
  const size = long ? parseInt(hex(der.subarray(2, 2 + long)), 16) : der[1]
  return der[0] === 0x30 && long < 5 && 2 + long + size <= der.length && !der.subarray(2 + long + size).some(Boolean)
}

// The page for checking: files chosen or dropped, read here and nowhere else. The page's policy forbids every connection.

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
})()
