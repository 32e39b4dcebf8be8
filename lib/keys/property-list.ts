import { xml } from './escape';

/** What a property list can hold here. */
export type Property = string | number | Uint8Array | readonly Property[] | { readonly [key: string]: Property };

/** A property list of Apple's in XML. */
export function propertyList(root: Property): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    ...element(root),
    '</plist>',
    '',
  ].join('\n');
}

function element(value: Property): string[] {
  if (typeof value === 'string') {
    return [`<string>${xml(value)}</string>`];
  }
  if (typeof value === 'number') {
    return [`<integer>${value}</integer>`];
  }
  if (value instanceof Uint8Array) {
    return [
      '<data>',
      ...(Buffer.from(value)
        .toString('base64')
        .match(/.{1,64}/g) ?? []),
      '</data>',
    ];
  }
  if (Array.isArray(value)) {
    return ['<array>', ...indented(value.flatMap(element)), '</array>'];
  }
  const entries = Object.entries(value).flatMap(([key, each]) => [`<key>${xml(key)}</key>`, ...element(each)]);
  return ['<dict>', ...indented(entries), '</dict>'];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
