// For each line {"pattern", "texts"} of the input, writes whether the pattern is
// valid with the flag u, and without, and in which texts it matches.
import {createInterface} from 'node:readline'

const compiled = (pattern, flags) => {
  try {
    return new RegExp(pattern, flags)
  } catch {
    return undefined
  }
}

// V8 also begins matches in the middle of a surrogate pair, which ECMA-262 does
// not with the flag u (AdvanceStringIndex). The flag y has it begin where it must.
const matches = (re, text) => {
  for (let start = 0; ; start += text.codePointAt(start) > 0xFFFF ? 2 : 1) {
    re.lastIndex = start
    if (re.test(text)) return true
    if (start >= text.length) return false
  }
}

for await (const line of createInterface({input: process.stdin})) {
  const {pattern, texts} = JSON.parse(line)
  const unicode = compiled(pattern, 'uy')
  const plain = compiled(pattern, 'y')
  const re = unicode ?? plain
  process.stdout.write(JSON.stringify({
    unicode: unicode !== undefined,
    plain: plain !== undefined,
    matches: re === undefined ? [] : texts.map(text => matches(re, text)),
  }) + '\n')
}
