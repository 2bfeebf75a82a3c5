import { memo } from "./memo";

/** The parts of an image reference (https://github.com/distribution/reference); what is missing is the default. */
export interface Image {
  /** `docker.io` where none is named, as every runtime reads it. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** A port in the registry is not a tag; with a digest the tag is decoration. */
export const parseImage = memo((reference: string): Image => {
  const [named = "", digest] = split(reference, "@");
  const slash = named.indexOf("/");
  const first = named.slice(0, Math.max(slash, 0));
  const hasRegistry = first.includes(".") || first.includes(":") || first === "localhost";
  const rest = hasRegistry ? named.slice(slash + 1) : named;
  const [repository = "", tag] = split(rest, ":");
  return {
    registry: hasRegistry ? first : "docker.io",
    repository: hasRegistry || repository.includes("/") ? repository : `library/${repository}`,
    tag: tag === "" ? undefined : tag,
    digest: digest === "" ? undefined : digest,
  };
});

function split(text: string, mark: string): [string, string?] {
  const index = text.indexOf(mark);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
