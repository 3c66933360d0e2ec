# Pages pour tout le monde.

# La première page.
home-title = De la place sur les ferries complets, annoncée à temps
home-lead = FerryAlert surveille les traversées complètes pour les camping-cars et autres grands véhicules, et vous prévient dès qu’une place se libère.
landing-head = FerryAlert : de la place sur les ferries complets pour camping-cars et grands véhicules
landing-description = Ferry complet pour votre van ou votre camping-car ? FerryAlert surveille les traversées pour un véhicule de votre taille et vous prévient dès qu’une place se libère, avec le lien pour réserver.
landing-under = Gratuit pour deux veilles. Nous ne réservons jamais à votre place, et aucune carte n’est demandée pour commencer.
board-open = De la place en ce moment
board-later = Ce que nous savons des prochaines traversées
board-all = Toutes les lignes
board-note = Ce que la formule Free a appris. Les formules plus rapides l’apprennent plus tôt.
how = Comment ça marche
how-say = Dites ce qu’il vous faut
how-say-text = D’où à où, quels jours, et le véhicule que vous conduisez vraiment : longueur, hauteur, porte-vélos.
how-watch = Nous veillons
how-watch-text = Nous interrogeons la compagnie au rythme qu’elle permet, une fois pour tous ceux qui attendent la même traversée.
how-book = Vous réservez
how-book-text = Dès qu’une place apparaît, vous recevez un message avec le lien vers la page de réservation de la compagnie.
promises = Ce que nous promettons
promise-early = Tôt
promise-early-text = Votre message part au plus tard un intervalle de votre formule et 5 secondes après.
promise-true = Vrai
promise-true-text = Seulement pour les traversées demandées, pour un véhicule de votre taille, encore réservables quand nous écrivons.
promise-once = Une fois
promise-once-text = Une ouverture, un message. Jamais deux, quoi qu’il arrive chez nous.
promise-loud = Jamais muet
promise-loud-text = Si nous ne pouvons pas vérifier, nous le montrons et vous le disons, puis nous vous disons quand tout remarche.
promise-polite = Poli
promise-polite-text = Plus de personnes qui veillent ne font pas plus de requêtes. Nous respectons ce que chaque compagnie permet.
promise-private = Privé
promise-private-text = Vos veilles sont à vous. Personne d’autre ne peut voir ni deviner ce que vous attendez.
served = Compagnies
served-status = Comment elles répondent
plans = Formules
plans-all = Comparer les formules
plans-every = Vérifié { $every }
plans-month = { $price } par mois
plans-free = Gratuit
questions = Questions
ask-book = Réservez-vous pour moi ?
answer-book = Non. Vous recevez le lien vers la page de la compagnie et y réservez vous-même, à son prix. Nous ne nous connectons pas, ne bloquons et n’achetons rien.
ask-fast = Faut-il être rapide ?
answer-fast = Une place rendue par d’autres part souvent en quelques minutes. Une formule plus rapide l’apprend plus tôt ; avec chaque formule nous écrivons dès que c’est son tour, et disons si la place est repartie.
ask-full = La traversée a de la place pour les voitures. Pourquoi dites-vous complet ?
answer-full = Les compagnies vendent leurs ponts par hauteur et longueur. Il peut y avoir de la place pour une voiture et aucune pour un van ; nous regardons la catégorie de votre véhicule.
ask-size = Et si mon véhicule n’est pas dans la liste ?
answer-size = Choisissez « Ma propre taille » et tapez longueur et hauteur, porte-vélos et remorque compris, en mètres ou en pieds.
ask-fail = Et si la compagnie ne répond pas ?
answer-fail = Vous le voyez sur votre veille et sur la page d’état, et l’apprenez une fois. Ce que nous n’avons pas pu lire ne devient jamais « complet » ni « place ».
ask-leave = Puis-je partir ?
answer-leave = À tout moment, par vous-même : prenez une copie de tout ce qui est à vous, puis effacez-le.

