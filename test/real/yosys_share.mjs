// yosys_share.mjs PACKAGE: writes the files that Yosys reads to PACKAGE/share.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

function write(tree, path) {
    if (tree instanceof URL) {
        copyFileSync(tree, path);
    } else if (typeof tree === "string" || tree instanceof Uint8Array) {
        writeFileSync(path, tree);
    } else {
        mkdirSync(path, { recursive: true });
        for (const [name, below] of Object.entries(tree)) write(below, `${path}/${name}`);
    }
}

const dir = resolve(process.argv[2]);
const { filesystem } = await import(pathToFileURL(`${dir}/gen/resources-yosys.js`));
write(filesystem, dir);
