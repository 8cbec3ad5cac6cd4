// npm ci && npm run build: style sheet, script and fonts into ../static/cochair, each with its compressed forms and the fonts' licences.
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { compile } from 'sass'
import './reader/build.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const out = here('../static/cochair')
const limit = 160_000

rmSync(`${out}/fonts`, { recursive: true, force: true })
mkdirSync(`${out}/fonts`, { recursive: true })

const css = compile(here('scss/cochair.scss'), { loadPaths: [here('scss'), here('node_modules'), here('.')], style: 'compressed', charset: false, quietDeps: true }).css
if (Buffer.byteLength(css) > limit) throw new Error(`the style sheet has ${Buffer.byteLength(css)} bytes, more than ${limit}`)
if (/GDS Transport|crown/i.test(css)) throw new Error('the style sheet names what may not be shipped')
const licence = '@charset "utf-8";/* Parts from GOV.UK Frontend (Crown Copyright, MIT) and MOJ Frontend (MIT), see LICENCES.txt; the rest is Cochair, Apache-2.0. */\n'
keep('cochair.css', licence + css)

const js = await build({ entryPoints: [here('js/cochair.mjs')], bundle: true, minify: true, format: 'esm', target: 'es2020', write: false, legalComments: 'none' })
keep('cochair.js', js.outputFiles[0].text)

const faces = [
  ['noto-sans', 'latin', 'normal'], ['noto-sans', 'cyrillic', 'normal'], ['noto-sans-devanagari', 'devanagari', 'normal'],
  ['source-serif-4', 'latin', 'normal'], ['source-serif-4', 'cyrillic', 'normal'], ['source-serif-4', 'latin', 'italic'], ['source-serif-4', 'cyrillic', 'italic'],
  ['noto-serif-devanagari', 'devanagari', 'normal']
]
for (const [family, script, style] of faces) {
  const name = family.endsWith(script) ? family : `${family}-${script}`
  const target = `${out}/fonts/${name}${style === 'italic' ? '-italic' : ''}.woff2`
  copyFileSync(here(`node_modules/@fontsource-variable/${family}/files/${family}-${script}-wght-${style}.woff2`), target)
}
const packages = ['govuk-frontend', '@ministryofjustice/frontend', ...new Set(faces.map(([family]) => `@fontsource-variable/${family}`))]
const licences = packages.map((name) => {
  const meta = JSON.parse(readFileSync(here(`node_modules/${name}/package.json`)))
  return `${name} ${meta.version} (${meta.license})\n\n${text(name)}`
})
writeFileSync(`${out}/LICENCES.txt`, licences.join(`\n${'='.repeat(80)}\n`))

function text (name) {
  for (const file of ['LICENSE', 'LICENSE.txt', 'LICENCE', 'LICENSE.md']) {
    try { return readFileSync(here(`node_modules/${name}/${file}`), 'utf8') } catch {}
  }
  return 'MIT Licence; text: https://opensource.org/license/mit\n'
}

function keep (name, content) {
  const bytes = Buffer.from(content)
  writeFileSync(`${out}/${name}`, bytes)
  writeFileSync(`${out}/${name}.gz`, gzipSync(bytes, { level: 9 }))
  writeFileSync(`${out}/${name}.br`, brotliCompressSync(bytes))
  console.log(name, bytes.length, 'bytes')
}
