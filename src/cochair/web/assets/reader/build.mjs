// node build.mjs: the modules in one plain file, ../../static/cochair/reader.js, for pages; a script in modules is not read from a folder
// on a disk. Not minified, to be read.
import { readFileSync, writeFileSync } from 'node:fs'

const here = (path) => new URL(path, import.meta.url)
const plain = (name) => readFileSync(here(name), 'utf8').replace(/^import [^']*'[^']*'\n/gm, '').replace(/^export /gm, '')
const joined = ['forms.mjs', 'room.mjs', 'reader.mjs', 'page.mjs'].map(plain).join('\n')
const file = `// Built from ../../assets/reader by build.mjs there.\n(() => {\n'use strict'\n${joined}})()\n`
writeFileSync(here('../../static/cochair/reader.js'), file)
