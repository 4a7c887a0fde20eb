const paths = {
  inbox: 'M3 13h5l1.5 3h5L16 13h5M5 5h14l2 8v6H3v-6z',
  unread: 'M4 5h16v11H9l-5 4zM12 9v3M12 14.5v.01',
  done: 'M4 12.5l5 5L20 6.5',
  comments: 'M4 4h16v10H8l-4 4zM8 18h9l3 3v-8',
  accounts: 'M4 4h16v16H4zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM16.5 7.5v.01',
  operations: 'M4 6h16M4 12h16M4 18h10',
  settings:
    'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M18.4 5.6l-2.1 2.1M7.7 16.3l-2.1 2.1',
  back: 'M15 5l-7 7 7 7',
  send: 'M4 12l16-8-6 16-3-7z',
  agent: 'M5 9h14v10H5zM12 9V5M9 13v1M15 13v1M9 17h6',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 4-6 8-6s8 2 8 6',
  team: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2 20c0-4 3.5-5.5 7-5.5s7 1.5 7 5.5M16 4.5a3.5 3.5 0 0 1 0 6.5M18.5 15c2 .7 3.5 2.2 3.5 5',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 2',
  snooze: 'M12 5a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM9.5 10.5h5l-5 5h5M4 4L2 6M20 4l2 2',
  warning: 'M12 4l9 16H3zM12 10v4M12 16.5v.01',
  check: 'M5 12.5l4 4L19 7',
  seen: 'M2 12.5l4 4L14 8M11 15.5l1 1L22 7',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L21 21',
  close: 'M6 6l12 12M18 6L6 18',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7.5v.01',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
} as const;

export type IconName = keyof typeof paths;

/** Decoration: what it means stands beside it in words, or in the name of the button it is on. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={paths[name]} />
    </svg>
  );
}
