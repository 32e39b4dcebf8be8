/** An element of an XML document. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Reads an XML document without comments, CDATA and DTD; throws where it is not well-formed. */
export function parseXml(source: string): Element {
  const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(source);
  if (forbidden !== null) {
    throw new Error(`character ${forbidden[0].charCodeAt(0)} at ${forbidden.index}`);
  }
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const rest = source.replace(/^<\?xml [^>]*\?>\n/, '');
  const token = /<(\/?)([A-Za-z-]+)((?: [A-Za-z-]+="[^"<]*")*) ?(\/?)>|[^<]+/gy;
  let end = 0;
  for (let match = token.exec(rest); match !== null; match = token.exec(rest)) {
    end = token.lastIndex;
    const [text, closes, name = '', attributes = '', empty] = match;
    const parent = open.at(-1)!;
    if (match[2] === undefined) {
      parent.text += decode(text);
    } else if (closes === '/') {
      if (open.pop()!.name !== name || open.length === 0) throw new Error(`</${name}> closes nothing`);
    } else {
      const pairs = [...attributes.matchAll(/ ([A-Za-z-]+)="([^"]*)"/g)].map(([, key, value]) => [
        key!,
        decode(value!),
      ]);
      const element: Element = { name, attributes: Object.fromEntries(pairs), children: [], text: '' };
      parent.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  if (end !== rest.length || open.length !== 1 || root.children.length !== 1) throw new Error(`ends at ${end}`);
  return root.children[0]!;
}

function decode(text: string): string {
  if (/&(?!(amp|lt|gt|quot|apos|#\d+);)/.test(text)) throw new Error(`a bare ampersand: ${text}`);
  return text.replace(/&(?:#(\d+)|(\w+));/g, (_, number, name) =>
    number === undefined ? ENTITIES[name]! : String.fromCharCode(Number(number)),
  );
}
