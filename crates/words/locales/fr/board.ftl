# Le tableau de bord, et ce qu’est un espace.

board-title = Vos veilles
board-usage = { $n } veilles sur { $of } et { $days } jours sur { $of_days } utilisés
board-plan = { $plan } : vérifiées { $every }
board-new = Nouvelle veille
board-search = Chercher une traversée
board-members = Voir qui en fait partie
board-filters = Quelles veilles
board-show-current = En cours { $n }
board-show-open = Avec place { $n }
board-show-paused = En pause { $n }
board-show-ended = Terminées { $n }
board-none = Cette liste est vide.
board-none-open = Aucune de vos veilles n’a de place pour le moment. Nous vous prévenons dès qu’il y en a une.
board-empty-title = Rien n’est encore surveillé
board-empty = Dites quelle traversée est complète et ce que vous conduisez. Nous regardons aussi souvent que votre formule le permet, et vous écrivons dès qu’une place se libère.
board-empty-viewer-title = Rien n’est encore surveillé ici
board-empty-viewer = Vous voyez ce que cette équipe surveille. Un éditeur, un administrateur ou le propriétaire peut créer une veille.
board-live = En direct
board-not-live = Pas en direct pour le moment. Vous voyez ce que l’on savait à l’ouverture de cette page.
board-route = { $from } – { $to }
board-day = { $day }
board-days = du { $from } au { $to }
board-days-some = { $n ->
    [one] { $n } jour du { $from } au { $to }
   *[other] { $n } jours du { $from } au { $to }
}
board-hours = départ entre { $from } et { $to }
board-way-back = et retour : { $days }
board-what = { $kind } de { $length } de long, { $height } de haut
board-car = Voiture
board-campervan = Van aménagé
board-motorhome = Camping-car
board-caravan = Voiture avec caravane
board-van = Fourgon
board-vehicle = Véhicule
board-class = catégorie { $class }
board-open-on = { $moment }
board-open-on-more = { $moment }, et { $more ->
    [one] { $more } autre traversée
   *[other] { $more } autres traversées
}
board-space-partly = De la place, mais pas tout ce que vous voulez
board-no-sailing = Aucune traversée affichée
board-not-checked = Pas encore vérifié
board-paused = En pause
board-stopped = Trouvé
board-expired = Terminée
board-strip = { $all ->
    [0] Pas encore de vérification
    [one] La dernière vérification : { $open } avec place, { $missed } manquée
   *[other] Les { $all } dernières vérifications : { $open } avec place, { $missed } manquées
}
board-last = Dernière vérification
board-next = Prochaine
board-every = Fréquence
board-never = pas encore
board-no-next = pas prévue
board-every-floor = { $operator } n’est jamais interrogée plus souvent sur la même chose.
board-every-budget = Tant de choses sont surveillées chez { $operator } que ses requêtes sont partagées.
board-missed = Pas vérifié depuis
board-any-moment = d’un instant à l’autre
board-moment = { $moment } { $zone }
board-hindrance-failing = Certaines pages de { $operator } ne nous donnent pas de réponses fiables. Vos veilles restent comme elles sont, et nous réessayons.
board-hindrance-silent = { $operator } ne nous répond pas. Vos veilles restent comme elles sont, et nous réessayons.
board-hindrance-off = Nous avons suspendu nos vérifications de { $operator }. Vos veilles restent comme elles sont.
board-hindrance-since = Depuis le { $when }.
board-pages = Pages
board-before = Plus haut dans la liste
board-after = Plus bas dans la liste
account-language = Langue des pages et des courriels
account-language-unknown = Choisissez une langue dans la liste.
too-many-streams = { $n } pages sont déjà tenues à jour. Celle-ci montre ce que l’on savait à son ouverture.

about-viewer = Vous êtes lecteur ici : vous voyez les veilles et les alertes.
about-editor = Vous êtes éditeur ici : vous créez et changez les veilles.
about-admin = Vous êtes administrateur ici : vous gérez aussi les membres et les clés.
about-owner = Vous en êtes propriétaire.
about-plan = Formule
about-plan-free = Free
about-plan-plus = Plus
about-plan-pro = Pro
about-plan-fleet = Fleet
about-watches = Veilles en cours
about-days = Jours surveillés
about-people = Personnes
about-used = { $n } sur { $of }
about-members = Membres
about-members-text = Qui en fait partie, ce que chacun peut faire, et les invitations.
about-keys = Clés d’API
about-keys-text = Pour les programmes qui lisent ou créent des veilles.
about-log = Ce qui a été fait ici
about-log-text = Chaque acte, par qui et quand.
about-settings = Réglages
about-settings-text = Son nom, sa cession, sa fermeture.
about-leave = Partir
about-leave-text = Quitter l’espace, et décider de ce que deviennent vos veilles.
