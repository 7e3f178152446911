/** Puts text on the clipboard; throws where the browser refuses. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  copyThroughSelection(text);
}

/** The clipboard API is missing outside secure contexts, such as a classroom's plain HTTP. */
function copyThroughSelection(text: string): void {
  const carrier = document.createElement('textarea');
  carrier.value = text;
  carrier.className = 'sr-only';
  document.body.append(carrier);
  carrier.select();
  const copied = document.execCommand('copy');
  carrier.remove();
  if (!copied) throw new Error('The browser did not allow copying.');
}
