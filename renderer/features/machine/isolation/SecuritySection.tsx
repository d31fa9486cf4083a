import type { IdRange, MachineKind, OomState, Readable, SecurityState, UserMapping } from '../../../../backend/contract/index.ts';
import { type I18n, useI18n } from '../../../i18n/index.ts';
import { Facts } from '../../../ui/Facts.tsx';
import { PartSection } from './PartSection.tsx';

export function SecuritySection({ kind, security }: { kind: MachineKind; security: Readable<SecurityState> }) {
  const i18n = useI18n();
  const { t } = i18n;
  return (
    <PartSection
      title={t('isolation.security')}
      text={t(kind === 'vm' ? 'isolation.security.vm' : 'isolation.security.text')}
      part={security}
    >
      {(state) => (
        <Facts
          rows={[
            { label: t('isolation.seccomp'), value: seccompText(state, i18n) },
            {
              label: t('isolation.noNewPrivileges'),
              value:
                state.noNewPrivileges === null
                  ? t('common.notKnown')
                  : t(state.noNewPrivileges ? 'isolation.noNewPrivileges.yes' : 'isolation.noNewPrivileges.no'),
            },
            { label: t('isolation.lsm'), value: state.label === null ? t('isolation.lsm.none') : <code>{state.label}</code> },
          ]}
        />
      )}
    </PartSection>
  );
}

function seccompText({ seccomp, seccompFilters }: SecurityState, { t }: I18n): string {
  if (seccomp === null) return t('common.notKnown');
  if (seccomp !== 'filter') return t(`isolation.seccomp.${seccomp}`);
  return seccompFilters === null ? t('isolation.seccomp.filterUncounted') : t('isolation.seccomp.filter', { count: seccompFilters });
}

/** All ids there are, each itself. */
function isIdentity([range, ...others]: readonly IdRange[]): boolean {
  return others.length === 0 && range !== undefined && range.inside === 0 && range.outside === 0 && range.count >= 2 ** 32 - 1;
}

export function UsersSection({ users }: { users: Readable<UserMapping> }) {
  const { t } = useI18n();
  return (
    <PartSection title={t('isolation.users')} text={t('isolation.users.text')} part={users}>
      {(mapping) => {
        if (isIdentity(mapping.users) && isIdentity(mapping.groups)) return <p>{t('isolation.users.same')}</p>;
        if (mapping.users.length === 0) return <p>{t('isolation.users.none')}</p>;
        return (
          <ul>
            {mapping.users.map((range) => (
              <li key={`user ${range.inside}`}>{t('isolation.users.range', range)}</li>
            ))}
            {mapping.groups.map((range) => (
              <li key={`group ${range.inside}`}>{t('isolation.groups.range', range)}</li>
            ))}
          </ul>
        );
      }}
    </PartSection>
  );
}

export function OomSection({ oom }: { oom: Readable<OomState> }) {
  const { t, format } = useI18n();
  return (
    <PartSection title={t('isolation.oom')} text={t('isolation.oom.text')} part={oom}>
      {({ score, adjustment }) => (
        <Facts
          rows={[
            { label: t('isolation.oom.score'), value: format.integer(score) },
            { label: t('isolation.oom.adjustment'), value: format.integer(adjustment) },
          ]}
        />
      )}
    </PartSection>
  );
}
