// Files and an anchor -> a verdict, as `cochair verify` gives it: 0 proven, 1 refused, 3 consistent in itself while nothing says whose keys
// these are, 4 proven so far.
import { canonical, enc, fits, hex, is, isDigest, isObject, latin, need, Refused, saying, sha256, unhex } from './forms.mjs'
import { openBundle, readRoom } from './room.mjs'
export const say = (words, code, values = []) => (words[code] ?? code).replace(/\{(\d)\}/g, (_, n) => values[n] ?? '')
const fingerprint = (room) => room.match(/.{4}/g).join(' ')
export async function anchorOf (text) { // -> {room, sides}, or null where nothing was given
  const plain = (text ?? '').replace(/[\s:-]/g, '').toLowerCase()
  if (!plain || isDigest(plain)) return plain ? { room: plain, sides: {} } : null
  const value = await saying(() => canonical(enc(text.trim()), 65536), 'anchor')
  need(fits(value, { v: is(1), what: is('trust'), room: isDigest, sides: isObject }), 'anchor')
  return value
}
export async function verify (files, given) { // files: [{name, bytes} or {name, files: Map}] -> {status, lines, ...}
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
