# Espaces, membres, clés, journal.

role-viewer = lecteur
role-editor = éditeur
role-admin = administrateur
role-owner = propriétaire
role-viewer-title = Lecteur
role-editor-title = Éditeur
role-admin-title = Administrateur
role-owner-title = Propriétaire
role-viewer-may = Voit les veilles et les alertes.
role-editor-may = Crée et change aussi des veilles.
role-admin-may = Gère aussi les membres et les clés.
role-owner-may = Change aussi la formule, transmet l’espace et le ferme.
role-unknown = Choisissez un rôle dans la liste.
plan-free = Gratuite
plan-plus = Plus
plan-pro = Pro
plan-fleet = Flotte
scope-read = Lecture
scope-write = Écriture
scope-read-may = Lire les veilles et les alertes
scope-write-may = Créer, changer et supprimer des veilles
plan-refused-watches = La formule permet { $allowed ->
    [one] { $allowed } veille en cours
   *[other] { $allowed } veilles en cours
}, et cela en ferait { $wanted }.
plan-refused-days = La formule permet { $allowed ->
    [one] { $allowed } jour surveillé
   *[other] { $allowed } jours surveillés
} en tout, et cela en ferait { $wanted }.

name-empty = Indiquez un nom.
name-too-long = Un nom a au plus { $most } caractères.
name-link = Un nom ne peut pas contenir d’adresse web ou de courriel : enlevez les points à l’intérieur des mots, // et @.
address-wrong = Indiquez une adresse de courriel, comme nom@example.org.
days-wrong = Indiquez un nombre entier de jours de { $least } à { $most }.

tenant-nav-about = À propos
tenant-nav-members = Membres
tenant-nav-keys = Clés d’API
tenant-nav-log = Journal
tenant-nav-settings = Réglages

settings-title = Réglages de { $tenant }
settings-name = Le nom de l’espace
settings-name-hint = Ses membres le voient, et les personnes invitées aussi.
settings-transfer-title = Transmettre la propriété
settings-transfer = Faites d’un autre membre un propriétaire, à vos côtés ou à votre place.
settings-close-title = Fermer cet espace
settings-close = Ses veilles se terminent, ses membres perdent l’accès et ses clés ne marchent plus. C’est définitif.
settings-close-go = Le fermer

close-title = Fermer { $tenant } ?
close-then = C’est définitif. À partir de là :
close-watches = { $n ->
    [0] plus rien n’est vérifié ni envoyé pour lui
    [one] la veille en cours se termine, et plus rien n’est vérifié ni envoyé pour lui
   *[other] les { $n } veilles en cours se terminent, et plus rien n’est vérifié ni envoyé pour lui
}
close-members = { $n ->
    [one] son seul membre perd l’accès, tout de suite
   *[other] ses { $n } membres perdent tous l’accès, tout de suite
}
close-keys = ses clés d’API ne marchent plus et ses invitations ne mènent nulle part
close-name = Tapez le nom de l’espace, { $tenant }, pour le fermer
close-name-wrong = Ce n’est pas le nom de l’espace. Tapez-le comme il est écrit ci-dessus.
close-go = Fermer pour de bon
close-keep = Le garder

members-title = Membres de { $tenant }
members-back = Membres
members-room = { $n ->
    [one] La formule { $plan } a de la place pour { $n } personne ; les invitations en attente comptent aussi.
   *[other] La formule { $plan } a de la place pour { $n } personnes ; les invitations en attente comptent aussi.
}
members-you = Vous
members-since = Membre depuis le { $at }
members-no-address = pas d’adresse confirmée
members-change = Changer
members-invite-title = Inviter quelqu’un
members-invite-lead = Cette personne reçoit un courriel avec un lien qui sert une seule fois, pendant { $life }, avec un compte qui a cette adresse.
members-invite-refused = Personne n’a encore été invité : regardez ce qui est marqué ci-dessous.
members-invite-address = Son adresse de courriel
members-invite-role = Ce qu’elle sera
members-invite-go = Envoyer l’invitation
members-pending-title = Invitations en attente
members-pending-until = Jusqu’au { $at }
members-pending-by = Envoyée par { $inviter }
members-pending-gone = Qui l’a envoyée est parti : elle ne peut plus être acceptée
members-pending-resend = Renvoyer
members-pending-revoke = Reprendre
members-owner-not-here = La propriété se transmet sur une page à part, à quelqu’un qui est membre.
member-not-yours-unmanaged = Seuls les administrateurs et les propriétaires gèrent les membres.
member-not-yours-above-own = Vous ne pouvez pas donner un rôle au-dessus du vôtre.
member-not-yours-owners = Seul un propriétaire peut changer ou retirer un propriétaire.
member-not-yours-last-owner = Un espace a besoin d’un propriétaire. Nommez d’abord quelqu’un d’autre, ou fermez l’espace.
invite-plan-full = La formule n’a plus de place pour un membre ; les invitations en attente comptent aussi. Reprenez-en une, ou changez de formule.
invite-already-invited = Une invitation à cette adresse attend déjà. Elle est dans la liste ci-dessous.
invite-too-many = Cet espace a envoyé aujourd’hui autant d’invitations qu’il peut. Réessayez demain.
invite-already-member = Quelqu’un avec cette adresse est déjà membre.
invite-over = Cette invitation ne peut plus être envoyée. Faites-en une nouvelle.