# La recherche en une phrase.
sentence = Chercher des traversées
sentence-start = De
sentence-start-example = Portsmouth
sentence-end = à
sentence-end-example = Bilbao
sentence-from = départ du
sentence-to = au
sentence-vehicle = avec
sentence-length = longueur
sentence-length-example = 5,4 m ou 17 ft 9
sentence-height = hauteur
sentence-height-example = 2,0 m
sentence-go = Chercher
terminal-unknown = Nous ne connaissons aucun terminal « { $name } ». Essayez le nom de la ville, ou parcourez toutes les lignes.
day-not-one = Écrivez le jour ainsi : { $example }.
day-bounds = Choisissez un jour du { $from } au { $to }.

# Véhicules.
vehicle-car = Voiture
vehicle-car-roof-box = Voiture avec coffre de toit
vehicle-california-roof-down = VW California, toit baissé
vehicle-california-high-roof = VW California, toit haut fixe
vehicle-campervan-540 = Van aménagé, 5,4 m (Ducato)
vehicle-campervan-600 = Van aménagé, 6 m (Ducato)
vehicle-campervan-600-bikes = Van aménagé, 6 m, avec porte-vélos
vehicle-campervan-640 = Van aménagé, 6,4 m (Ducato)
vehicle-coachbuilt-700 = Camping-car profilé, 7 m
vehicle-a-class-750 = Camping-car intégral, 7,5 m
vehicle-car-caravan = Voiture avec caravane
vehicle-own = Ma propre taille
vehicle-of-size = un véhicule de { $length } de long et { $height } de haut
vehicle-unknown = Choisissez un véhicule de la liste, ou votre propre taille.
length-empty = Écrivez une longueur, comme 5,40 m ou 17 ft 9.
length-no-unit = Dites en quoi c’est mesuré, comme 540 cm ou 5,40 m.
length-too-long = Aucun ferry ne prend si long : 30 m au plus.
length-not-one = Écrivez ainsi : 5,40 m, 540 cm ou 17 ft 9.
length-bounds = Entre { $least } et { $most }.

# Catégories.
class-to = « { $class } » : jusqu’à { $length } de long et { $height } de haut
class-to-length = « { $class } » : jusqu’à { $length } de long, toute hauteur
class-to-height = « { $class } » : jusqu’à { $height } de haut, toute longueur
class-to-any = « { $class } » : toute taille
class-over-length = { $mm } de long dépassent { $over }
class-over-height = { $mm } de haut dépassent { $over }
class-none = { $operator } ne prend aucun véhicule de { $length } de long et { $height } de haut.
class-untold = { $operator } ne dit pas s’il y a de la place pour un véhicule de { $length } de long et { $height } de haut ; nous ne pourrions donc jamais vous prévenir.
class-yours = Votre véhicule est de la catégorie { $class }.
class-why = Pourquoi :
class-named = catégorie « { $class } »

# Ce que la recherche a trouvé.
search-title = Trouver une traversée
search-description = Quelles traversées ont de la place pour votre van, camping-car ou caravane, à la dernière vérification.
search-what = Du { $from } au { $to }, { $vehicle }
search-refused = Rien n’a encore été cherché : voyez ce qui est marqué.
search-empty = Dites d’où à où, quand, et avec quoi.
search-all = Voir toutes les lignes
search-nowhere = Nous connaissons les deux bouts, mais aucun ferry que nous surveillons ne va de { $from } à { $to }.
search-from-there = Au départ de { $from }
search-to-there = Vers { $to }
search-which = { $n ->
    [one] Une ligne convient
   *[other] { $n } lignes conviennent : laquelle ?
}
search-month = Tout le mois
search-told-until = La compagnie annonce ses traversées jusqu’au { $day }. Créez dès maintenant une veille sur les jours suivants ; nous commençons dès qu’elle les annonce.
search-found = { $n ->
    [0] Aucune traversée avec de la place, à notre connaissance. Créez une veille sur ces jours, et nous vous dirons quand cela change.
    [one] Une traversée avec de la place.
   *[other] { $n } traversées avec de la place.
}
search-unchecked = Pas encore vérifié : personne ne veille ici. Créez une veille, et nous commençons à regarder.
search-later = Traversées suivantes
space-unchecked = Pas encore vérifié
departure = { $time } { $space }
checked-ago = vérifié il y a { $span }
exact-utc = { $moment } UTC
every-seconds = { $n ->
    [one] chaque seconde
   *[other] toutes les { $n } secondes
}
every-minutes = { $n ->
    [one] chaque minute
   *[other] toutes les { $n } minutes
}
every-hours = { $n ->
    [one] chaque heure
   *[other] toutes les { $n } heures
}
days-span = Du { $from } au { $to }
sailing-left = Partie
watch-this = Veiller
watch-days = Veiller sur ces jours

