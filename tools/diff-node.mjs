// What node does with the modules that diff_gen made, compared with what
// godwit said.
//
//   node tools/diff-node.mjs                    the features that node has
//   node tools/diff-node.mjs FOLDER FIRST COUNT   "N same, N different"
import fs from 'node:fs';

// ---- features: a small module each, valid where the feature is known ----

const section = (id, bytes) => [id, bytes.length, ...bytes];
const type = [1, 0x60, 0, 0];
const memory = (...limits) => [section(5, [1, ...limits])];

function validates({ types = type, before = [], body = [] }) {
  const code = [0, ...body, 0x0b];
  return WebAssembly.validate(new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...section(1, types), ...section(3, [1, 0]),
    ...before.flat(), ...section(10, [1, code.length, ...code])]));
}

// Relaxed SIMD is left out: its results are the engine's own affair.
const probes = {
  'sign-extension': { body: [0x41, 0, 0xc0, 0x1a] },
  'saturating-float': { body: [0x43, 0, 0, 0, 0, 0xfc, 0, 0x1a] },
  'multi-value': { types: [1, 0x60, 0, 2, 0x7f, 0x7f], body: [0x41, 0, 0x41, 0] },
  'bulk-memory': { before: memory(0, 1), body: [0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 11, 0] },
  'reference-types': { body: [0xd0, 0x6f, 0x1a] },
  'mutable-globals': {
    before: [section(6, [1, 0x7f, 1, 0x41, 0, 0x0b]), section(7, [1, 1, 0x67, 3, 0])] },
  'simd': { body: [0xfd, 12, ...Array(16).fill(0), 0x1a] },
  'tail-call': { body: [0x12, 0] },
  'function-references': { body: [0xd0, 0, 0x1a] },
  'gc': { body: [0x41, 0, 0xfb, 0x1c, 0x1a] },
  'exceptions': { body: [0x1f, 0x40, 0, 0x0b] },
  'legacy-exceptions': { body: [0x06, 0x40, 0x19, 0x0b] },
  'memory64': { before: [section(4, [1, 0x70, 4, 0]), ...memory(4, 0)] },
  'multi-memory': { before: [section(5, [2, 0, 0, 0, 0])] },
  'extended-const': {
    before: [section(6, [1, 0x7f, 0, 0x41, 0, 0x41, 0, 0x6a, 0x0b])] },
  'threads': { before: memory(3, 1, 1), body: [0xfe, 3, 0] },
  'wide-arithmetic': { body: [0x42, 0, 0x42, 0, 0xfc, 0x15, 0x1a, 0x1a] },
  'custom-page-sizes': { before: memory(8, 0, 0) },
};

// No specification says what the two forms of exceptions do to each other:
// whether a delegate to a try_table is caught there, for one.
function features() {
  const known = Object.keys(probes).filter((name) => validates(probes[name]));
  return known.filter((name) => name !== 'legacy-exceptions' || !known.includes('exceptions'));
}

// ---- traps: what godwit says, and how V8 may put it ----

// Where two things are wrong at once, each engine looks at another first.
const traps = [
  [/^unreachable/, /unreachable/],
  [/^integer divide by zero/, /(divide|remainder) by zero/],
  [/^integer overflow/, /unrepresentable/],
  [/^invalid conversion/, /unrepresentable/],
  [/^out of bounds memory/, /memory access out of bounds|segment|new array is too large|not inside/],
  [/^out of bounds table/, /table|element segment/],
  [/^undefined element/, /table index|null function/],
  [/^(uninitialized element|indirect call)/, /null function|signature mismatch/],
  [/^null /, /null/],
  [/^null array/, /array element/],
  [/^cast failure/, /illegal cast/],
  [/^out of bounds array/, /array|segment/],
  [/^unaligned atomic/, /unaligned|memory access out of bounds/],
  [/^expected shared/, /Atomics\.wait|shared/],
  [/^uncaught exception/, /exception/],
  [/^call stack/, /call stack/],
];

const sameTrap = (ours, theirs) =>
  traps.some(([a, b]) => a.test(ours) && b.test(theirs));

// JavaScript has one NaN.
const oneNaN = (line) =>
  line.replace(/f32:[7f]f(?!800000)[89a-f][0-9a-f]{5}\b/g, 'f32:7fc00000')
    .replace(/f64:[7f]ff(?!0{13})[0-9a-f]{13}\b/g, 'f64:7ff8000000000000');

