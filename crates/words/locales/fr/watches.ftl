# Veilles, alertes, canaux.

# Ce que disent plusieurs pages.
moment = { $at }
moment-exact = { $at } { $zone }
day = { $day }
clock = { $time }
days-range = du { $from } au { $to }
route = { $from } – { $to }
sailing = { $route }, { $at }
class = catégorie { $class }
price = { $price }
checked = vérifié
book = Réserver
book-at = Réserver chez { $operator }
weekday-mon = lun.
weekday-tue = mar.
weekday-wed = mer.
weekday-thu = jeu.
weekday-fri = ven.
weekday-sat = sam.
weekday-sun = dim.
kind-car = voiture
kind-campervan = van aménagé
kind-motorhome = camping-car
kind-caravan = voiture avec caravane
kind-van = fourgon
kind-other = véhicule
vehicle-size = { $kind } : { $length } de long, { $height } de haut
party-adults = { $n ->
    [one] { $n } adulte
   *[other] { $n } adultes
}
party-children = { $n ->
    [one] { $n } enfant
   *[other] { $n } enfants
}
party-infants = { $n ->
    [one] { $n } bébé
   *[other] { $n } bébés
}
party-pets = { $n ->
    [one] { $n } animal
   *[other] { $n } animaux
}
wish-leg = { $route }, { $days }
wish-weekdays = Seulement { $days }
wish-window = Départ entre { $from } et { $to }
wish-back-either = Et retour : nous vous prévenons dès qu’il y a de la place dans un sens
wish-back-both = Et retour : nous vous prévenons quand il y a de la place dans les deux sens
wish-cabin = Seulement avec une cabine
wish-pet-cabin = Seulement avec une cabine acceptant les animaux
wish-price = Pour { $price } au plus
class-falls = C’est la catégorie { $class } chez { $operator }.
class-length-between = { $is } de long : plus de { $over }, au plus { $within }.
class-length-within = { $is } de long : au plus { $within }.
class-length-over = { $is } de long : plus de { $over }.
class-length = { $is } de long.
class-height-between = { $is } de haut : plus de { $over }, au plus { $within }.
class-height-within = { $is } de haut : au plus { $within }.
class-height-over = { $is } de haut : plus de { $over }.
class-height = { $is } de haut.
interval-every = Nous demandons { $every }.
interval-plan = C’est ce que prévoit la formule { $plan }.
interval-floor = { $operator } ne veut pas être interrogé plus souvent.
interval-budget = Tant de traversées sont suivies chez { $operator } que ses demandes sont partagées.

