/**
 * Ways of saying that something was done, in the languages that customers write most. The agent can do nothing but
 * write, so each of them is untrue. Passing a conversation on is the one thing it does do, and is not among them.
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

/** @returns the words that claim something was done */
export function claimedEffect(reply: string): string | undefined {
  for (const claim of claims) {
    const found = claim.exec(reply);
    if (found) return found[0];
  }
  return undefined;
}