# Compagnies.
operator-asked = Interrogée
operator-not-asked = Pas interrogée en ce moment
operator-off = Nous n’interrogeons pas { $operator } en ce moment ; rien de nouveau n’en est donc connu ici.
operator-paused = { $operator } ne répond pas comme il faut. Nous réessayons de temps en temps ; ce qui figure ici peut être ancien.
operator-floor = Interrogée au plus
operator-horizon = Annonce à l’avance
operator-clock = Heures de
operator-classes = { $n ->
    [one] Sa seule catégorie de véhicules
   *[other] Ses { $n } catégories de véhicules
}
operator-untold = la place n’est pas dite
operator-status = Comment elle répond
routes-count = { $n ->
    [one] { $n } ligne
   *[other] { $n } lignes
}

# Lignes.
ferries-title = Traversées
ferries-description = Toutes les lignes de ferry que FerryAlert connaît, par compagnie, avec un calendrier des places pour votre véhicule.
ferries-lead = Toutes les lignes que nous connaissons, comme la compagnie les écrit. Choisissez-en une pour voir son mois.
route-title = De { $from } à { $to }
route-description = Places pour vans, camping-cars et caravanes de { $from } à { $to } avec { $operator } : un mois d’un coup d’œil, à la dernière vérification.
route-back = Autre sens
route-vehicle = Place pour
route-show = Montrer
route-months = Mois
route-previous = Mois précédent
route-next = Mois suivant
route-none = Aucune traversée de ce mois n’a encore été vérifiée pour ce véhicule. Créez une veille, et nous commençons à regarder.
route-hint = Pointez un jour pour le lire ; choisissez-le pour voir ses traversées.
route-legend = Ce que veulent dire les signes
route-table = La même chose en tableau
route-watch = Prévenez-moi quand une place s’ouvre
route-watch-text = Avec la formule Free, cette ligne est vérifiée { $every }.
route-watch-go = Veiller sur ce mois
table-departs = Départ
table-space = Place
table-price = Prix
table-checked = Vérifié
table-book = Réserver

# Comment les compagnies répondent.
status-title = Comment les compagnies répondent
status-description = Si chaque compagnie de ferry répond à nos vérifications, la dernière bonne vérification, et les 90 derniers jours.
status-feed = FerryAlert : incidents chez les compagnies
status-feed-link = Suivre par un flux
status-calm = Toutes les compagnies que nous interrogeons répondent comme il faut.
status-rough = Toutes les compagnies ne répondent pas comme il faut. Les veilles concernées peuvent être en retard ; leurs propriétaires le savent.
status-good = Répond
status-degraded = Répond mal
status-paused = Nous patientons
status-off = Pas interrogée
status-unseen = Pas regardée
status-unseen-text = Personne n’a regardé depuis quelques minutes.
status-good-text = Elle répond comme il faut.
status-degraded-text = Certaines vérifications échouent. Nous continuons d’essayer.
status-paused-text = Les vérifications ont échoué l’une après l’autre ; nous demandons donc moins jusqu’à ce qu’elle réponde.
status-off-text = Nous ne l’interrogeons pas en ce moment.
status-last-good = Dernière bonne vérification il y a { $span }.
status-strip = { $n ->
    [0] Les 90 derniers jours : aucun jour avec des vérifications en échec.
    [one] Les 90 derniers jours : un jour avec des vérifications en échec.
   *[other] Les 90 derniers jours : { $n } jours avec des vérifications en échec.
}
status-ninety = Il y a 90 jours
status-today = Aujourd’hui
status-words = En mots
status-no-gap = Aucune vérification n’a échoué pendant une minute ou plus.
status-day-good = a répondu toute la journée
status-day-bad = vérifications en échec pendant { $span }
status-day-off = pas interrogée
status-day-gap = rien n’était surveillé
status-legend-good = a répondu
status-legend-bad = vérifications en échec
status-legend-off = pas interrogée
status-incidents = Incidents
status-no-incidents = Aucun ces 90 derniers jours.
status-note = Les jours sont comptés en UTC. Les vérifications sont celles de la formule Free.
incident-good = { $operator } répond de nouveau
incident-degraded = Des vérifications chez { $operator } échouent
incident-paused = Nous patientons chez { $operator }
incident-off = { $operator } n’est pas interrogée
incident-lasted = A duré { $span }
incident-lasts = En cours

