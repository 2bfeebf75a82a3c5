import { writeFileSync } from "node:fs";
import path from "node:path";

/** A policy pack as an executable: `script` runs in place of the SDK's runner. Answers its path. */
export function executablePack(folder: string, name: string, script: string): string {
  const place = path.join(folder, name);
  writeFileSync(place, `#!${process.execPath}\n${script}\n`, { mode: 0o700 });
  return place;
}

/** A pack whose answers come from a server of the test: it names that server's port and stays until it is ended. */
export function servedPack(folder: string, name: string, address: string): string {
  return executablePack(folder, name, `console.log(${address.split(":").at(-1)}); setInterval(() => {}, 1e6);`);
}
