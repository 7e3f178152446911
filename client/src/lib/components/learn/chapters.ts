import { type Block, type Inline, readMarkdown, UnreadableMarkdown } from './markdown.ts';

/** One pattern, told: from `docs/chapters/<slug>.md`. */
export interface Chapter {
  slug: string;
  title: string;
  /** The pattern's name in the field. */
  pattern: string;
  /** The part of the course that it belongs to. */
  part: string;
  /** The id of the experiment that shows it. */
  experiment: string;
  order: number;
  blocks: Block[];
}

/** Chapters of one part of the course, in order. */
export interface Part {
  name: string;
  chapters: Chapter[];
}

// Eager within this module, which only the pages under /learn load: the first page stays small.
const FILES = import.meta.glob<string>('../../../../../docs/chapters/*.md', {
  query: '?raw',
  import: 'default',
  eager: true
});

export const CHAPTERS: readonly Chapter[] = Object.entries(FILES)
  .map(([path, text]) => readChapter(slugOf(path), text))
  .sort((a, b) => a.order - b.order);

export function chapterOf(slug: string): Chapter | undefined {
  return CHAPTERS.find((chapter) => chapter.slug === slug);
}

/** The chapters by parts, as a course goes through them. */
export function partsOf(chapters: readonly Chapter[]): Part[] {
  const names = new Set(chapters.map(({ part }) => part));
  return [...names].map((name) => ({
    name,
    chapters: chapters.filter(({ part }) => part === name)
  }));
}

/** Reads a chapter's file; throws UnreadableMarkdown, naming the chapter. */
export function readChapter(slug: string, text: string): Chapter {
  try {
    const { front, blocks } = readMarkdown(text);
    const { title = '', pattern = '', part = '', experiment = '', order = '' } = front;
    return { slug, title, pattern, part, experiment, order: Number(order), blocks };
  } catch (fault) {
    if (fault instanceof UnreadableMarkdown) fault.message = `${slug}, ${fault.message}`;
    throw fault;
  }
}

/** The words of a line, without its marks. */
export function plainText(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => ('children' in inline ? plainText(inline.children) : inline.text))
    .join('');
}

function slugOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1, -'.md'.length);
}
