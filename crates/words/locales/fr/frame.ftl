# Ce qui entoure chaque page.

title = { $page } · FerryAlert
skip = Aller au contenu
nav-main = Navigation principale
nav-foot = À propos de FerryAlert
nav-search = Recherche
nav-ferries = Traversées
nav-pricing = Tarifs
nav-status = État
nav-security = Sécurité
nav-privacy = Vie privée
nav-operators = Pour les compagnies
nav-sign-in = Se connecter
nav-sign-out = Se déconnecter
nav-home = Vos veilles
nav-watches = Veilles
nav-alerts = Alertes
nav-channels = Canaux
nav-tenant = Équipe
nav-account = { $name } : votre compte
nav-tenants = Vos espaces
language = Langue
language-choose = Changer de langue
foot-what = Surveille les ferries complets pour les camping-cars et autres grands véhicules, et vous prévient dès qu’une place se libère.
foot-polite = Nous interrogeons chaque compagnie aussi peu qu’elle le souhaite, une fois pour tous. Nous ne réservons jamais.

# Durées.
span-seconds = { $n ->
    [one] { $n } seconde
   *[other] { $n } secondes
}
span-minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
}
span-hours = { $n ->
    [one] { $n } heure
   *[other] { $n } heures
}
span-days = { $n ->
    [one] { $n } jour
   *[other] { $n } jours
}
ago = il y a { $span }
in-span = dans { $span }

# Formulaires et instants de chaque page.
form-refused = Rien n’a encore été changé : regardez ce qui est marqué ci-dessous.
form-save = Enregistrer
instant = { $at }
just-now = à l’instant

# Ce que l’on sait d’une place ; la forme et la couleur du signal disent la même chose.
space-open = Place
space-open-n = { $n ->
    [one] { $n } place
   *[other] { $n } places
}
space-full = Complet
space-not-released = Pas encore en vente
space-cancelled = Annulé
space-unknown = Inconnu

# Ce qui n’est pas un message à nous, tel quel.
plain = { $text }

# Les mots d’autrui, tels quels.
quoted = { $text }

# Comment une chose s’appelle et ce qu’elle est ; plusieurs choses, et plusieurs qui ont déjà des virgules.
line = { $label } : { $value }
list-more = { $all }, { $more }
list-apart = { $all } ; { $more }
