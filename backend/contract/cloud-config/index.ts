export { editCloudConfig } from './edit-form.ts';
export { type CloudField, type CloudFile, type CloudForm, type CloudFormReading, readCloudForm } from './form.ts';
export { hashPlainPasswords } from './hash-passwords.ts';
export type { CloudIssue, CloudRule } from './issue.ts';
export { checkNetworkConfig, isInterfaceAddress, type NetworkForm, readNetworkForm, writeNetworkForm } from './network.ts';
export { MOST_PASSWORD_CHARACTERS, saltOf, sha512Crypt } from './sha512-crypt.ts';
export { CLOUD_CONFIG_HEADER, checkUserData, kindOfUserData, parseCloudConfig, type UserDataKind } from './user-data.ts';
