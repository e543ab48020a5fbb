/** A person with an account; the shape is the one of events (facts §2.2). */
export interface User {
  readonly href: string;
  readonly username: string;
  readonly full_name: string;
}

/** The user whose API key the simulator gives out. */
export const KEY_OWNER: User = { href: '/users/1', username: 'chatops@example.com', full_name: 'ChatOps' };

/** All users. */
export const USERS: readonly User[] = [
  KEY_OWNER,
  { href: '/users/11', username: 'admin@example.com', full_name: 'Ada Min' },
  { href: '/users/12', username: 'maya@example.com', full_name: 'Maya Ortiz' },
  { href: '/users/13', username: 'tom@example.com', full_name: 'Tom Berg' },
];

/** The user with this href or username (with or without domain), else one with that name and an id of its own. */
export const userNamed = (name: string): User => {
  const found = USERS.find((user) => [user.href, user.username, user.username.split('@')[0]].includes(name));
  return found ?? { href: '/users/99', username: name, full_name: name };
};