# L’assistant.
wizard-when-title = Où et quand ?
wizard-what-title = Avec quoi ?
wizard-check-title = Est-ce bien cela ?
wizard-step-when = Où et quand
wizard-step-what = Avec quoi
wizard-step-check = Vérifier et commencer
wizard-refused = Quelque chose est à revoir. C’est indiqué ci-dessous ; rien de ce que vous avez écrit n’est perdu.
wizard-change = Modifier
wizard-on = Continuer
wizard-way = Quelle ligne ?
wizard-way-choose = Choisissez une ligne
wizard-way-missing = Choisissez une ligne dans la liste.
wizard-not-watched = non suivi actuellement
wizard-days = Quels jours ?
wizard-days-hint = 62 jours au plus, à l’heure du port de départ.
wizard-from = Du
wizard-to = Au
wizard-narrow = Jours précis, jours de la semaine ou heures
wizard-picked = Seulement ces jours
wizard-picked-hint = Séparés par des virgules, par exemple 14/8/2026, 16/8/2026. Ils remplacent les dates ci-dessus.
wizard-weekdays = Seulement ces jours de la semaine
wizard-after = Départ au plus tôt à
wizard-before = Départ au plus tard à
wizard-back = Et le retour ?
wizard-back-hint = Laissez vide pour un aller simple.
wizard-back-from = Retour du
wizard-back-to = Retour au
wizard-back-picked = Retour seulement ces jours
wizard-back-weekdays = Retour seulement ces jours de la semaine
wizard-back-after = Retour au plus tôt à
wizard-back-before = Retour au plus tard à
wizard-rule = Quand faut-il vous prévenir ?
wizard-rule-either = Dès qu’il y a de la place dans un sens
wizard-rule-both = Seulement s’il y en a dans les deux sens
wizard-vehicle = Votre véhicule
wizard-vehicle-missing = Choisissez un véhicule, ou indiquez la taille du vôtre.
wizard-vehicle-car = Voiture
wizard-vehicle-car-roof-box = Voiture avec coffre de toit
wizard-vehicle-california-roof-down = VW California, toit baissé
wizard-vehicle-california-high-roof = VW California, toit haut
wizard-vehicle-campervan-540 = Van aménagé de 5,4 m
wizard-vehicle-campervan-600 = Van aménagé de 6 m
wizard-vehicle-campervan-600-bikes = Van aménagé de 6 m avec vélos
wizard-vehicle-campervan-640 = Van aménagé de 6,4 m
wizard-vehicle-coachbuilt-700 = Camping-car profilé de 7 m
wizard-vehicle-a-class-750 = Camping-car intégral de 7,5 m
wizard-vehicle-car-caravan = Voiture avec caravane
wizard-size = { $length } de long, { $height } de haut
wizard-own = Une autre taille
wizard-own-hint = Indiquez la longueur et la hauteur
wizard-own-size = Sa taille
wizard-own-size-hint = En mètres, centimètres ou pieds : 5,4, 540 cm, 17 ft 9. Mesurez au point le plus haut et le plus long.
wizard-kind = De quoi s’agit-il ?
wizard-length = Longueur
wizard-height = Hauteur
wizard-width = Largeur, si vous la connaissez
wizard-trailer = Remorque ou caravane en plus
wizard-rack = Porte-vélos en plus
wizard-length-missing = Indiquez une taille, par exemple 5,4 m.
wizard-length-no-unit = Précisez l’unité, par exemple 540 cm.
wizard-length-too-long = C’est plus de 30 m.
wizard-length-unread = Nous ne savons pas lire cette taille. Écrivez par exemple 5,4 m, 540 cm ou 17 ft 9.
wizard-party = Qui voyage ?
wizard-adults = Adultes
wizard-children = Enfants
wizard-infants = Bébés
wizard-pets = Animaux
wizard-count-unread = Indiquez un nombre entier.
wizard-wants = Que souhaitez-vous d’autre ?
wizard-wants-none = { $operator } n’indique ni les cabines ni les prix.
wizard-cabin = Seulement avec une cabine
wizard-pet-cabin = Seulement avec une cabine acceptant les animaux
wizard-price = Au plus, en { $currency }
wizard-price-unread = Indiquez un montant, par exemple 350 ou 349,50.
wizard-tell = Où faut-il vous prévenir ?
wizard-channel-waits = non confirmée
wizard-channels = Ajouter ou confirmer une adresse
wizard-channel-foreign = Choisissez parmi vos propres adresses.
wizard-stop = Quand vous aurez réservé
wizard-stop-yes = Demander à chaque alerte si j’ai réservé
wizard-stop-no = Ne pas demander, continuer jusqu’à ce que j’arrête
wizard-class = Catégorie
wizard-interval = À quel rythme
wizard-will = Ce qu’elle fait
wizard-leaves = Votre formule
wizard-now = Ce que l’on sait maintenant
wizard-now-nothing = Ces traversées n’ont pas encore été vérifiées pour votre formule. La première vérification suit de peu le début.
wizard-now-none = Aucune traversée n’a de place en ce moment.
wizard-now-open = { $n ->
    [one] { $n } traversée a de la place en ce moment.
   *[other] { $n } traversées ont de la place en ce moment.
}
wizard-now-more = { $n ->
    [one] Et { $n } autre.
   *[other] Et { $n } autres.
}
wizard-note = Une note pour vous
wizard-note-hint = Elle figure dans vos alertes. Les membres de cet espace peuvent la lire.
wizard-note-long = Une note a { $n } caractères au plus.
wizard-note-unread = Une note est un texte simple.
wizard-begin = Commencer la veille
wizard-save = Enregistrer les modifications
wizard-plans = Voir les formules
will-tell = Nous écrivons à { $where } dès qu’il y a de la place.
will-tell-nobody = Aucune adresse confirmée n’est choisie : les alertes restent ici et personne ne reçoit de message.
will-ask = Nous demandons et ne réservons jamais : le lien du message mène à la compagnie.
will-end = Elle s’arrête d’elle-même après le { $day }.
plan-leaves = { $plan } : { $watches } veilles sur { $watches-most } et { $days } jours suivis sur { $days-most }, celle-ci comprise.
plan-too-many-watches = La formule { $plan } permet { $allowed } veilles à la fois, et celle-ci serait la { $wanted }e. Suspendez-en ou terminez-en une, ou prenez une formule plus grande.
plan-too-many-days = La formule { $plan } permet { $allowed } jours suivis, et cela en ferait { $wanted }. Choisissez moins de jours, suspendez une autre veille ou prenez une formule plus grande.
wizard-unread = Ceci est illisible.
wizard-from-missing = Choisissez le premier jour.
wizard-last-before-first = Le dernier jour est avant le premier.
wizard-too-many-days = Cela fait plus de { $n } jours.
wizard-days-passed = Tous ces jours sont passés.
wizard-too-far = Le dernier jour que l’on peut suivre est le { $day }.
wizard-no-weekday = Aucun de vos jours ne tombe un de ces jours de la semaine.
wizard-window-backwards = La fin est avant le début. Cela ne peut pas passer minuit.
wizard-back-before-out = Vous seriez de retour avant de partir.
wizard-same-route = C’est de nouveau l’aller.
wizard-no-way-back = { $operator } ne vend pas de retour sur cette ligne.
wizard-size-outside = Il faut entre { $least } et { $most }.
wizard-count-outside = Il faut entre { $least } et { $most }.
wizard-too-long = Cela fait { $length } en tout. Aucun ferry ne prend plus de 30 m.
wizard-no-pets = Une cabine pour animaux est choisie, et aucun animal ne voyage.
wizard-day-unread = Nous ne savons pas lire le jour { $day }. Écrivez par exemple 14/8/2026.
wizard-time-unread = { $time } n’est pas une heure.
wizard-unknown-route = { $operator } n’a pas cette ligne.
wizard-no-class = { $operator } ne prend aucun véhicule de cette taille.
wizard-space-not-told = { $operator } n’indique pas s’il y a de la place pour un véhicule de cette taille : une veille ne vous préviendrait jamais.
wizard-cabins-not-told = { $operator } n’indique pas les cabines.
wizard-pet-cabins-not-told = { $operator } n’indique pas les cabines acceptant les animaux.
wizard-prices-not-told = { $operator } n’indique pas ses prix.
wizard-other-currency = { $operator } a des prix en { $currency }.
wizard-operator-off = { $operator } n’est pas interrogé en ce moment : rien ne serait trouvé.

