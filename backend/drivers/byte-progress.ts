export interface ByteProgress {
  doneBytes: number;
  totalBytes: number;
}

export type OnBytes = (progress: ByteProgress) => void;
