/** Where a link in a chapter leads on the page. */
export type ChapterLink =
  | { kind: 'source'; path: string; line: number | null }
  | { kind: 'chapter'; slug: string }
  | { kind: 'elsewhere'; href: string };

const SOURCE = /^\.\.\/\.\.\/src\/fiblab\/([^#]+)(?:#L(\d+))?$/;
const CHAPTER = /^([a-z-]+)\.md$/;

/**
 * Tells where a link leads. In the files links are as GitHub wants them: relative paths, so that
 * chapters can be read there as well.
 */
export function chapterLink(href: string): ChapterLink {
  const source = SOURCE.exec(href);
  if (source) {
    const [, path = '', line] = source;
    return { kind: 'source', path, line: line === undefined ? null : Number(line) };
  }
  const chapter = CHAPTER.exec(href);
  return chapter ? { kind: 'chapter', slug: chapter[1] ?? '' } : { kind: 'elsewhere', href };
}
