/** The pages that need nothing of the app: a person sees them before there is one. */

const STYLE = `
  :root { color-scheme: light dark; --text: #1c2430; --soft: #5b6675; --back: #f7f8fa; --card: #fff; --line: #dfe3e9; }
  @media (prefers-color-scheme: dark) { :root { --text: #e6e9ee; --soft: #9aa5b4; --back: #14181e; --card: #1b2027; --line: #2c343f; } }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--back); color: var(--text);
    font: 15px/1.5 system-ui, sans-serif; }
  main { box-sizing: border-box; width: min(34rem, calc(100vw - 2rem)); padding: 2rem; background: var(--card);
    border: 1px solid var(--line); border-radius: 12px; }
  h1 { margin: 0 0 .5rem; font-size: 1.15rem; }
  p { margin: .5rem 0; color: var(--soft); }
  code { display: block; margin: 1rem 0 .5rem; padding: .7rem .9rem; border: 1px solid var(--line); border-radius: 8px;
    background: var(--back); color: var(--text); font: 13px/1.5 ui-monospace, monospace; }
`;

export interface PlainPage {
  title: string;
  text: string;
  /** A command to type, as it is typed. */
  command?: string;
  /** Loads this address at once, now as a page of ours. */
  goTo?: string;
}

export const SIGN_IN_PAGE: PlainPage = {
  title: 'This browser is not signed in',
  text: 'Catamaran runs, but this browser has not been let in yet. In the folder of Catamaran, type this and open the link that it prints:',
  command: 'npm start',
};

export const USED_LINK_PAGE: PlainPage = {
  title: 'This link cannot be used any more',
  text: 'A link lets one browser in, once, within an hour. For a new one, type this in the folder of Catamaran:',
  command: 'npm start',
};

export const NOT_FOUND_PAGE: PlainPage = { title: 'There is nothing here', text: 'Check the address, or go back to the start page.' };

/** Everything in it is ours, so nothing is escaped but the address. */
export function plainPage(page: PlainPage, nonce: string): string {
  const refresh = page.goTo === undefined ? '' : `<meta http-equiv="refresh" content="0;url=${escapeHtml(page.goTo)}">`;
  const command = page.command === undefined ? '' : `<code>${page.command}</code>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${refresh}
<title>${page.title} · Catamaran</title><style nonce="${nonce}">${STYLE}</style></head>
<body><main><h1>${page.title}</h1><p>${page.text}</p>${command}</main></body></html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
