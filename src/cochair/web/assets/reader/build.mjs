// node build.mjs: the modules in one plain file, ../../static/cochair/reader.js, for pages; a script in modules is not read from a folder on a disk. Not minified, to be read.
import { readFileSync, writeFileSync } from 'node:fs'

const here = (path) => new URL(path, import.meta.url)
export const joined = () => ['forms.mjs', 'room.mjs', 'reader.mjs', 'page.mjs'].map((name) => readFileSync(here(name), 'utf8').replace(/^import [^']*'[^']*'\n/gm, '').replace(/^export /gm, '')).join('\n')
writeFileSync(here('../../static/cochair/reader.js'), `// Built from ../../assets/reader by build.mjs there.\n(() => {\n'use strict'\n${joined()}})()\n`)
