import { comparable } from '../text/comparable.js';

/**
 * What makes a request of a phrase, in the languages that customers write most: wanting, asking, being put through.
 * Words of four letters and more stand for all that begin so.
 */
export const requestWords: readonly string[] = [
  // English
  ...['want', 'need', 'can i', 'could i', 'may i', 'can you', 'could you', 'please', 'pls', 'speak', 'talk', 'connect'],
  ...['transfer', 'give me', 'get me', 'let me', 'put me', 'is there', 'chat with', 'reach', 'prefer', 'would like'],
  // German, Dutch
  ...[
    'bitte',
    'mochte',
    'ich will',
    'will ich',
    'kann ich',
    'konnte ich',
    'sprechen',
    'reden',
    'verbind',
    'gib mir',
    'brauche',
  ],
  ...['wil', 'graag', 'kan ik', 'mag ik', 'spreken', 'praten', 'alsjeblieft', 'alstublieft', 'doorverbinden'],
  // Swedish, Danish, Norwegian
  ...['vill', 'kan jag', 'tala', 'prata', 'vil', 'kan jeg', 'snakke', 'tale', 'snalla'],
  // Spanish, Portuguese, Italian, French
  ...['quiero', 'quisiera', 'puedo', 'puede', 'necesito', 'hablar', 'por favor', 'paseme', 'pasame', 'comuni', 'ponme'],
  ...['quero', 'queria', 'gostaria', 'posso', 'pode', 'falar', 'preciso'],
  ...['voglio', 'vorrei', 'parlare', 'bisogno', 'per favore', 'passami', 'passatemi', 'mi passa'],
  ...[
    'je veux',
    'je voudrais',
    'puis je',
    'peux',
    'pourrais',
    'parler',
    'besoin',
    's il vous',
    'svp',
    'passez',
    'joindre',
  ],
  // Polish, Turkish
  ...['chce', 'chcial', 'prosze', 'moge', 'rozmaw', 'porozmaw', 'polacz'],
  ...['istiyor', 'isterim', 'gorus', 'konus', 'bagla', 'lutfen'],
  // Russian, Ukrainian
  ...['хочу', 'можно', 'позовите', 'соедини', 'пожалуй', 'поговорить', 'нужен', 'переключи', 'свяжите', 'дайте'],
  ...['можна', 'покличте', 'з єднайте', 'будь ласка', 'потрібен', 'потрібна'],
  // Arabic, Hebrew, Persian
  ...['اريد', 'ابغى', 'ابغي', 'ابي', 'عايز', 'عاوز', 'ممكن', 'التحدث', 'اتكلم', 'من فضلك', 'لو سمحت', 'حولني', 'بدي'],
  ...['רוצה', 'אפשר', 'לדבר', 'בבקשה', 'צריך', 'צריכה'],
  ...['میخوا', 'می خوا', 'لطفا', 'وصل', 'صحبت'],
  // Chinese, Japanese, Korean
  ...[
    '请',
    '請',
    '想',
    '要',
    '转',
    '轉',
    '找',
    '帮我',
    '可以',
    'お願い',
    '話したい',
    '代わって',
    'つない',
    'ください',
    '繋い',
  ],
  ...['원해', '연결', '바꿔', '주세요', '싶어', '통화'],
].map(comparable);

/** What customers say of those who served them well: with one of these a phrase need not be a request. */
export const praiseWords: readonly string[] = [
  ...['great', 'amazing', 'awesome', 'lovely', 'fantastic', 'excellent', 'brilliant', 'wonderful', 'perfect', 'best'],
  ...['love', 'loved', 'helpful', 'kind', 'friendl', 'dream', 'impress', 'well done', 'good job', 'nice', 'super'],
  ...[
    'toll',
    'klasse',
    'nett',
    'freundlich',
    'spitze',
    'genial',
    'wunderbar',
    'grossartig',
    'großartig',
    'lob',
    'beste',
    'prima',
  ],
  ...['geweldig', 'fantastisch', 'vriendelijk', 'uitstekend', 'lief', 'fijn', 'bedankt voor', 'fantastisk', 'jattebra'],
  ...['excelente', 'encant', 'maravill', 'increibl', 'amable', 'buenis', 'estupend', 'fantastic', 'mejor'],
  ...['otim', 'maravilh', 'incriv', 'simpatic', 'atencios', 'parabens', 'melhor'],
  ...['ottim', 'brav', 'eccellent', 'gentil', 'stupend', 'meraviglios', 'miglior', 'complimenti'],
  ...['formidable', 'parfait', 'adorable', 'bravo', 'top', 'meilleur', 'sympa', 'felicit'],
  ...['swietn', 'wspanial', 'doskonal', 'rewelac', 'najleps', 'mila', 'mily'],
  ...['harika', 'mukemmel', 'cok iyi', 'guzel', 'nazik', 'ilgili', 'super'],
  ...['отличн', 'прекрасн', 'замечательн', 'супер', 'лучш', 'вежлив', 'чудов', 'найкращ'],
  ...['رائع', 'ممتاز', 'جميل', 'لطيف', 'افضل', 'מעול', 'נהדר', 'אדיב', 'מקסים', 'عالی', 'مهربان', 'بهترین'],
  ...['很棒', '太好', '很好', '优秀', '最好', '素晴らし', '親切', '最高'],
  ...['최고', '친절', '훌륭'],
].map(comparable);