member-role-title = Rôle
member-role-hint = Ce que cette personne ne peut plus faire, elle ne le peut plus dès son prochain clic.
member-make-owner = Pour faire de quelqu’un un propriétaire, transmettez la propriété.
member-remove-title = Retirer
member-remove = { $name } perd l’accès tout de suite, et les clés d’API créées par cette personne ne marchent plus.
member-remove-watches = { $n ->
    [0] Cette personne n’a pas de veille en cours.
    [one] Sa veille en cours vous revient et prévient désormais votre adresse, plus la sienne.
   *[other] Ses { $n } veilles en cours vous reviennent et préviennent désormais votre adresse, plus la sienne.
}
member-remove-go = Retirer { $name }
member-go-yourself = Pour partir vous-même, quittez cet espace.
member-remove-self = Pour partir vous-même, prenez la page pour quitter l’espace.

leave-title = Quitter { $tenant } ?
leave-then = Vous perdez l’accès tout de suite, et les clés d’API que vous avez créées ici ne marchent plus. Pour revenir, il faut que quelqu’un vous invite.
leave-watches = { $n ->
    [0] Vous n’avez pas de veille en cours ici.
    [one] Votre veille en cours passe à { $heir }, qui en sera désormais prévenu ; vous ne le serez plus.
   *[other] Vos { $n } veilles en cours passent à { $heir }, qui en sera désormais prévenu ; vous ne le serez plus.
}
leave-go = Quitter
leave-stay = Rester
leave-sole-owner = Vous en êtes le seul propriétaire, et un espace en a besoin d’un. Ce que vous pouvez faire :
leave-transfer = Transmettre la propriété, puis quitter
leave-close = Fermer l’espace

transfer-title = Transmettre { $tenant }
transfer-lead = Un propriétaire peut tout faire ici : changer les membres, même les autres propriétaires, la formule, et fermer l’espace. Un espace peut avoir plusieurs propriétaires.
transfer-alone = Vous êtes seul ici. Invitez d’abord quelqu’un.
transfer-invite = Vers les membres
transfer-to = Qui sera propriétaire
transfer-to-none = Choisissez un membre
transfer-to-one = { $name }, { $role }
transfer-to-unknown = Choisissez un membre dans la liste.
transfer-to-both = { $name } est déjà propriétaire, et vous aussi.
transfer-then = Ce que vous serez ensuite
transfer-then-admin = Seul un propriétaire peut vous rendre la propriété.
transfer-then-owner = Propriétaire aussi
transfer-then-owner-may = Vous serez alors deux.
transfer-then-unknown = Choisissez ce que vous serez ensuite.
transfer-go = Transmettre
transfer-keep = Laisser comme c’est

