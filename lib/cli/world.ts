import type { Readable, Writable } from 'node:stream';

/** What a command sees of the world besides files. */
export interface World {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly now: Date;
  /** The environment; left out, an empty one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Writes all of a text; fails where the reader has gone. */
export async function write(stream: Writable, text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    // Without a listener, the stream's own event about the same failure would end the process.
    stream.once('error', reject);
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Everything that comes in. */
export async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString('utf8');
}
