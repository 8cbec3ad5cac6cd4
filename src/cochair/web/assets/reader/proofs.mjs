// Proofs of the tree, checked as in RFC 9162 2.1.3.2 and 2.1.4.2. A bundle is checked whole and needs none; who is shown a single entry does.
import { node, same, sha256 } from './forms.mjs'

export async function included (proof, leaf, index, size, root) { // inclusion, RFC 9162 2.1.3.2
  if (proof.length > 63 || index < 0n || index >= size || proof.some((p) => p.length !== 32)) return false
  let fn = index; let sn = size - 1n; let r = leaf
  for (const p of proof) {
    if (sn === 0n) return false
    if (fn & 1n || fn === sn) { r = await node(p, r); while (!(fn & 1n) && fn) { fn >>= 1n; sn >>= 1n } } else r = await node(r, p)
    fn >>= 1n; sn >>= 1n
  }
  return sn === 0n && same(r, root)
}
export async function grown (proof, old, oldRoot, size, root) { // consistency, RFC 9162 2.1.4.2
  if (proof.length > 63 || old > size || [...proof, oldRoot, root].some((p) => p.length !== 32)) return false
  const empty = await sha256(new Uint8Array())
  if (old === 0n) return !proof.length && same(oldRoot, empty) && (size > 0n || same(root, empty))
  if (old === size) return !proof.length && same(oldRoot, root)
  let fn = old - 1n; let sn = size - 1n
  while (fn & 1n) { fn >>= 1n; sn >>= 1n }
  const path = fn ? [...proof] : [oldRoot, ...proof] // old is a power of two: its root is not in the proof
  if (!path.length) return false
  let [fr, sr] = [path[0], path[0]]
  for (const c of path.slice(1)) {
    if (sn === 0n) return false
    if (fn & 1n || fn === sn) { fr = await node(c, fr); sr = await node(c, sr); while (!(fn & 1n) && fn) { fn >>= 1n; sn >>= 1n } } else sr = await node(sr, c)
    fn >>= 1n; sn >>= 1n
  }
  return sn === 0n && same(fr, oldRoot) && same(sr, root)
}
