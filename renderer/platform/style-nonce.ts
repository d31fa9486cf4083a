/**
 * The page's policy lets only style sheets of ours and <style> elements with its nonce apply (backend/web/headers.ts).
 * xterm and Base UI make theirs at run time and cannot be given a nonce everywhere, so every <style> made by script gets it.
 * Markup that somebody smuggled in still has none. Call it before anything renders.
 */
export function giveStylesNonce(page: Document = document): void {
  const nonce = page.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
  if (nonce === undefined || nonce === '') return;
  const createElement = page.createElement.bind(page) as (name: string, options?: ElementCreationOptions) => HTMLElement;
  page.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = createElement(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  }) as typeof page.createElement;
}
