import { describe, expect, it } from 'vitest';
import { readMarkdown, UnreadableMarkdown } from './markdown.ts';

const blocksOf = (text: string) => readMarkdown(text).blocks;
const text = (words: string) => ({ kind: 'text', text: words });

describe('readMarkdown', () => {
  it('reads the fields above the text, whose values may hold a colon', () => {
    const { front, blocks } = readMarkdown('---\ntitle: The lease: kept\norder: 5\n---\nText.\n');
    expect(front).toEqual({ title: 'The lease: kept', order: '5' });
    expect(blocks).toEqual([{ kind: 'paragraph', children: [text('Text.')] }]);
  });

  it('reads headings, with an id to link to', () => {
    expect(blocksOf('## When not to use it')).toEqual([
      {
        kind: 'heading',
        level: 2,
        id: 'when-not-to-use-it',
        children: [text('When not to use it')]
      }
    ]);
  });

  it('joins the lines of a paragraph, and ends it before what follows without a gap', () => {
    expect(blocksOf('One\ntwo.\n- item')).toEqual([
      { kind: 'paragraph', children: [text('One two.')] },
      { kind: 'list', ordered: false, items: [[text('item')]] }
    ]);
  });

  it('reads lists, whose items may go on in the next line', () => {
    expect(blocksOf('1. One\n   goes on\n2. Two')).toEqual([
      { kind: 'list', ordered: true, items: [[text('One goes on')], [text('Two')]] }
    ]);
  });

  it('keeps code as it is written, marks and all', () => {
    expect(blocksOf('```sh\n# a **comment**\n\n- x\n```')).toEqual([
      { kind: 'code', language: 'sh', text: '# a **comment**\n\n- x' }
    ]);
  });

  it('reads code, links, strong and emphasis within a line', () => {
    const [paragraph] = blocksOf('A `b*c` [d `e`](f.md#L3 "g"), **h `i`** and *j*.');
    expect(paragraph).toEqual({
      kind: 'paragraph',
      children: [
        text('A '),
        { kind: 'code', text: 'b*c' },
        text(' '),
        {
          kind: 'link',
          href: 'f.md#L3',
          title: 'g',
          children: [text('d '), { kind: 'code', text: 'e' }]
        },
        text(', '),
        { kind: 'strong', children: [text('h '), { kind: 'code', text: 'i' }] },
        text(' and '),
        { kind: 'emphasis', children: [text('j')] },
        text('.')
      ]
    });
  });

  it.each([
    ['a quotation', '> said'],
    ['a table', '| a | b |'],
    ['a heading of another level', '# Title'],
    ['HTML', '<b>x</b>'],
    ['a picture', '![x](y.png)'],
    ['a code block without an end', '```\nx'],
    ['a mark without an end', 'an open `mark'],
    ['an indented line', '    code']
  ])('refuses %s', (_what, markdown) => {
    expect(() => readMarkdown(markdown)).toThrow(UnreadableMarkdown);
  });

  it('names the line of what it refuses', () => {
    expect(() => readMarkdown('One.\n\n> said')).toThrow('line 3');
  });
});
