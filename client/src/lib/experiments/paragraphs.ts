/** A piece of a paragraph: words, or `code` between backticks. */
export interface Piece {
  text: string;
  isCode: boolean;
}

/** An explanation's paragraphs, which blank lines part; a backtick that is never closed is text. */
export function paragraphsOf(explanation: string): Piece[][] {
  return explanation
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim().replace(/\s+/g, ' '))
    .filter((paragraph) => paragraph !== '')
    .map(piecesOf);
}

function piecesOf(paragraph: string): Piece[] {
  return paragraph
    .split(/(`[^`]+`)/)
    .filter((text) => text !== '')
    .map((text) =>
      /^`[^`]+`$/.test(text) ? { text: text.slice(1, -1), isCode: true } : { text, isCode: false }
    );
}
