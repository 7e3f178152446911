/** What a piece of source is, as far as colour goes. */
export type TokenKind = 'comment' | 'string' | 'keyword' | 'number' | 'plain';

export interface Token {
  kind: TokenKind;
  text: string;
}

export type Language = 'lua' | 'python' | 'text';

const KEYWORDS: Record<Language, RegExp> = {
  lua: /^(and|break|do|else|elseif|end|false|for|function|if|in|local|nil|not|or|repeat|return|then|true|until|while)$/,
  python:
    /^(and|as|assert|async|await|break|case|class|continue|def|del|elif|else|except|False|finally|for|from|global|if|import|in|is|lambda|match|None|nonlocal|not|or|pass|raise|return|True|try|while|with|yield)$/,
  text: /(?!)/
};

/** Text between two quotes in one line. */
const QUOTED = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/.source;
/** A Python string, its prefix and, between three quotes, its many lines included. */
const PYTHON_STRING = `(?:\\b[rbfu]{1,2})?(?:"""[^]*?"""|'''[^]*?'''|${QUOTED})`;
const NUMBER_OR_WORD = /(?<number>\b\d[\w.]*)|(?<word>[a-z_]\w*)/.source;

/** What can begin at a place in the text; the first that fits is taken. */
const SHAPES: Record<Language, RegExp> = {
  lua: new RegExp(`(?<comment>--.*)|(?<string>${QUOTED})|${NUMBER_OR_WORD}`, 'gi'),
  python: new RegExp(`(?<comment>#.*)|(?<string>${PYTHON_STRING})|${NUMBER_OR_WORD}`, 'gi'),
  text: /(?!)/g
};

export function languageOf(path: string): Language {
  if (path.endsWith('.lua')) return 'lua';
  return path.endsWith('.py') ? 'python' : 'text';
}

/** Cuts source into lines of tokens: a light colouring and no parser. It may err, it loses nothing. */
export function tokenLines(source: string, language: Language): Token[][] {
  const lines: Token[][] = [[]];
  for (const { kind, text } of tokensOf(source, language)) {
    text.split('\n').forEach((part, at) => {
      if (at > 0) lines.push([]);
      if (part !== '') lines.at(-1)?.push({ kind, text: part });
    });
  }
  if (source.endsWith('\n')) lines.pop(); // The line end ends the last line, it begins none.
  return lines;
}

function* tokensOf(source: string, language: Language): Generator<Token> {
  let from = 0;
  for (const match of source.matchAll(SHAPES[language])) {
    if (match.index > from) yield { kind: 'plain', text: source.slice(from, match.index) };
    yield { kind: kindOf(match.groups ?? {}, language), text: match[0] };
    from = match.index + match[0].length;
  }
  if (from < source.length) yield { kind: 'plain', text: source.slice(from) };
}

function kindOf(found: Record<string, string | undefined>, language: Language): TokenKind {
  if (found['comment'] !== undefined) return 'comment';
  if (found['string'] !== undefined) return 'string';
  if (found['number'] !== undefined) return 'number';
  return KEYWORDS[language].test(found['word'] ?? '') ? 'keyword' : 'plain';
}
