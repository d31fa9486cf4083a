/** A container: a lidless box on its slip. A virtual machine: a whole computer inside a frame. In the colour of its kind. */
export function KindIcon({ kind, size = 16, label }: { kind: 'container' | 'vm'; size?: number; label?: string }) {
  return (
    <svg
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke={kind === 'container' ? 'var(--color-container)' : 'var(--color-vm)'}
      strokeWidth="1.5"
      strokeLinejoin="round"
      strokeLinecap="round"
    >
      {kind === 'container' ? (
        <path d="M2.5 4.5h11v8h-11zM5.2 7v3M8 7v3M10.8 7v3" />
      ) : (
        <path d="M2 3h12v8H2zM6 13.5h4M8 11v2.5M5 5.8h6v2.4H5z" />
      )}
    </svg>
  );
}
