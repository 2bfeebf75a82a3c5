import { ThingProvider } from "../test/engine/thing";

/** The attached provider of the benchmark, in a process of its own; says where it is on its first line. */
async function serve(): Promise<void> {
  const provider = new ThingProvider();
  await provider.start();
  process.stdout.write(`${provider.attachment}\n`);
}
void serve();
