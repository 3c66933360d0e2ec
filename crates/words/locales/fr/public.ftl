# Pages pour tout le monde.

home-title = De la place sur les ferries complets, annoncée à temps
home-lead = FerryAlert surveille les traversées complètes pour les camping-cars et autres grands véhicules, et vous prévient dès qu’une place se libère.
