/**
 * Reads the Markdown that the chapters are written in, into a tree that Svelte can draw.
 *
 * A small part of CommonMark, and nothing that would need HTML: headings, paragraphs, lists without
 * nesting, fenced code, and in a line code, links, strong and emphasis. What it cannot read it
 * refuses, with the line, so that no chapter is ever shown half.
 */

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'strong'; children: Inline[] }
  | { kind: 'emphasis'; children: Inline[] }
  | { kind: 'link'; href: string; title: string | null; children: Inline[] };

export type Block =
  | { kind: 'heading'; level: 2 | 3; id: string; children: Inline[] }
  | { kind: 'paragraph'; children: Inline[] }
  | { kind: 'list'; ordered: boolean; items: Inline[][] }
  | { kind: 'code'; language: string; text: string };

export interface Document {
  /** What stands between the two `---` at the top, `name: value` a line. */
  front: Record<string, string>;
  blocks: Block[];
}

/** The text is no Markdown of the kind that chapters use; says where and why. */
export class UnreadableMarkdown extends Error {
  override readonly name = 'UnreadableMarkdown';

  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
  }
}

const HEADING = /^(#{2,3}) (\S.*)$/;
const FENCE = /^```(\w*)$/;
const ITEM = /^(-|\d+\.) +(\S.*)$/;
const CONTINUED_ITEM = /^ {2,}(\S.*)$/;
/** Kinds of lines that no chapter uses, so that a slip is found and not shown as text. */
const UNUSED = /^(>|\||#|<|\s+\S|\*\s|!\[|-{3,}$|={3,}$)/;

export function readMarkdown(text: string): Document {
  const lines = new Lines(text.split('\n'));
  return { front: readFront(lines), blocks: readBlocks(lines) };
}

/** The lines of a text and how far they are read. */
class Lines {
  #next = 0;

  constructor(private readonly all: string[]) {}

  get number(): number {
    return this.#next + 1;
  }

  peek(): string | null {
    return this.all[this.#next] ?? null;
  }

  /** Takes lines for as long as they are such. */
  takeWhile(isSuch: (line: string) => boolean): string[] {
    const from = this.#next;
    while (this.#next < this.all.length && isSuch(this.all[this.#next] ?? '')) this.#next += 1;
    return this.all.slice(from, this.#next);
  }

  /** Takes the next line, which must be there. */
  take(): string {
    const line = this.peek();
    if (line === null) throw this.fault('the text ends too early');
    this.#next += 1;
    return line;
  }

  fault(what: string): UnreadableMarkdown {
    return new UnreadableMarkdown(this.number, what);
  }
}

function readFront(lines: Lines): Record<string, string> {
  if (lines.peek() !== '---') return {};
  lines.take();
  const fields = lines.takeWhile((line) => line !== '---').map((line) => line.split(/: (.*)/s));
  lines.take();
  return Object.fromEntries(fields.map(([name, value]) => [name, value ?? '']));
}

function readBlocks(lines: Lines): Block[] {
  const blocks: Block[] = [];
  for (let line = lines.peek(); line !== null; line = lines.peek()) {
    if (line.trim() === '') lines.take();
    else blocks.push(readBlock(line, lines));
  }
  return blocks;
}

function readBlock(line: string, lines: Lines): Block {
  const heading = HEADING.exec(line);
  if (heading) {
    lines.take();
    const [, marks = '', title = ''] = heading;
    const level = marks.length === 2 ? 2 : 3;
    return { kind: 'heading', level, id: slugOf(title), children: readInlines(title, lines) };
  }
  if (FENCE.test(line)) return readCode(lines);
  if (ITEM.test(line)) return readList(lines);
  if (UNUSED.test(line)) throw lines.fault(`chapters have no such line: ${line}`);
  const words = lines.takeWhile((next) => next.trim() !== '' && !startsBlock(next));
  return { kind: 'paragraph', children: readInlines(words.join(' '), lines) };
}

function startsBlock(line: string): boolean {
  return HEADING.test(line) || FENCE.test(line) || ITEM.test(line) || UNUSED.test(line);
}

function readCode(lines: Lines): Block {
  const language = FENCE.exec(lines.take())?.[1] ?? '';
  const code = lines.takeWhile((line) => line !== '```');
  lines.take();
  return { kind: 'code', language, text: code.join('\n') };
}

function readList(lines: Lines): Block {
  const items: Inline[][] = [];
  const ordered = /^\d/.test(lines.peek() ?? '');
  for (let item = itemOf(lines); item !== null; item = itemOf(lines)) {
    lines.take();
    const more = lines.takeWhile((line) => CONTINUED_ITEM.test(line)).map((line) => line.trim());
    items.push(readInlines([item, ...more].join(' '), lines));
  }
  return { kind: 'list', ordered, items };
}

function itemOf(lines: Lines): string | null {
  return ITEM.exec(lines.peek() ?? '')?.[2] ?? null;
}

/** One alternative for each thing that can begin in a line; the first that fits wins. */
const INLINE = new RegExp(
  [
    '`(?<code>[^`]+)`',
    '\\[(?<label>(?:[^\\]`]|`[^`]*`)+)\\]\\((?<href>[^)\\s]+)(?: "(?<title>[^"]+)")?\\)',
    '\\*\\*(?<strong>(?:[^*`]|`[^`]*`)+)\\*\\*',
    '\\*(?<emphasis>(?:[^*`]|`[^`]*`)+)\\*'
  ].join('|'),
  'g'
);

function readInlines(text: string, lines: Lines): Inline[] {
  const inlines: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    addText(inlines, text.slice(from, match.index), lines);
    inlines.push(inlineOf(match.groups ?? {}, lines));
    from = match.index + match[0].length;
  }
  addText(inlines, text.slice(from), lines);
  return inlines;
}

function addText(inlines: Inline[], text: string, lines: Lines): void {
  if (/[`*]|\]\(/.test(text)) throw lines.fault(`a mark that is never closed: ${text}`);
  if (text !== '') inlines.push({ kind: 'text', text });
}

function inlineOf(found: Record<string, string | undefined>, lines: Lines): Inline {
  const { code, label, href = '', title = null, strong, emphasis = '' } = found;
  if (code !== undefined) return { kind: 'code', text: code };
  if (label !== undefined) {
    return { kind: 'link', href, title, children: readInlines(label, lines) };
  }
  if (strong !== undefined) return { kind: 'strong', children: readInlines(strong, lines) };
  return { kind: 'emphasis', children: readInlines(emphasis, lines) };
}

function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
