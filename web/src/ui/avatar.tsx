/** Initials: pictures at Meta's servers would tell Meta who reads when, and the page's policy forbids them. */
export function Avatar({ name, size = 40 }: { name: string; size?: number }) {
  const words = name.trim().split(/\s+/);
  const initials = words.length > 1 ? `${first(words[0])}${first(words.at(-1))}` : first(words[0]);
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 6;
  return (
    <span className="avatar" data-hue={hash} style={{ inlineSize: size, blockSize: size }} aria-hidden="true">
      {initials.toUpperCase()}
    </span>
  );
}

const first = (word = ''): string => [...word][0] ?? '';