# Formules.
pricing-title = Formules
pricing-description = Gratuit pour deux veilles, vérifiées chaque heure. Plus vite et plus de veilles pour un prix juste. Aucune carte pour commencer.
pricing-lead = Tout le monde reçoit la même vérité. Ce que vous payez, c’est quand et combien.
pricing-free = Pour un voyage.
pricing-plus = Pour les voyages de l’été.
pricing-pro = Pour qui est toujours en route, avec une API.
pricing-fleet = Pour les entreprises et les clubs.
pricing-month = par mois
pricing-interval = vérifié { $every }
pricing-watches = { $n ->
    [one] { $n } veille active
   *[other] { $n } veilles actives
}
pricing-days = { $n ->
    [one] { $n } jour surveillé
   *[other] { $n } jours surveillés en tout
}
pricing-members = { $n ->
    [one] pour une personne
   *[other] { $n } personnes
}
pricing-history = { $span } d’historique
pricing-keys = clés d’API en lecture et écriture, { $n } requêtes par minute
pricing-begin = Commencer gratuitement
pricing-honest = En toute franchise
pricing-pay = On ne peut pas encore payer sur cette page. Qui exploite cette installation donne les formules plus rapides : écrivez à { $contact }.
pricing-floor = Aucune formule ne va plus vite que ce qu’une compagnie permet. Chaque veille montre son intervalle réel, et pourquoi.
pricing-true = Une formule plus rapide l’apprend plus tôt ; elle n’apprend rien d’autre. Free apprend la même chose, plus tard.
pricing-released = Chaque page montre ce que votre formule a appris à cet instant, et de quand cela date.
pricing-down = Passer à une formule plus petite n’efface rien : les veilles les plus récentes au-delà de la limite sont mises en pause, et nous vous disons lesquelles.

# Comment tout est protégé.
security-title = Comment FerryAlert est protégé
security-description = Chaque exigence de sécurité de FerryAlert, la menace à laquelle elle répond, et les tests qui la prouvent aujourd’hui.
security-lead = Nous avons écrit ce qui pourrait mal tourner, ce que nous exigeons contre cela, et un test pour chaque exigence. Voici le tout.
security-proved = Exigences prouvées
security-of = { $n } sur { $all }
security-tests = Tests qui les prouvent
security-when = Quand ils tournent
security-when-text = à chaque changement
security-report = Vous avez trouvé une faille ?
security-report-text = Écrivez à { $contact }. Nous répondons, corrigeons, et vous nommons si vous le voulez. La recherche de bonne foi sur votre propre compte est bienvenue.
security-read = Comment lire cette page
security-read-text = Chaque ligne est une exigence. Ouvrez-la pour voir les menaces auxquelles elle répond et les noms des tests qui la prouvent. Une exigence sans preuve le dit.
security-limits = Une exigence prouvée veut dire que ses tests ont réussi, non qu’ils sont parfaits ; on a vu chacun échouer une fois, son contrôle retiré. Exigences et menaces sont citées en anglais, comme elles furent écrites.
security-is-proved = Prouvée
security-not-yet = Pas encore
security-against = Ce à quoi elle répond
security-by = Ce qui la prouve
area-adm = Administration
area-api = L’API
area-aud = Le journal d’audit
area-aut = Se connecter
area-auz = Qui peut faire quoi
area-bil = Paiements
area-cfg = Réglages
area-cry = Chiffrement
area-dev = Comment c’est construit
area-dos = Surcharge
area-egr = Ce qui part vers d’autres serveurs
area-inj = Du texte qui veut être un ordre
area-job = Travail en arrière-plan
area-key = Clés d’API
area-ntf = Messages
area-obs = Journaux techniques
area-opr = Compagnies
area-prv = Vie privée
area-ses = Sessions
area-sup = Composants d’autrui
area-ten = Séparer les clients
area-web = Pages dans un navigateur
area-other = Autres

