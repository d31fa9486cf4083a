/** The list in front takes the focus and the key. */
export function startList(key: string): void {
  const list = document.querySelector<HTMLElement>('[data-list]');
  // A list is longer than the page: what scrolls is the row that is moved to.
  list?.focus({ preventScroll: true });
  list?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
}
