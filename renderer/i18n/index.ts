export * from './format.ts';
export * from './I18nProvider.tsx';
export * from './language.ts';
export * from './translate.ts';
