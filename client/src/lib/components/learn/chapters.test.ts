import { expect, it } from 'vitest';
import { chapterLink } from './chapter-link.ts';
import { chapterOf, CHAPTERS, partsOf, plainText, readChapter } from './chapters.ts';
import type { Inline } from './markdown.ts';

function linksOf(inlines: readonly Inline[]): string[] {
  return inlines.flatMap((inline) => {
    const inner = 'children' in inline ? linksOf(inline.children) : [];
    return inline.kind === 'link' ? [inline.href, ...inner] : inner;
  });
}

const linesOf = ({ blocks }: (typeof CHAPTERS)[number]) =>
  blocks.flatMap((block) => {
    if (block.kind === 'list') return block.items;
    return block.kind === 'code' ? [] : [block.children];
  });

it('reads all sixteen, in their order', () => {
  expect(CHAPTERS.map(({ order }) => order)).toEqual(Array.from({ length: 16 }, (_, at) => at + 1));
  for (const { title, pattern, experiment } of CHAPTERS) {
    expect(title && pattern && experiment).not.toBe('');
  }
});

it('keeps the chapters of a part together', () => {
  const parts = partsOf(CHAPTERS);
  expect(parts.flatMap(({ chapters }) => chapters)).toEqual(CHAPTERS);
  expect(parts.length).toBeLessThan(6);
});

it('finds one by its name', () => {
  expect(chapterOf('lease')?.experiment).toBe('crash');
  expect(chapterOf('no-such')).toBeUndefined();
});

it.each(CHAPTERS.map((chapter) => [chapter.slug, chapter] as const))(
  '%s links to chapters that there are, and into the source by lines',
  (_slug, chapter) => {
    const links = linesOf(chapter).flatMap(linksOf).map(chapterLink);
    expect(links.some(({ kind }) => kind === 'source')).toBe(true);
    for (const link of links) {
      if (link.kind === 'chapter') expect(chapterOf(link.slug)).toBeDefined();
      if (link.kind === 'source') expect(link.line).toBeGreaterThan(0);
      if (link.kind === 'elsewhere') expect(link.href).toMatch(/^https:/);
    }
  }
);

it('names the chapter that it cannot read', () => {
  expect(() => readChapter('lease', 'One.\n\n> said')).toThrow('lease, line 3');
});

it('tells a line without its marks', () => {
  const { blocks } = readChapter('x', '## Run `fiblab` *twice*');
  expect(blocks[0]?.kind === 'heading' && plainText(blocks[0].children)).toBe('Run fiblab twice');
});
