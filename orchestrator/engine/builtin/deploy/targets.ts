import { SlipwayError } from "../../../errors";
import type { OperationOptions, ResourceState } from "../model";
import { STACK_TYPE, typeOf, urnPattern } from "./urn";
import { isDefaultProvider } from "./events";

/** Which resources `--target` and `--exclude` leave to an operation (pulumi.md 5.6, 9.5). */
export class Targets {
  private readonly named: readonly ((urn: string) => boolean)[];
  private readonly excluded: readonly ((urn: string) => boolean)[];
  /** Literal targets that have to be met by some resource. */
  private readonly unmet: Set<string>;
  private readonly drawnIn = new Set<string>();
  private readonly leftOut = new Set<string>();

  constructor(private readonly options: OperationOptions) {
    if (options.targets.length > 0 && options.excludes.length > 0) {
      throw new SlipwayError(
        "target-and-exclude",
        "--target and --exclude were both given",
        "use one of them",
        "usage",
      );
    }
    this.named = options.targets.map(urnPattern);
    this.excluded = options.excludes.map(urnPattern);
    this.unmet = new Set([...options.targets, ...options.replace].filter((target) => !target.includes("*")));
  }

  get constrained(): boolean {
    return this.named.length > 0 || this.excluded.length > 0;
  }

  /** Literal targets nothing in program or state matched. */
  unknownTargets(): string[] {
    return [...this.unmet];
  }

  /** What a constrained run may delete: the root stack and default providers take part, but others may need them. */
  deletes(urn: string, dependsOn: () => Iterable<string>): boolean {
    const implied = typeOf(urn) === STACK_TYPE || isDefaultProvider(urn);
    if (implied && this.constrained) return this.named.some((matches) => matches(urn));
    return this.includes(urn, dependsOn);
  }

  /** The root stack and default providers always take part. */
  includes(urn: string, dependsOn: () => Iterable<string> = () => []): boolean {
    this.unmet.delete(urn);
    if (typeOf(urn) === STACK_TYPE || isDefaultProvider(urn)) return true;
    if (this.excluded.length > 0) {
      const out =
        this.excluded.some((matches) => matches(urn)) ||
        (this.options.excludeDependents && [...dependsOn()].some((dependency) => this.leftOut.has(dependency)));
      if (out) this.leftOut.add(urn);
      return !out;
    }
    if (this.named.length === 0) return true;
    const inside =
      this.named.some((matches) => matches(urn)) ||
      (this.options.targetDependents && [...dependsOn()].some((dependency) => this.drawnIn.has(dependency)));
    if (inside) this.drawnIn.add(urn);
    return inside;
  }
}

/** Everything a state needs to exist before it: provider, parent, dependencies of every kind. */
export function needs(state: ResourceState): string[] {
  const found = new Set<string>(state.dependencies);
  if (state.parent) found.add(state.parent);
  if (state.provider) found.add(state.provider.slice(0, state.provider.lastIndexOf("::")));
  if (state.deletedWith) found.add(state.deletedWith);
  Object.values(state.propertyDependencies ?? {}).forEach((list) => list.forEach((urn) => found.add(urn)));
  return [...found];
}
