import type { Appender, Files } from "../../orchestrator/engine/builtin/backend/files";
import { disk } from "../../orchestrator/engine/builtin/backend/files";
import type { Properties, ResourceState } from "../../orchestrator/engine/builtin/model";

export const urnOf = (name: string, type = "x:y:Thing") => `urn:pulumi:dev::proj::${type}::${name}`;

/** A resource as a finished step leaves it. */
export function stateOf(name: string, inputs: Properties = {}, rest: Partial<ResourceState> = {}): ResourceState {
  return { urn: urnOf(name), custom: true, type: "x:y:Thing", id: `id-${name}`, inputs, outputs: inputs, ...rest };
}

/** Keeps what was written in memory, and counts what a disk would have had to do. */
export class MemoryAppender implements Appender {
  text = "";
  syncs = 0;
  private readonly gates: (() => void)[] = [];

  constructor(
    /** Fails the write that would go past this many bytes, after writing what fits: a full disk. */
    private readonly room = Number.POSITIVE_INFINITY,
    /** Syncs wait until `open` is called. */
    private readonly gated = false,
  ) {}

  write(text: string): Promise<void> {
    const fits = text.slice(0, Math.max(0, this.room - this.text.length));
    this.text += fits;
    return fits.length === text.length ? Promise.resolve() : Promise.reject(noSpace());
  }
  async sync(): Promise<void> {
    this.syncs++;
    if (this.gated) await new Promise<void>((resolve) => this.gates.push(resolve));
  }
  open(): void {
    this.gates.splice(0).forEach((gate) => gate());
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

export function noSpace(): NodeJS.ErrnoException {
  return Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
}

/** The real disk, on which replacing the files that `full` names fails the way `error` does. */
export function diskThatRefuses(full: (file: string) => boolean, error: () => Error): Files {
  return {
    ...disk,
    replace(file, text) {
      if (full(file)) throw error();
      disk.replace(file, text);
    },
  };
}

/** The real disk, on which a file that grows has room for so many bytes only. */
export function diskWithRoom(bytes: number): Files {
  return {
    ...disk,
    async grow(file) {
      const real = await disk.grow(file);
      let room = bytes;
      return {
        ...real,
        async write(text) {
          await real.write(text.slice(0, room));
          room -= text.length;
          if (room < 0) throw noSpace();
        },
      };
    },
  };
}