# La page d’une veille.
watch-open = Place maintenant
watch-active = En veille
watch-paused = Suspendue
watch-snoozed = En sommeil
watch-stopped = Réservé
watch-expired = Terminée
watch-wakes = Elle se réveille
watch-waits = { $operator } annonce ces jours à partir du { $day }. D’ici là, il n’y a rien à demander.
watch-last = Dernière vérification
watch-next = Prochaine vérification
watch-never-checked = Pas encore vérifiée
watch-no-check = Aucune en ce moment
watch-waits-for = Ce qu’elle attend
watch-told = { $n ->
    [0] Personne ne reçoit de message
    [one] Message à { $n } adresse
   *[other] Message à { $n } adresses
}
watch-checks = Vérifications
watch-acts = Ce que vous pouvez faire
watch-pause = Suspendre
watch-resume = Reprendre
watch-edit = Modifier
watch-duplicate = Dupliquer
watch-delete-title = Supprimer cette veille ?
watch-delete = Elle s’arrête aussitôt, et ses alertes ne seront plus visibles ici. Pour les garder, suspendez-la plutôt.
watch-delete-go = Supprimer
watch-delete-not = La garder
watch-sailings = Ses traversées
watch-no-sailings = On ne sait encore rien de ces traversées. Elles apparaissent ici dès que { $operator } les annonce.
watch-sailings-cut = Ce sont les premières parmi beaucoup.
watch-picture = Historique
watch-no-alerts = Elle ne vous a encore rien annoncé. Dès qu’une place s’ouvre, vous le voyez ici et dans votre courrier.
watch-operator-paused = { $operator } répond mal. Nous réessayons de nous-mêmes.
watch-degraded = Nous n’avons pas pu vérifier { $operator } aussi souvent que prévu. Cela a commencé { $since }. Nous continuons d’essayer.
watch-tells-nobody = Elle ne prévient personne : choisissez-lui une adresse confirmée.
watch-has-ended = La veille est terminée. Créez-en une nouvelle.
watch-changed-meanwhile = Quelqu’un a modifié cette veille entre-temps. Voici ce que vous avez écrit ; regardez la veille avant d’enregistrer.
watch-back = À la veille
watches-back = À vos veilles
snooze = La mettre en sommeil jusqu’à un jour
snooze-until = Elle se réveille le
snooze-hint = D’ici là elle ne demande rien, garde sa place dans votre formule, et reprend d’elle-même.
snooze-go = La mettre en sommeil
snooze-unread = Choisissez un jour.
snooze-past = Choisissez un jour à venir.
snooze-too-late = À ce moment-là il n’y aura plus rien à suivre. Choisissez un jour plus proche, ou terminez-la.
strip = { $full ->
    [one] { $full } vérification : complet
   *[other] { $full } vérifications : complet
}, { $open } avec de la place, { $missed } en échec
picture = Ce que l’on savait de { $sailing }
picture-area = Place
picture-flag = Une alerte
picture-gap = Inconnu, ou pas encore en vente
picture-table = La même chose en tableau
picture-since = Depuis
picture-from = À partir de
picture-known = Connu
picture-told-after = Annoncé après { $span }
picture-untold = Aucun message n’est parti

