// Chromium without a window, driven over the pipe of its DevTools: no port is opened, and nothing is installed for it.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** An answer of the browser, or an event. */
interface Message {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** The browser of this machine; `undefined` where there is none. */
export function chromium(): string | undefined {
  return ['chromium', 'chromium-browser', 'google-chrome'].find(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
  );
}

/** A browser with one page. */
export class Browser {
  /** Starts a browser; it sees no network besides files. */
  public static async start(): Promise<Browser> {
    const program = chromium();
    if (program === undefined) {
      throw new Error('there is no Chromium here: apt-get install chromium fonts-dejavu-core');
    }
    const browser = new Browser(program);
    const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true });
    browser.session = sessionId as string;
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) {
      await browser.send(`${domain}.enable`);
    }
    return browser;
  }

  private readonly profile = mkdtempSync(join(tmpdir(), 'pptp-constructs-browser-'));
  private readonly process: ChildProcess;
  private readonly waiting = new Map<
    number,
    { resolve: (value: Record<string, unknown>) => void; reject: (error: Error) => void }
  >();
  private session: string | undefined;
  private count = 0;
  private rest = '';
  private events: Message[] = [];
  private loaded?: () => void;

  private constructor(program: string) {
    this.process = spawn(
      program,
      [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--hide-scrollbars',
        '--disable-lcd-text',
        '--font-render-hinting=none',
        '--force-device-scale-factor=1',
        '--no-first-run',
        '--disable-background-networking',
        '--remote-debugging-pipe',
        `--user-data-dir=${this.profile}`,
      ],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
    );
    (this.process.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => this.hear(text));
    this.process.once('exit', () => {
      for (const { reject } of this.waiting.values()) {
        reject(new Error('the browser ended'));
      }
    });
  }

  /** Opens a page and waits until it is there. */
  public async open(address: string): Promise<void> {
    this.events = [];
    const loaded = new Promise<void>((done) => {
      this.loaded = done;
    });
    await this.send('Page.navigate', { url: address });
    await loaded;
  }

  /** The value of an expression on the page, after what it promises. */
  public async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = (await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })) as { result: { value: T }; exceptionDetails?: { exception?: { description?: string }; text: string } };
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }

  /** What a page is shown as: its width, light or dark, on a screen or on paper, with scripts or without. */
  public async show(settings: { width?: number; dark?: boolean; print?: boolean; scripts?: boolean }): Promise<void> {
    const { width = 1240, dark = false, print = false, scripts = true } = settings;
    await this.send('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: false });
    await this.send('Emulation.setEmulatedMedia', {
      media: print ? 'print' : 'screen',
      features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
    });
    await this.send('Emulation.setScriptExecutionDisabled', { value: !scripts });
  }

  /** The page as a picture, whole or as far down as WebP can hold: a page of text is a third of what it is as PNG. */
  public async screenshot(): Promise<Buffer> {
    const { width, height } = await this.evaluate<{ width: number; height: number }>(
      '(({ scrollWidth, scrollHeight }) => ({ width: scrollWidth, height: scrollHeight }))(document.documentElement)',
    );
    const { data } = await this.send('Page.captureScreenshot', {
      clip: { x: 0, y: 0, width, height: Math.min(height, 16_000), scale: 1 },
      format: 'webp',
      quality: 50,
      captureBeyondViewport: true,
    });
    return Buffer.from(data as string, 'base64');
  }

  /** The page on paper. */
  public async pdf(): Promise<Buffer> {
    const { data } = await this.send('Page.printToPDF', { preferCSSPageSize: true, printBackground: true });
    return Buffer.from(data as string, 'base64');
  }

  /** Everything that the page asked for since it was opened. */
  public requests(): string[] {
    return this.events
      .filter(({ method }) => method === 'Network.requestWillBeSent')
      .map(({ params = {} }) => (params.request as { url: string }).url);
  }

  /** What the browser complained of since the page was opened: broken policies, errors. */
  public complaints(): string[] {
    return this.events.flatMap(({ method, params = {} }) =>
      method === 'Log.entryAdded'
        ? [(params.entry as { text: string }).text]
        : method === 'Runtime.exceptionThrown'
          ? [JSON.stringify(params.exceptionDetails)]
          : [],
    );
  }

  public async stop(): Promise<void> {
    const ended = new Promise((done) => this.process.once('exit', done));
    this.process.kill();
    await ended;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  private send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.count;
    const message = { id, method, params, ...(this.session === undefined ? {} : { sessionId: this.session }) };
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      (this.process.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    });
  }

  private hear(text: string): void {
    const parts = (this.rest + text).split('\0');
    this.rest = parts.pop() ?? '';
    for (const part of parts) {
      const message = JSON.parse(part) as Message;
      const waiting = message.id === undefined ? undefined : this.waiting.get(message.id);
      if (message.id === undefined || waiting === undefined) {
        this.events.push(message);
        if (message.method === 'Page.loadEventFired') {
          this.loaded?.();
        }
        continue;
      }
      this.waiting.delete(message.id);
      if (message.error === undefined) {
        waiting.resolve(message.result ?? {});
      } else {
        waiting.reject(new Error(message.error.message));
      }
    }
  }
}
