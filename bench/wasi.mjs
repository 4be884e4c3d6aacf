// node bench/wasi.mjs FILE [ARG...]: runs a WASI 0.1 program, which node cannot
// do by itself.
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const args = process.argv.slice(2);
const wasi = new WASI({ version: 'preview1', args, returnOnExit: true });
const { instance } = await WebAssembly.instantiate(
    readFileSync(args[0]), wasi.getImportObject());
process.exitCode = wasi.start(instance);
