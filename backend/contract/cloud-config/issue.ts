/** Every rule that a text for cloud-init can break; keys of the renderer's catalogue, filled with `params`. */
export type CloudRule =
  | 'tooLong'
  | 'notText'
  | 'tooComplex'
  | 'noHeader'
  | 'unchecked'
  | 'syntax'
  | 'tab'
  | 'duplicateKey'
  | 'tag'
  | 'aliases'
  | 'manyDocuments'
  | 'notMap'
  | 'unknownKey'
  | 'notTextValue'
  | 'notList'
  | 'notFlag'
  | 'hostname'
  | 'userName'
  | 'plainPassword'
  | 'sshKey'
  | 'filePath'
  | 'filePathMissing'
  | 'permissions'
  | 'timezone'
  | 'networkVersion'
  | 'address'
  | 'noInterface';

/** Something in a text that cloud-init would not take (`error`), or that is likely not meant so (`warning`). Lines and columns count from 1. */
export interface CloudIssue {
  severity: 'error' | 'warning';
  line: number;
  column: number;
  rule: CloudRule;
  params: Record<string, string | number>;
}
