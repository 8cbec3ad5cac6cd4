// A room out of its files: logs, papers and contents as what their names say; then which manifests are agreed, and what stands behind them.
import {
  canonical, cat, checkpoint, claimedChange, dec, entry, entryBundle, fits, hex, is, isDigest, isObject, isOrigin, isPath, isSchema, isSize,
  leafHash, like, need, openChange, openEnvelope, openNote, paperId, rootAt, same, saying, sha256, splitNote, structural, tilePath, tree,
  tried, unhex, untar, verifierKey, write
} from './forms.mjs'

// ---- the agreement rule (agreement.md). Events: ['seen', side, n, ...], ['seal', manifest], ['revoke', k], ['find', side, k, ok], others
export const heads = (e) => Array.from({ length: e.length >> 1 }, (_, i) => [e[2 * i + 1], e[2 * i + 2]])
// {side: [event]} at a closed cut; manifest -> {sides, releasing} -> [{manifest, seals: {side: index}}]
export function agreements (logs, partiesOf) {
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
export async function openBundle (bytes) { // -> {files, check(keys, room)}: whose list it is can be asked only when the terms are known
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
export async function readRoom (files, check, wanted) { // files: Map of path to bytes -> the room, everything checked; else Refused
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
