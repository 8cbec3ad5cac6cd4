// Blocks a second that one hypercore replicates from another, each in a store of its own; the blocks have the size of our entries.
import Hypercore from 'hypercore'
import { performance } from 'node:perf_hooks'

const [folder, number] = [process.argv[2], Number(process.argv[3])]
const from = new Hypercore(`${folder}/hypercore-${process.pid}-a`)
await from.ready()
await from.append(Array.from({ length: number }, (_, i) => Buffer.from(`SPECIMEN ${i} `.padEnd(350, '.'))))
const start = performance.now()
const to = new Hypercore(`${folder}/hypercore-${process.pid}-b`, from.key)
await to.ready()
const one = from.replicate(true)
const other = to.replicate(false)
one.pipe(other).pipe(one)
await to.download({ start: 0, end: number }).done()
if (to.contiguousLength !== number) process.exit(1)
console.log(number / ((performance.now() - start) / 1000))
process.exit(0)
