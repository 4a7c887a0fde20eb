import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { base, navigate } from '../app/router.js';

/** A link within the app; a click with a modifier opens a tab, as on any page. */
export function Link({ to, onClick, ...rest }: { to: string } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  const go = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return <a {...rest} href={base + to} onClick={go} />;
}
