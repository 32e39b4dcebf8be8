import type { World } from './world';

/** One line on standard error that says what is being done; nothing where no terminal is. */
export class Progress {
  private shown = '';

  public constructor(private readonly world: World) {}

  /** Says what comes next, in place of what was said before. */
  public say(text: string): void {
    this.show(`\r\u001b[K${text}`);
    this.shown = text;
  }

  /** Takes the line away. */
  public end(): void {
    if (this.shown !== '') {
      this.show('\r\u001b[K');
      this.shown = '';
    }
  }

  private show(text: string): void {
    if (this.world.stderr.isTTY === true) {
      this.world.stderr.write(text);
    }
  }
}
