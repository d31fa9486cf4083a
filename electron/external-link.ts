/** What may be handed to the system's browser: web pages. Other schemes can start programs. */
export function isExternalLink(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.password === '';
}
