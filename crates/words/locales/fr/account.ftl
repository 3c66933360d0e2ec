# Comptes, sessions, connexion, invitations, vie privée.

invitation-accepted-title = Cette invitation a été acceptée
invitation-accepted = Elle ne sert qu’une fois. Si c’était vous, l’espace est dans votre liste.
invitation-expired-title = Cette invitation est trop ancienne
invitation-expired = Elle valait 72 heures. Demandez-en une autre à qui l’a envoyée.
invitation-revoked-title = Cette invitation a été reprise
invitation-revoked = Demandez-en une autre à qui l’a envoyée.
invitation-tenant-gone-title = Cette invitation ne mène plus nulle part
invitation-tenant-gone = L’espace est fermé ou suspendu. Demandez à qui l’a envoyée.
invitation-inviter-gone-title = Cette invitation ne vaut plus
invitation-inviter-gone = Qui l’a envoyée ne peut plus donner ce rôle. Demandez-en une autre à un autre administrateur de l’espace.
invitation-other-address-title = Cette invitation est pour une autre adresse
invitation-other-address = Vous pourrez entrer quand le compte avec lequel vous vous connectez aura prouvé l’adresse à laquelle elle a été envoyée. Déconnectez-vous, puis connectez-vous avec ce compte.
invitation-already-member-title = Vous êtes déjà membre
invitation-already-member = Il n’y a rien à rejoindre. Votre rôle reste le même.
invitation-plan-full-title = Il n’y a pas de place pour le moment
invitation-plan-full = La formule de l’espace n’a plus de place pour un membre. Demandez à qui a envoyé l’invitation ; elle vaut jusqu’à sa fin.
invitation-failed = Rien n’a été changé. Rouvrez le lien.
erased-title = Tout est effacé
erased = Votre compte, et tout ce qui n’était qu’à vous, a disparu. Aucun courriel ne suivra.
