/** A configuration of Vyatta's kind: words that lead to values, as `set` and `delete` leave them behind. */
export class Tree {
  private paths: string[][] = [];

  public constructor(script: string, isIgnored: (line: string) => boolean) {
    for (const raw of script.split('\n')) {
      const line = raw.trim();
      const command = /^(set|delete) (.+)$/.exec(line);
      if (command !== null) {
        this.run(command[1] === 'set', words(command[2] ?? ''));
      } else if (line !== '' && !line.startsWith('#') && !isIgnored(line)) {
        throw new Error(`not understood: ${line}`);
      }
    }
  }

  /** The words that follow a path, each once, in the order in which they came. */
  public under(...path: string[]): readonly string[] {
    const follow = this.paths
      .filter((one) => one.length > path.length && path.every((word, index) => one[index] === word))
      .map((one) => one[path.length] ?? '');
    return [...new Set(follow)];
  }

  /** The only value at a path. */
  public value(...path: string[]): string | undefined {
    const values = this.under(...path);
    if (values.length > 1) {
      throw new Error(`${path.join(' ')} has the values ${values.join(', ')}`);
    }
    return values[0];
  }

  /** Paths below a path, as texts. */
  public all(...path: string[]): readonly string[] {
    return this.paths
      .filter((one) => path.every((word, index) => one[index] === word))
      .map((one) => one.slice(path.length).join(' '));
  }

  /** Numbers of rules, in the order in which they decide. */
  public numbers(...path: string[]): readonly string[] {
    return [...this.under(...path, 'rule')].sort((a, b) => Number(a) - Number(b));
  }

  private run(isSet: boolean, path: string[]): void {
    this.paths = this.paths.filter((one) => !path.every((word, index) => one[index] === word));
    if (isSet) {
      this.paths.push(path);
    }
  }
}

function words(text: string): string[] {
  return [...text.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}
