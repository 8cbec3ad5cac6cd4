// Proofs of the tree (RFC 9162 2.1.3.2, 2.1.4.2). A bundle is checked whole and needs none; who is shown a single entry does.
import { node, same, sha256 } from '../../src/cochair/web/assets/reader/forms.mjs'

const left = (size) => { let k = 1n; while (k * 2n < size) k *= 2n; return k } // leaves of the left subtree
const fit = (proof, ...roots) => proof.length <= 63 && [...proof, ...roots].every((h) => h.length === 32)
export async function included (proof, leaf, index, size, root) {
  async function climb (i, n, rest) { // root of the subtree of n leaves that holds leaf i, or null
    if (n === 1n) return rest.length ? null : leaf
    const k = left(n); const last = rest.at(-1); const others = rest.slice(0, -1)
    const below = rest.length && await (i < k ? climb(i, k, others) : climb(i - k, n - k, others))
    return below && (i < k ? node(below, last) : node(last, below))
  }
  const found = fit(proof, leaf, root) && index >= 0n && index < size && await climb(index, size, proof)
  return Boolean(found) && same(found, root)
}
export async function grown (proof, old, oldRoot, size, root) {
  async function climb (m, n, rest, whole) { // [root of the first m leaves, root of all n], or null; whole: it is the old tree itself
    if (m === n) return rest.length === (whole ? 0 : 1) ? Array(2).fill(whole ? oldRoot : rest[0]) : null
    const k = left(n); const last = rest.at(-1); const others = rest.slice(0, -1)
    const below = rest.length && await (m <= k ? climb(m, k, others, whole) : climb(m - k, n - k, others, false))
    return below && (m <= k ? [below[0], await node(below[1], last)] : Promise.all(below.map((h) => node(last, h))))
  }
  if (!fit(proof, oldRoot, root) || old > size) return false
  const empty = await sha256(new Uint8Array())
  if (old === 0n) return !proof.length && same(oldRoot, empty) && (size > 0n || same(root, empty))
  const found = await climb(old, size, proof, true)
  return Boolean(found) && same(found[0], oldRoot) && same(found[1], root)
}
