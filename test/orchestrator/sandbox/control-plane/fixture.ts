import * as fs from "node:fs";
import path from "node:path";

/** Writes an executable script. */
export function script(file: string, body: string): string {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  fs.writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o700 });
  return file;
}

/** A program that only says its version. */
export const saying = (file: string, words: string): string => script(file, `echo "${words}"`);

/**
 * A Go that builds scripts: `list` names two packages that have to be compiled, `build` compiles them and writes the
 * program. Each call is noted in a file beside it. `before` runs ahead of a build.
 */
export function fakeGo(folder: string, { version = "go1.26.8", before = "" } = {}): string {
  const calls = path.join(folder, "calls");
  script(
    path.join(folder, "go"),
    [
      `echo "$1 GOFLAGS=$GOFLAGS GOWORK=$GOWORK CGO_ENABLED=$CGO_ENABLED" >> ${calls}`,
      `if [ "$1" = env ]; then echo ${version}; exit 0; fi`,
      'test -f go.mod && test -f go.sum || { echo "no module here" >&2; exit 1; }',
      'if [ "$1" = list ]; then echo one; echo two; exit 0; fi',
      before,
      "echo one >&2; echo two >&2",
      'while [ "$1" != "-o" ]; do shift; done',
      'printf "#!/bin/sh\\necho built\\n" > "$2"',
    ].join("\n"),
  );
  return calls;
}
