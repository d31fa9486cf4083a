/** Two hulls, one boat, seen from above: teal to port, amber to starboard, two beams between. Same drawing as assets/icons/catamaran.svg. */
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path d="M9 11h14v3.5H9zM9 20h14v3.5H9z" fill="currentColor" opacity="0.45" />
      <path
        d="M8.5 2C11.6 6.2 13 11 13 16.5c0 5-1 9.4-1.8 12.2a1.8 1.8 0 0 1-1.7 1.3H7.5a1.8 1.8 0 0 1-1.7-1.3C5 25.9 4 21.5 4 16.5 4 11 5.4 6.2 8.5 2z"
        fill="var(--color-container)"
      />
      <path
        d="M23.5 2C26.600 6.2 28 11 28 16.5c0 5-1 9.4-1.8 12.2a1.8 1.8 0 0 1-1.7 1.3h-2a1.8 1.8 0 0 1-1.7-1.3C20 25.9 19 21.5 19 16.5 19 11 20.4 6.2 23.5 2z"
        fill="var(--color-vm)"
      />
    </svg>
  );
}
