import { useEffect, useRef, useState } from 'react';
import type { GuestExecResult, MachineId, Problem } from '../../../backend/contract/index.ts';
import { useStores } from '../../stores/index.ts';

export type CommandState =
  | { type: 'idle' }
  | { type: 'running'; line: string; seconds: number }
  | { type: 'cancelled'; line: string }
  | { type: 'failed'; line: string; problem: Problem }
  | { type: 'ended'; line: string; result: GuestExecResult };

/** One command at a time; leaving the page cancels it. */
export function useCommand(id: MachineId, shell: readonly string[]) {
  const { connection } = useStores();
  const [state, setState] = useState<CommandState>({ type: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const isRunning = state.type === 'running';
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => {
      setState((now) => (now.type === 'running' ? { ...now, seconds: now.seconds + 1 } : now));
    }, 1000);
    return () => clearInterval(timer);
  }, [isRunning]);

  const run = async (line: string) => {
    const cancel = new AbortController();
    running.current = cancel;
    setState({ type: 'running', line, seconds: 0 });
    try {
      const result = await connection.client.guest.exec({ id, command: [...shell, line] }, { signal: cancel.signal });
      setState({ type: 'ended', line, result });
    } catch (error) {
      setState(cancel.signal.aborted ? { type: 'cancelled', line } : { type: 'failed', line, problem: connection.problemOf(error) });
    }
  };
  return { state, run, cancel: () => running.current?.abort() };
}