keys-title = Clés d’API
keys-lead = Un programme qui présente une clé agit pour qui l’a créée, et ne peut pas plus que cette personne. Remplacez une clé avant sa fin ; révoquez-la tout de suite si quelqu’un d’autre a pu la voir.
keys-lacking = La formule { $plan } n’a pas de clés d’API ; elles viennent avec { $least }.
keys-none-title = Il n’y a pas encore de clé
keys-none = Avec une clé, un programme à vous lit les veilles et les alertes, ou en crée.
keys-make = Créer une clé
keys-made = Créée le { $at } par { $name }
keys-used = Utilisée { $ago }
keys-unused = Jamais utilisée
keys-until = Valable jusqu’au { $at }
keys-soon = Se termine bientôt : { $at }
keys-replaced-until = Remplacée ; valable jusqu’au { $at }
keys-ended-at = Terminée le { $at }
keys-revoked-at = Révoquée le { $at }
keys-live = Valable
keys-soon-chip = Bientôt finie
keys-replaced = Remplacée
keys-ended = Terminée
keys-revoked = Révoquée
keys-by-administrator = Créée par un administrateur
keys-rotate = Remplacer
keys-revoke = Révoquer
keys-too-many = Cet espace a { $most } clés valables. Révoquez-en d’abord une.
key-over = Cette clé est terminée ou a déjà été remplacée. Rien n’a été changé.
key-new-title = Créer une clé
key-new-refused = Aucune clé n’a encore été créée : regardez ce qui est marqué ci-dessous.
key-name = À quoi sert-elle ?
key-name-hint = Les listes et le journal l’appellent ainsi.
key-scopes = Que peut-elle faire ?
key-scopes-none = Choisissez ce que la clé peut faire.
key-days = Pendant combien de jours est-elle valable ?
key-new-told = Chaque propriétaire de cet espace est prévenu par courriel qu’il y a une nouvelle clé, et encore une fois avant sa fin. La clé elle-même n’est montrée qu’à vous, une seule fois.
key-new-go = Créer la clé
key-rotate-title = Remplacer { $name }
key-rotate-lead = Vous recevez une nouvelle clé qui peut la même chose. L’ancienne marche encore aussi longtemps que vous le dites, pour que rien ne s’arrête pendant que vous mettez la nouvelle à sa place.
key-old = L’ancienne clé
key-overlap = Pendant combien de jours l’ancienne clé peut-elle encore marcher ?
key-overlap-hint = Avec 0 jour, l’ancienne clé se termine tout de suite.
key-rotate-days = Pendant combien de jours la nouvelle clé est-elle valable ?
key-rotate-go = Remplacer la clé
key-unnamed = une clé
key-made-title = Votre nouvelle clé
key-made-once = Copiez-la maintenant : elle n’est montrée que sur cette page, et plus jamais ensuite.
key-made-copy = Copier
key-made-done = Copiée
key-made-until = Elle est valable jusqu’au { $at }.
key-made-use = Envoyez-la dans cet en-tête, et jamais dans une adresse :
key-made-replaced = La clé qu’elle remplace, { $key }, est terminée.
key-made-overlap = La clé qu’elle remplace, { $key }, est encore valable jusqu’au { $at }.
key-made-copied = Je l’ai copiée
keys-back = Retour aux clés

log-title = Journal
log-lead = Qui a fait quoi ici, le plus récent d’abord. Chaque ligne porte l’empreinte de la précédente : aucune ne peut être changée ou enlevée sans qu’on le voie.
log-none = Il n’y a encore rien ici.
log-row = ligne { $seq }
log-request = demande { $id }
log-older = Plus ancien
log-newest = Le plus récent
log-who-gone = Quelqu’un qui n’est plus membre
log-who-key = La clé d’API { $key }
log-who-link = Qui a ouvert un lien dans un courriel
log-who-admin = L’administrateur de cette installation
log-who-other = { $actor }
deed-unknown = a fait « { $action } »
deed-account-change = a changé son compte
deed-account-claim = s’est connecté pour la première fois comme détenteur de son adresse, ce qui a retiré au compte ce qui y était avant
deed-account-create = s’est connecté pour la première fois
deed-account-erase = a effacé son compte
deed-account-export = a pris une copie de ce que l’on sait de lui
deed-alert-keep = a répondu à une alerte : continuer à veiller
deed-channel-remove = a retiré une adresse qui recevait des courriels
deed-channel-unsubscribe = a arrêté tous les courriels à une adresse
deed-identity-begin = a commencé à ajouter une façon de se connecter
deed-identity-link = a ajouté une façon de se connecter
deed-identity-unlink = a retiré une façon de se connecter
deed-invitation-accept = a accepté une invitation
deed-invitation-create = a invité quelqu’un
deed-invitation-resend = a renvoyé une invitation
deed-invitation-revoke = a repris une invitation
deed-key-create = a créé une clé d’API
deed-key-revoke = a révoqué une clé d’API
deed-key-rotate = a remplacé une clé d’API
deed-member-change-role = a changé le rôle d’un membre
deed-member-erase = a été effacé avec son compte
deed-member-leave = est parti
deed-member-remove = a retiré un membre
deed-session-begin-confirm = a commencé à confirmer son identité
deed-session-confirm = a confirmé son identité
deed-session-end = a terminé une session
deed-session-end-others = a terminé toutes ses autres sessions
deed-session-rotate = a renouvelé une session
deed-session-start = s’est connecté
deed-tenant-close = a fermé cet espace
deed-tenant-erase = a effacé cet espace avec son compte
deed-tenant-open = a ouvert cet espace
deed-tenant-rename = a renommé cet espace
deed-tenant-resume = a remis cet espace en marche
deed-tenant-suspend = a suspendu cet espace
deed-tenant-transfer = a transmis cet espace
deed-watch-change = a changé une veille
deed-watch-create = a créé une veille
deed-watch-delete = a supprimé une veille
deed-watch-pause = a mis une veille en pause
deed-watch-resume = a repris une veille
deed-watch-stop = a terminé une veille : réservé
deed-channel-add = a ajouté une adresse où être prévenu
deed-channel-ask = a fait demander la confirmation d’une adresse
deed-channel-confirm = a confirmé une adresse
deed-channel-default = a changé si les nouvelles veilles préviennent une adresse
deed-channel-test = a envoyé un essai à une adresse
deed-watch-snooze = a mis une veille en sommeil jusqu’à un jour
