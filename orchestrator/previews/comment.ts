/** By it a pipeline finds the one comment of a pull request again, and updates it in place (C2.6). */
export const MARKER = "<!-- slipway:preview -->";

/** What the comment on a pull request says of its preview. Pure; the same facts give the same text. */
export function comment(preview: {
  readonly url: string;
  readonly namespace: string;
  readonly image: string;
  readonly idleHours: number;
  readonly lifetimeHours: number;
}): string {
  const { url, namespace, image, idleHours, lifetimeHours } = preview;
  return [
    MARKER,
    `**Preview:** ${url}`,
    "",
    `| | |`,
    `| --- | --- |`,
    `| Namespace | \`${namespace}\` |`,
    `| Image | \`${image}\` |`,
    "",
    `It is updated by every push and removed when this pull request is closed, after ${idleHours} h without a push, or ` +
      `${lifetimeHours} h after it was made. Its data is test data and goes with it. Keep it longer: ` +
      `\`kubectl label namespace ${namespace} slipway.dev/keep=true\`.`,
    "",
  ].join("\n");
}

/** What the same comment says once the preview is gone. */
export function farewell(namespace: string): string {
  return `${MARKER}\nThe preview \`${namespace}\` and its data were removed.\n`;
}
