// wasi.mjs MODULE [GUEST=HOST…] -- [ARG…]: runs a program with Node's own WASI.
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const [file, ...rest] = process.argv.slice(2);
const end = rest.indexOf("--");
const preopens = Object.fromEntries(rest.slice(0, end).map((grant) => grant.split("=")));
const wasi = new WASI({ version: "preview1", args: [file, ...rest.slice(end + 1)], preopens });
const module = await WebAssembly.compile(readFileSync(file));
process.exit(wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject())));
