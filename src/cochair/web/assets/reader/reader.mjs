// Files and an anchor -> a verdict, as `cochair verify` gives it: 0 proven, 1 refused, 3 consistent in itself while nothing says whose keys these are, 4 proven so far.
import { canonical, dec, enc, hex, isDigest, latin, members, need, Refused, same, sha256, unhex } from './forms.mjs'
import { openBundle, readRoom } from './room.mjs'
export const say = (words, code, values = []) => (words[code] ?? code).replace(/\{(\d)\}/g, (_, n) => values[n] ?? '')
export const fingerprint = (room) => room.match(/.{4}/g).join(' ')
export function anchorOf (text) { // -> {room, sides}, or null where nothing was given
  if (!text?.trim()) return null
  const plain = text.replace(/[\s:-]/g, '').toLowerCase()
  if (isDigest(plain)) return { room: plain, sides: {} }
  try {
    const value = canonical(enc(text.trim()), 65536)
    need(members(value, 'v', 'what', 'room', 'sides') && value.v === 1 && value.what === 'trust' && isDigest(value.room) && typeof value.sides === 'object', 'anchor')
    return value
  } catch { throw new Refused('anchor') }
}
export async function verify (files, anchor) { // files: [{name, bytes} or {name, files: Map}] -> {status, lines, ...}
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
