/** Who is signed in to a part of the page. */
export interface PageSession {
  app: 'console' | 'rider' | 'driver';
  subject: string;
  role: string;
  scopes: string[];
  expires_at: string;
}

export interface SessionAnswer {
  /** Null: nobody. */
  session: PageSession | null;
  /** Why the tokens of this browser do not count here; null: there are none, or they have ended. */
  refused: string | null;
}
