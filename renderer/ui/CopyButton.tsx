import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from './IconButton.tsx';

export function CopyButton({ text, label, doneLabel }: { text: string | (() => string); label: string; doneLabel: string }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    await navigator.clipboard.writeText(typeof text === 'string' ? text : text());
    setDone(true);
  };
  return (
    <IconButton label={done ? doneLabel : label} size="small" onClick={() => void copy()}>
      {done ? <Check /> : <Copy />}
    </IconButton>
  );
}
