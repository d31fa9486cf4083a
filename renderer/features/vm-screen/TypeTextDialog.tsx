import { useState } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextArea } from '../../ui/TextArea.tsx';
import { KEY_LAYOUT_NAMES, type KeyLayoutName, keyPresses } from './key-layouts.ts';
import type { LiveScreen } from './live-screen.ts';

/** As long as the page is open: whoever types into one guest types into the next by the same layout. */
let lastLayout: KeyLayoutName = 'us';

export function TypeTextDialog({ open, onOpenChange, live }: { open: boolean; onOpenChange: (open: boolean) => void; live: LiveScreen }) {
  const { t } = useI18n();
  const [text, setText] = useState('');
  const [layout, setLayout] = useState(lastLayout);
  const { presses, missing } = keyPresses(text, layout);
  const type = () => {
    lastLayout = layout;
    onOpenChange(false);
    setText('');
    void live.type(presses).then(() => live.focus());
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t('screen.typeTextTitle')}
      description={t('screen.typeTextHelp')}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{t('common.cancel')}</Button>
          <Button variant="primary" disabled={presses.length === 0 || missing.length > 0} onClick={type}>
            {t('screen.type')}
          </Button>
        </>
      }
    >
      <FormField label={t('screen.layout')} help={t('screen.layoutHelp')}>
        <Select
          label={t('screen.layout')}
          value={layout}
          options={KEY_LAYOUT_NAMES.map((value) => ({ value, label: t(`screen.layout.${value}`) }))}
          onValueChange={setLayout}
        />
      </FormField>
      <FormField
        label={t('screen.text')}
        help={missing.length > 0 ? t('screen.missing', { characters: missing.slice(0, 20).join(' ') }) : undefined}
      >
        <TextArea label={t('screen.text')} rows={6} value={text} onChange={(event) => setText(event.target.value)} />
      </FormField>
    </Dialog>
  );
}
