/**
 * Ways of saying that something was done, in the languages that customers write most. The agent changes nothing by
 * itself, so each of them is untrue, but where a tool's answer says so. Passing something on is what it does do, and is
 * not among them.
 */
const claims: readonly RegExp[] = [
  // English
  /\b(?:i|we)(?:['’]ve| have)(?: just| already| now| also)* (?:cancell?ed|refunded|booked|reserved|changed|updated|ordered|placed|shipped|scheduled|rescheduled|confirmed|registered|applied|issued|processed|upgraded|charged|paid|deleted|removed|sent)(?!\p{L})/iu,
  /\b(?:i|we) (?:just |already )(?:cancell?ed|refunded|booked|reserved|changed|updated|ordered|placed|shipped|scheduled|confirmed|registered|processed|sent)(?!\p{L})/iu,
  /\byour (?:order|booking|reservation|table|appointment|refund|payment|address|subscription)\b[^.!?]{0,40}\b(?:has been|was just|is now|have been) (?:cancell?ed|refunded|booked|reserved|changed|updated|placed|shipped|confirmed|registered|issued|processed|made)(?!\p{L})/iu,
  // German
  /\b(?:ich|wir) (?:habe|haben)\b[^.!?]{0,80}\b(?:storniert|erstattet|gebucht|reserviert|geändert|aktualisiert|bestellt|versendet|verschickt|bestätigt|eingetragen|vorgemerkt|notiert|angelegt|überwiesen|gekündigt|gelöscht|vermerkt)(?!\p{L})/iu,
  /\b(?:habe|hab|haben) (?:ich|wir)\b[^.!?]{0,80}\b(?:storniert|erstattet|gebucht|reserviert|geändert|bestellt|verschickt|bestätigt|eingetragen|vorgemerkt|notiert)(?!\p{L})/iu,
  /\b(?:deine?|ihre?|eure?)[^.!?]{0,40}\b(?:wurde|ist jetzt|ist nun|ist hiermit)\b[^.!?]{0,30}\b(?:storniert|erstattet|gebucht|reserviert|geändert|bestätigt|vorgemerkt)(?!\p{L})/iu,
  // Spanish, Portuguese, Italian, French, Dutch
  /\b(?:he|hemos) (?:ya )?(?:cancelado|reembolsado|reservado|cambiado|actualizado|pedido|enviado|confirmado|registrado)(?!\p{L})/iu,
  /\b(?:su|tu) [^.!?]{0,40}\bha sido (?:cancelad|reembolsad|reservad|cambiad|confirmad|registrad)[oa](?!\p{L})/iu,
  /\b(?:cancelei|reembolsei|reservei|alterei|atualizei|enviei|confirmei|registrei|registei)(?!\p{L})/iu,
  /\b(?:ho|abbiamo) (?:già )?(?:annullato|cancellato|rimborsato|prenotato|modificato|ordinato|inviato|spedito|confermato|registrato)(?!\p{L})/iu,
  /\b(?:j['’]ai|nous avons) (?:bien |déjà )?(?:annulé|remboursé|réservé|modifié|commandé|envoyé|expédié|confirmé|enregistré)(?!\p{L})/iu,
  /\b(?:ik heb|we hebben|wij hebben)\b[^.!?]{0,60}\b(?:geannuleerd|terugbetaald|geboekt|gereserveerd|gewijzigd|besteld|verzonden|bevestigd|genoteerd)(?!\p{L})/iu,
];

/** The same effects as a shop's system tells them (`done`), and as a tool that has them is called (`word`). */
const effects: readonly { done: RegExp; word: RegExp }[] = [
  {
    done: /cancell?ed|cancelei|storniert|gekündigt|cancelad[oa]|annullat[oa]|cancellat[oa]|annulé|geannuleerd/iu,
    word: /cancel|storn|kündig|annul/iu,
  },
  {
    done: /refunded|erstattet|überwiesen|reembolsad[oa]|reembolsei|rimborsat[oa]|remboursé|terugbetaald/iu,
    word: /refund|erstatt|reembols|rimbors|rembours|terugbeta/iu,
  },
  {
    done: /booked|reserved|scheduled|gebucht|reserviert|vorgemerkt|reservad[oa]|reservei|prenotat[oa]|réservé|geboekt|gereserveerd/iu,
    word: /book|reserv|schedul|buch|vormerk|prenot|réserv|boek/iu,
  },
  {
    done: /changed|updated|geändert|aktualisiert|cambiad[oa]|actualizad[oa]|alterei|atualizei|modificat[oa]|modifié|gewijzigd/iu,
    word: /chang|updat|änder|aktualis|cambi|actualiz|alter|modif|wijzig/iu,
  },
  {
    done: /shipped|sent|dispatched|versendet|versandt|verschickt|enviad[oa]|enviei|spedit[oa]|inviat[oa]|envoyé|expédié|verzonden/iu,
    word: /ship|send|dispatch|versend|verschick|envi|sped|invi|envoy|expédi|verzend/iu,
  },
  {
    done: /confirmed|bestätigt|confirmad[oa]|confirmei|confermat[oa]|confirmé|bevestigd/iu,
    word: /confirm|bestätig|conferm|bevestig/iu,
  },
  {
    done: /ordered|placed|bestellt|pedido|ordinat[oa]|commandé|besteld/iu,
    word: /place|bestell|pedir|ordin|command/iu,
  },
  {
    done: /paid|charged|processed|bezahlt|pagad[oa]|pagat[oa]|payé|betaald/iu,
    word: /pay|charg|zahl|paga|paye|betal/iu,
  },
];

/** What may have been done. */
export interface KnownEffects {
  /** What tools told for this reply. */
  answers?: readonly string[];
  /** What was done by tools in this conversation: their names, what they are for, what they told. */
  done?: readonly string[];
}

/** @returns the words that claim something was done, where nothing says so */
export function claimedEffect(reply: string, known: KnownEffects = {}): string | undefined {
  for (const claim of claims) {
    const found = claim.exec(reply)?.[0];
    if (found !== undefined && !isKnown(found, known)) return found;
  }
  return undefined;
}

function isKnown(claim: string, { answers = [], done = [] }: KnownEffects): boolean {
  const effect = effects.find((one) => one.done.test(claim));
  if (!effect) return false;
  return answers.some((told) => effect.done.test(told)) || done.some((told) => effect.word.test(told));
}