# Alertes.
alerts-lead = { $n ->
    [one] Ce qui s’est ouvert en { $n } jour, aussi loin que va votre formule.
   *[other] Ce qui s’est ouvert en { $n } jours, aussi loin que va votre formule.
}
alerts-filters = Quelles alertes
alerts-all = Toutes
alerts-open = Encore ouvertes
alerts-csv = En tableau (CSV)
alerts-csv-broken-off = Ce tableau s’interrompt ici et n’est pas complet. Téléchargez-le une nouvelle fois.
alerts-none = Rien ne s’est encore ouvert. Dès que ce sera le cas, vous le verrez ici et dans votre courrier.
alerts-none-open = Rien n’est ouvert en ce moment.
alerts-older = Plus anciennes
alert-told = annoncée
alert-open = Encore là
alert-over = Passée
alert-watch = Sa veille
alert-headline = De la place pour votre { $kind } : { $at }
alert-headline-past = Il y avait de la place pour votre { $kind } : { $at }
alert-back = Le retour
alert-facts = Les faits
alert-price = Prix
alert-why = Pourquoi vous l’apprenez
alert-kind-opening = C’était complet, puis il y a eu de la place.
alert-kind-first-seen = Vue pour la première fois, avec de la place.
alert-kind-already-open = Il y avait déjà de la place au début de la veille.
alert-seen = Vue
alert-released = Annoncée à votre formule
alert-head-start = Avec la formule { $plan }, vous l’auriez su { $span } plus tôt.
alert-nobody-told = Personne n’a reçu de message.
alert-closed-gone = La place n’est plus là depuis
alert-closed-departed = Le bateau est parti
alert-closed-answered = Vous avez répondu, et la veille s’est terminée
alert-closed-withdrawn = La veille a été suspendue ou modifiée
alert-answered-stop = Vous avez réservé
alert-answered-keep = Vous continuez la veille
message-sent = Envoyé
message-due = En route
message-failed = Non remis
message-cancelled = Non envoyé : ce n’était plus vrai
message-channel-off = Non envoyé : l’adresse est désactivée
message-channel-removed = Non envoyé : le canal a été retiré
message-channel-unconfirmed = Non envoyé : l’adresse n’a pas été confirmée

# Canaux.
channel-removed = Un canal retiré depuis
channel-email = E-mail
channels-lead = Ici nous vous écrivons dès qu’une place s’ouvre. Une adresse fonctionne une fois que vous l’avez confirmée.
channels-none = Vous n’avez pas encore d’adresse ici.
channels-others = Ce que d’autres ont ici
channels-back = À vos canaux
channel-works = Fonctionne
channel-waits = Attend votre accord
channel-off = Désactivée
channel-idle = Ne fonctionne pas
channel-waits-hint = Ouvrez le lien du message que nous y avons envoyé, dans les dix minutes et dans ce navigateur.
channel-is-default = Les nouvelles veilles y écrivent
channel-added = ajoutée
channel-test = Envoyer un essai
channel-make-default = Que les nouvelles veilles y écrivent
channel-not-default = Que les nouvelles veilles n’y écrivent pas
channel-ask-again = Renvoyer le lien
channel-on-again = Réactiver
channel-remove = Retirer
channel-add-title = Ajouter une adresse
channel-add-lead = { $n ->
    [one] Vous pouvez avoir { $n } adresse. Nous y envoyons un lien que vous ouvrez en étant connecté.
   *[other] Vous pouvez avoir { $n } adresses. Nous y envoyons un lien que vous ouvrez en étant connecté.
}
channel-address = Adresse e-mail
channel-add = L’ajouter
channel-no-address = Indiquez une adresse e-mail, par exemple nom@example.org.
channel-there = Cette adresse est déjà dans votre liste.
channel-too-many = Vous avez { $n } adresses. Retirez-en une d’abord.
channel-asked-enough = Assez de liens ont été envoyés à cette adresse pour l’instant. Le prochain pourra l’être dans { $span }.
channel-not-yet = Cette adresse n’est pas encore confirmée, ou elle est désactivée. Rien n’a été envoyé.
channel-confirm-title = Est-ce votre adresse ?
channel-confirm = À partir de là nous écrivons à { $address } quand une place s’ouvre sur une traversée que vous suivez.
channel-confirm-go = Oui, écrivez-moi là
