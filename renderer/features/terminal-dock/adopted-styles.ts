/**
 * xterm writes its theme into <style> elements that it makes while it opens (DomRenderer, Viewport). Our content security
 * policy has `style-src 'self'`, which forbids such elements and would leave the terminal without colours or row heights.
 * Style sheets made by script are not "inline" and are allowed, so, for the length of one synchronous call, what is asked
 * for as a <style> is an inert element whose text becomes an adopted sheet. The policy needs neither a nonce nor
 * 'unsafe-inline', in browser mode as in Electron. (documentOverride, xterm's own option, does not reach Viewport.ts.)
 */
export function withAdoptedStyles<T>(work: () => T): T {
  const original = document.createElement;
  document.createElement = ((name: string, options?: ElementCreationOptions) =>
    name === 'style' ? adoptedStyle(original.call(document, 'template')) : original.call(document, name, options)) as typeof original;
  try {
    return work();
  } finally {
    document.createElement = original;
  }
}

function adoptedStyle(element: HTMLElement): HTMLElement {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, 'textContent', { set: (text: string) => sheet.replaceSync(text) });
  element.remove = () => {
    HTMLElement.prototype.remove.call(element);
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
  };
  return element;
}