# Sans réseau.
offline-title = Pas de réseau
offline-text = FerryAlert est injoignable d’ici. Vos veilles continuent, et vos messages partent toujours.
offline-again = Réessayer

# Ce qui est gardé.
privacy-title = Ce que nous gardons, et combien de temps
privacy-description = Tout ce que FerryAlert garde des personnes : pourquoi, combien de temps, et comment cela disparaît.
privacy-lead = Peu de choses, scellées quand c’est une adresse, et effacées quand vous le dites.
privacy-addresses = Les adresses servent à vous dire ce que vous avez demandé, et à rien d’autre.
privacy-nobody = Personne d’autre ne les voit. Aucune page ne contient de publicité, de pistage ni quoi que ce soit de tiers.
privacy-cookies = Deux cookies : l’un vous garde connecté, l’autre retient votre langue.
privacy-own = Vous pouvez avoir tout ce qui est à vous en un document, et l’effacer, par vous-même.
privacy-own-go = Vos données
privacy-map = Ce qui suit est fait de la table selon laquelle nos programmes exportent, effacent et oublient ; un test la compare à la base de données. Les buts sont cités en anglais, tels qu’ils y figurent.
privacy-kept = Gardé { $kept }. Quand sa personne ou son espace est effacé : { $erased }.
privacy-what = Quoi
privacy-why = Pourquoi
privacy-class = Nature
privacy-export = Dans un export
kept-until-erased = jusqu’à effacement
kept-with = aussi longtemps que son { $other }
kept-until-end = jusqu’à sa fin
kept-hours = { $n ->
    [one] { $n } heure { $after }
   *[other] { $n } heures { $after }
}
kept-days = { $n ->
    [one] { $n } jour { $after }
   *[other] { $n } jours { $after }
}
kept-always = toujours
kept-deleted = supprimé
kept-emptied = vidé de ce qui est personnel
kept-ids = reste : des identifiants seuls
kept-nobodys = ne concerne personne
kept-plain = aucune
kept-pseudonym = identifiant d’une personne
kept-personal = personnel
kept-sealed = personnel, scellé
kept-secret = secret
kept-not-exported = non
kept-exported = oui
kept-exported-own = oui, pour sa personne seule
after-ended = après sa fin
after-made = après sa création
after-written = après son écriture
after-closed = après sa clôture
after-tenant-closed = après sa fermeture
after-given = après la réponse
after-recorded = après son enregistrement
after-sailing = après le départ de la traversée
after-decided = après la décision
after-full = après être redevenu plein

# Pour les compagnies.
bot-description = Ce que FerryAlertBot demande aux compagnies de ferry, combien rarement, et comment obtenir moins, ou rien.
bot-lead = Vous exploitez une ligne de ferry et avez trouvé ce nom dans vos journaux. Voici ce qu’il fait.
bot-once = Il demande si les traversées ont de la place, une fois pour tous ceux qui veulent le savoir. Plus de personnes qui veillent ne font pas plus de requêtes.
bot-obeys = Il respecte robots.txt, Retry-After et un délai minimal entre deux requêtes pour la même page.
bot-never = Il ne réserve jamais, ne se connecte jamais et ne cache jamais qui il est.
bot-links = Il mène les gens vers votre propre page de réservation.
bot-less = Moins, ou pas du tout
bot-less-text = Écrivez à { $contact }, ou nommez FerryAlertBot dans votre robots.txt.
security-txt = security.txt
