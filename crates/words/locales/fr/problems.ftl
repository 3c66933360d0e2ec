# Ce qui n’a pas marché, et où mènent les liens.

# Ce que c’est en général.
problem-bad_request = La demande est illisible
problem-key_in_url = Une clé n’a rien à faire dans une adresse
problem-unauthenticated = Il faut une clé d’API valable
problem-forbidden = Cette clé ne permet pas cela
problem-signed_out = Connectez-vous
problem-not_allowed = Votre rôle ne permet pas cela
problem-foreign_form = Ce formulaire ne vient pas de notre page
problem-confirm_first = Confirmez que c’est bien vous
problem-sign_in_refused = Cette connexion n’a pas abouti
problem-provider_silent = Cette façon de se connecter ne marche pas pour le moment
problem-not_found = Il n’y a rien ici
problem-method_not_allowed = Cette adresse ne répond pas à cette méthode
problem-timeout = La demande a duré trop longtemps
problem-conflict = La demande ne correspond pas à l’état présent
problem-plan_limit = La limite de la formule est atteinte
problem-operator_off = Cette compagnie n’est pas interrogée pour le moment
problem-too_large = La demande est trop grande
problem-unsupported_media_type = Le contenu doit être en JSON
problem-invalid = Quelque chose ne va pas dans la demande
problem-too_many_requests = Trop de demandes
problem-busy = Il se passe trop de choses en même temps
problem-failed = Cela n’a pas marché

# Ce qui s’est passé cette fois.
not-found = Cela n’existe pas, ou n’est pas à vous.
not-taken = Rien n’a été changé. Revenez en arrière, regardez ce que vous avez envoyé et réessayez.
signed-out = Vous avez été déconnecté, ici ou par vous-même ailleurs. Rien n’a été changé.
sign-in-refused = Rien n’a été changé. Une connexion sert une seule fois, dans les dix minutes, dans le navigateur où elle a commencé ; ou bien vous avez dit non là-bas.
provider-silent = { $provider } ne répond pas comme il faut. Rien n’a été changé ; réessayez dans une minute ou connectez-vous autrement.
not-allowed-role = Rien n’a été changé : le rôle { $role } ne permet pas cela. Un propriétaire de cet espace peut changer votre rôle.
foreign-form = Rien n’a été changé. Rouvrez la page et envoyez le formulaire depuis celle-ci.
confirm-first = Quiconque trouve votre appareil déverrouillé pourrait le faire sans retour possible : il faut donc une connexion de moins de dix minutes. Rien n’a été changé.
confirm-first-go = Confirmer que c’est bien vous
too-often-of = Cela marche { $times } fois de suite, puis une fois toutes les { $every }. Rien n’a été fait. Revenez dans { $again }.
too-many-at-once = { $n } demandes de cet espace sont en cours. Attendez la fin de l’une d’elles, puis renvoyez celle-ci.
too-often = Revenez dans { $seconds } s.
busy = Rien n’a été changé. Réessayez dans un instant.
failed = L’erreur vient de nous et a été notée ; rien n’a été changé.
problem-request = Si vous nous écrivez, citez cette demande : { $id }
problem-home = À la première page
problem-explained = Les problèmes du type { $word } ont le statut { $status }. Le détail en dit plus.

# Liens des courriels.
link-unknown-title = Ce lien ne marche plus
link-unknown = Il est peut-être tronqué, trop ancien, ou concerne une alerte qui n’est plus gardée. Ouvrez le dernier courriel de cette veille et prenez le lien qui s’y trouve.
link-stop-title = Réservé ?
link-stop = Votre veille se termine et ses alertes cessent. Vous pouvez en commencer une autre à tout moment.
link-stop-go = Réservé, arrêter
link-keep-title = Pas encore ?
link-keep = Votre veille continue, et vous serez prévenu de la prochaine place aussi.
link-keep-go = Continuer à veiller
link-unsubscribe-title = Ne plus rien envoyer à cette adresse ?
link-unsubscribe = Plus aucune veille n’écrira à cette adresse. Vos veilles restent comme elles sont.
link-unsubscribe-go = Arrêter tous les courriels
link-ended-title = Cette veille est terminée
link-ended = Il n’y a plus rien à surveiller. Commencez une nouvelle veille pour apprendre la prochaine place.
link-stopped-title = Votre veille est terminée
link-stopped = Bonne traversée.
link-kept-title = Nous continuons à veiller
link-kept = Vous aurez de nos nouvelles dès que la prochaine place s’ouvre.
link-unsubscribed-title = Plus de courriels à cette adresse
link-unsubscribed = Vos veilles restent comme elles sont ; elles cessent seulement de vous écrire ici.