function sameLine(ours, theirs) {
  const trap = / trap: (.*)/.exec(ours);
  const other = / trap: (.*)/.exec(theirs);
  return trap && other ? sameTrap(trap[1], other[1]) : oneNaN(ours) === theirs;
}

// ---- running: the lines of fuzz/play.h ----

const scratch = new DataView(new ArrayBuffer(8));

// Numbers by the types that godwit's own line shows.
function value(kind, number) {
  switch (kind) {
    case 'i32': return 'i32:' + (number >>> 0).toString(16);
    case 'i64': return 'i64:' + BigInt.asUintN(64, number).toString(16);
    case 'f32':
      if (Number.isNaN(number)) return 'f32:7fc00000';
      scratch.setFloat32(0, number);
      return 'f32:' + scratch.getUint32(0).toString(16);
    case 'f64':
      if (Number.isNaN(number)) return 'f64:7ff8000000000000';
      scratch.setFloat64(0, number);
      return 'f64:' + scratch.getBigUint64(0).toString(16);
    default: return 'ref:' + (number === null ? 'null' : 'some');
  }
}

function call(func, kinds) {
  let results;
  try {
    results = func();
  } catch (error) {
    return ' trap: ' + (error instanceof WebAssembly.Exception ? 'exception' : error.message);
  }
  if (results === undefined) return '';
  if (!Array.isArray(results)) results = [results];
  return results.map((result, i) => ' ' + value(kinds[i], result)).join('');
}

function hash(buffer) {
  let sum = 2166136261;
  for (const byte of new Uint8Array(buffer)) sum = Math.imul(sum ^ byte, 16777619);
  return (sum >>> 0).toString(16).padStart(8, '0');
}

function tableText(table) {
  let text = ` ${table.length} elements `;
  const index = typeof table.length === 'bigint' ? BigInt : Number;
  for (let i = 0; i < table.length; i++) text += table.get(index(i)) === null ? '-' : '*';
  return text;
}

// A line that JavaScript cannot make is taken from godwit: it may not touch
// vectors and exceptions.
function line(name, item, ours) {
  const kinds = ours.split(' ').slice(1).map((word) => word.split(':')[0]);
  switch (name[0]) {
    case 'e': return name + call(item, kinds);
    case 'm': return `${name} ${item.buffer.byteLength} bytes, ${hash(item.buffer)}`;
    default:
      try {
        return name + (name[0] === 't' ? tableText(item) : ` ${value(kinds[0], item.value)}`);
      } catch (error) {
        if (error instanceof TypeError) return ours;
        throw error;
      }
  }
}

const mix = (a, b) => (b ^ BigInt(a >>> 0)) * 0x9e3779b97f4a7c15n + 1n;

function differences(bytes, ours) {
  const found = [];
  let module, instance, start = 'start';
  try {
    module = new WebAssembly.Module(bytes);
  } catch (error) {
    return [[ours[0], error.message]];
  }
  try {
    instance = new WebAssembly.Instance(module, { h: { mix: (a, b) => BigInt.asIntN(64, mix(a, b)) } });
  } catch (error) {
    start += ' trap: ' + (error instanceof WebAssembly.Exception ? 'exception' : error.message);
  }
  if (!sameLine(ours[0], start)) return [[ours[0], start]];
  for (const expected of ours.slice(1)) {
    const name = expected.split(' ')[0];
    const theirs = line(name, instance.exports[name], expected);
    if (!sameLine(expected, theirs)) found.push([expected, theirs]);
  }
  return found;
}

function compare(folder, first, count) {
  let same = 0, different = 0;
  for (let seed = first; seed < first + count; seed++) {
    const ours = fs.readFileSync(`${folder}/${seed}.txt`, 'utf8').trimEnd().split('\n');
    const found = differences(fs.readFileSync(`${folder}/${seed}.wasm`), ours);
    if (found.length === 0) {
      same++;
      continue;
    }
    different++;
    console.log(`seed ${seed}:`);
    for (const [a, b] of found.slice(0, 5)) console.log(`  godwit: ${a}\n  node:   ${b}`);
  }
  console.log(`${same} same, ${different} different`);
  return different > 0 ? 1 : 0;
}

const [folder, first, count] = process.argv.slice(2);
if (folder) process.exitCode = compare(folder, Number(first), Number(count));
else console.log(features().join(' '));
