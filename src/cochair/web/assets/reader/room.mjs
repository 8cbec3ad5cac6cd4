// A room out of its files: logs, papers and contents as what their names say; then which manifests are agreed (agreement.md), and what stands behind it.
import {
  canonical, cat, checkpoint, dec, entry, entryBundle, hex, isDigest, isOrigin, isPath, leafHash, members, need, noteText, openEnvelope, openNote, paperId, Refused, rootAt, same, sha256,
  structural, tilePath, tree, unhex, untar, verifierKey, write
} from './forms.mjs'

// ---- the agreement rule (agreement.md): {side: [event]}; an event is ['seen', side, n, ...], ['seal', manifest], ['revoke', k], ['find', side, k, ok] or anything else
export const heads = (e) => Array.from({ length: e.length >> 1 }, (_, i) => [e[2 * i + 1], e[2 * i + 2]])
export function agreements (logs, partiesOf) { // logs at a closed cut; partiesOf(manifest) -> {sides, releasing} -> [{manifest, seals: {side: index}}]
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
export async function openBundle (bytes) { // -> {files, check(keys, room)}: whose list it is can be asked only when the terms are known
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
export async function readRoom (files, check, wanted) { // files: Map of path to bytes -> the room, everything checked; else Refused
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
