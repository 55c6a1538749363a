import { format } from 'prettier';

const NOTICE = '<!-- Generated from the code by `npm run docs`. Do not edit. -->';

/**
 * One page of docs/reference: a title, an introduction, and tables or sections. Formatted with the repository's
 * settings.
 */
export async function markdownPage(title: string, introduction: string, ...parts: string[]): Promise<string> {
  const text = [`# ${title}`, NOTICE, introduction, ...parts].join('\n\n');
  return format(text, { parser: 'markdown', printWidth: 110 });
}

export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [columns, columns.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('\n', ' ').replaceAll('|', '\\|')).join(' | ')} |`,
  );
  return lines.join('\n');
}

/** The text in backticks; an empty text stays empty. */
export function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}
