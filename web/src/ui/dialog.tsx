import { useEffect, useRef, type ReactNode } from 'react';

interface Props {
  title: string;
  className?: string;
  onClose?: () => void;
  children: ReactNode;
}

/** The browser's own modal dialog: it keeps the focus, gives it back, and closes on Escape. */
export function Dialog({ title, className, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    if (current && !current.open) current.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={className}
      aria-label={title}
      onClose={onClose}
      onCancel={(event) => {
        if (!onClose) event.preventDefault();
      }}
    >
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}
