"""Given names, surnames, places and words from which people and services are invented.

Common in France, of all its regions and origins; no list of real persons stands behind them.
"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _entries(text: str) -> tuple[str, ...]:
    return tuple(entry.strip() for entry in text.split(";"))


GIVEN = _words(
    """
    Adèle Adrien Agnès Aïcha Aïssatou Alain Albane Alexandre Alexis Alice Aline Alix Alizée Amadou
    Amandine Ambre Amélie Amina Ana Anaëlle Anaïs Andréa Angélique Anne Annick Anthony Antoine
    António Apolline Armel Arnaud Arthur Arzhela Astrid Aude Audrey Aurélie Aurélien Axelle Awen
    Ayoub Aziliz Baptiste Bastien Béatrice Bénédicte Benjamin Benoît Bérengère Bernadette Bernard
    Bertrand Binh Bixente Blandine Blanche Brahim Brice Brieuc Brigitte Bruno Camille Carine Carole
    Caroline Cassandre Catherine Cécile Cédric Céleste Célia Céline Chantal Charlène Charlotte
    Chloé Christelle Christian Christine Christophe Claire Clara Claudine Clémence Clément Clotilde
    Colette Coralie Corentin Corinne Cyril Damien Daniel Danièle David Deborah Delphine Denis
    Denise Didier Djamila Dominique Donatien Dorothée Édith Édouard Élisa Élisabeth Élise Élodie
    Éloïse Elorri Émeline Émilie Émile Emma Emmanuel Emmanuelle Enora Enzo Éric Erwan Erwann
    Estelle Esteban Eugénie Ève Évelyne Fabien Fabienne Fabrice Fanny Farid Fatima Fatou Félix
    Fernanda Firmin Florence Florent Floriane François Françoise Frédéric Frédérique Gabriel
    Gabrielle Gaël Gaëlle Gaétan Garance Gauthier Geneviève Geoffroy Georges Gérald Gérard Ghislaine
    Gilles Goulven Grégory Guénolé Guillaume Guilhem Gurvan Gwenaël Gwendal Gwendoline Gwladys
    Habib Hakim Hamza Haude Hélène Héloïse Henri Hervé Hippolyte Honorine Huong Hugo Ibrahima Inès
    Ingrid Irène Isabelle Ismaël Iban Jacques Jade Jean Jeanne Jennifer Jérémie Jérémy Jérôme
    Joachim João Joël Joëlle Jonathan Joseph Joséphine Josiane Jules Julie Julien Juliette Justine
    Kader Karim Karine Katell Katia Kévin Khadija Koffi Laëtitia Lamia Laora Laura Laure Laurence
    Laurent Léa Leïla Léna Léo Léonie Léopold Liam Lilian Linda Lise Livia Loeiza Loïc Loïs Lola
    Louis Louise Louna Luc Lucas Lucie Lucile Ludivine Ludovic Lydie Lys Madeleine Maël Maelenn
    Maëlys Mahaut Maïlys Maite Malika Malo Mamadou Manon Manuel Marc Margaux Margot Marguerite
    Maria Marianne Marie Marielle Marine Mariama Marion Marlène Martial Martin Martine Maryse
    Maryvonne Mathieu Mathilde Matthieu Maud Maurice Maxime Mehdi Mélanie Mélissa Mickaël Michèle
    Michel Minh Mireille Mohamed Monique Morgane Moussa Mouna Muriel Myriam Nabil Nadège Nadia
    Naïma Naïs Nathalie Nathan Nicolas Nicole Noé Noémie Nolwenn Nora Océane Odile Olga Olivier
    Ondine Oscar Osvaldo Oumar Pascal Pascale Patrice Patricia Patrick Paul Paule Pauline Pélagie
    Perrine Philippe Pierre Pierrick Priscilla Quentin Quitterie Rachel Rachid Raphaël Raymonde
    Rebecca Régine Régis Rémi Rémy Renaud René Renée Richard Riwal Robert Rodolphe Rodrigue Roger
    Roland Romain Romane Rosalie Rose Roseline Rozenn Ryad Sabine Sabrina Salimata Salomé Samia
    Samir Samuel Sandra Sandrine Sarah Saskia Sébastien Ségolène Serge Séverine Sidonie Simon Simone
    Siham Soazig Sofiane Solange Solène Sonia Sophie Stanislas Stéphanie Suzanne Sylvain Sylvestre
    Sylvie Tanguy Tatiana Théo Thérèse Thi Thibault Thierry Thomas Tiago Tifenn Timothée Tiphaine
    Titouan Tristan Tugdual Ulysse Urbain Ursule Valentin Valentine Valérie Vanessa Victoire Victor
    Vincent Viviane Wassim Wilfried Xavier Yacine Yaël Yannick Yasmine Yolande Youenn Youssef Yves
    Yvette Yvonne Zakaria Zeïneb Zélie Zohra
    """
)

COMPOUND_GIVEN = _words(
    """
    Anne-Cécile Anne-Gaëlle Anne-Laure Anne-Lise Anne-Marie Anne-Sophie Charles-Édouard
    Jean-Baptiste Jean-Christophe Jean-Claude Jean-François Jean-Loup Jean-Luc Jean-Marc Jean-Michel
    Jean-Noël Jean-Paul Jean-Philippe Jean-Pierre Louis-Marie Lou-Ann Marie-Ange Marie-Astrid
    Marie-Christine Marie-Claude Marie-Claire Marie-Françoise Marie-Hélène Marie-Jo Marie-Laure
    Marie-Line Marie-Noëlle Marie-Odile Marie-Paule Marie-Pierre Marie-Thérèse Paul-Henri
    Pierre-Alain Pierre-Yves Rose-Marie Yann-Ber
    """
)

SURNAMES = _words(
    """
    Abgrall Abdallah Achour Adam Aguirre Alary Albert Alves Amrani Andrieux Antoine Aoustin Arnaud
    Arnoult Aubert Aubin Audrain Auger Azevedo Bâ Bachelet Bailly Balde Barbier Baron Barre Barreto
    Barthélemy Bastide Baudouin Bauer Beauchêne Bégué Bellec Belkacem Benali Benoist Bensaïd
    Bernard Berthelot Bertho Bertin Besnard Bihan Billaud Biscarrat Blanchard Blin Blondel Bodin
    Boissière Bonnet Bonnin Bouchard Boucher Bouchet Bougeard Boulanger Boulay Bourdin Bourgeois
    Boutin Bouvier Brault Bréhier Breton Briand Brisset Brossard Brunet Burel Caillé Camara Cardoso
    Carré Carvalho Castaing Cazenave Chaïb Charpentier Charrier Chartier Chauvin Chérif Chevalier
    Cissé Claudel Clément Coëffic Cohen Colas Collet Corbel Corre Cosson Coulibaly Courtois Couëdic
    Cousin Coutant Crépin Créach Cuziat Dabo Dahmani Daniel Daoud Darrieux Dautrey David
    Deniaud Derrien Desbois Deschamps Diallo Diarra Dieudonné Diop Doaré Drouin Dubois Dubreuil
    Duchêne Dufour Dumoulin Dumont Dupont Duprat Durand Duthoit Duval Duvivier Ébrard Eckert
    Elissalde Émeriau Ernst Esnault Étcheverry Étienne Évanno Évin Fabre Faucheux Favreau Faÿ
    Ferré Ferreira Ferrand Fischer Fleury Floc'h Fofana Fontaine Forget Fournier Fraisse Fraïssé
    Frémont Gallais Garnier Gauthier Gautier Geffroy Génin Gérard Germain Ghazi Gicquel Giraud
    Girault Godard Gomes Gonçalves Gouëzou Gougeon Goyat Granger Grégoire Grosjean Guéguen Guérin
    Guého Guichard Guillou Guinard Guyomarc'h Guyot Haddad Hamelin Hamon Hardy Haro Hascoët Haye
    Hélias Helft Henry Hernandez Hoarau Hochart Houdayer Houssin Huet Humbert Hamidou Ibarra Inizan
    Ihuel Iribarne Jacob Jacquet Jamet Jaouen Jarry Jestin Joubert Joly Jouan Jouanne Jourdain Juhel
    Julienne Kaci Kaplan Keïta Keller Kerbrat Kerdoncuff Kergoat Kerhervé Kieffer Klein Koffi Konaté
    Kone Kouassi Labbé Lachaud Lacroix Lafitte Lagarde Lahaye Lainé Lallemand Lambert Langlois
    Larralde Larzul Laurent Lavigne Lebreton Lebrun Leclerc Lecomte Lefebvre Lefeuvre Legrand
    Lemaître Lemoine Lenoir Léon Lepage Leroy Lesage Letellier Lévêque Lévy Lopes Louarn Loïs Lozach
    Lucas Madec Magnier Mahé Maillard Malherbe Mallet Marchand Maréchal Marquès Marrec Martel
    Martineau Martins Masson Mathieu Maury Mbaye Mazé Méhaignerie Mendès Mendy Menguy Mercadal
    Mérel Mesnard Metzger Meunier Meyer Michaud Mignon Mokrani Monnier Montfort Moreau Morel
    Morice Morin Mouëllic Moulin Moysan Muller Müller Nédélec N'Diaye N'Guessan Ngo Nguyen Nicolas
    Noël Normand Oger Olivier Orhant Ouali Ouattara Oudin Oukrif Pageot Paillard Pasquier Paulin
    Peltier Pennec Péron Perrault Perrot Petit Pham Philippe Picard Pichon Piriou Plantard Poirier
    Poulain Prévost Prigent Quéré Quérou Quesnel Quintin Rabot Raimbault Ramos Rault Raynaud Regnier
    Rémond Renaud Reynaud Ribeiro Richard Riou Rivière Robert Roche Rodrigues Rolland Romero Rossi
    Roudaut Rousseau Roussel Roy Ruault Saïdi Salaün Salmon Sanchez Sangaré Sauvage Sauzéa Schaeffer
    Schmitt Schneider Schwartz Ségalen Seznec Sibiril Simon Sissoko Soares Sonnic Stéphan Talbot
    Talec Tavares Tessier Texier Thébault Thévenin Thibaud Thomas Tirel Toulemonde Tournier Touré
    Tran Traoré Tréguer Trividic Troadec Truong Turpin Urvoy Vaillant Valentin Vallée Varenne
    Vasseur Verdier Verger Vernier Viaud Vidal Vigneron Villeneuve Vilain Vincent Voisin Vu Wagner
    Walter Weber Weiss Yahiaoui Yvon Zerrouki Zidane Ziegler Zimmermann
    """
)

PARTICLE_SURNAMES = _entries(
    """
    Le Bihan; Le Bail; Le Borgne; Le Calvez; Le Dantec; Le Floc'h; Le Gall; Le Guen; Le Meur;
    Le Moigne; Le Nédélec; Le Pape; Le Quéré; Le Roux; Le Saux; Le Tallec; L'Helgoualc'h;
    L'Hermite; L'Azou; L'Haridon; D'Almeida; D'Hondt; d'Argentré; d'Hervilly; de Castro;
    de Kersauson; de la Motte; de La Fontaine; de Oliveira; de Souza; De Sousa; Da Costa;
    Da Silva; Dos Santos; du Bois; du Plessis; Du Chatelier; El Amrani; El Idrissi; El Khattabi;
    Ben Salah; Ben Youssef; Ait Ahmed; Aït Saïd; La Spina; Di Marco; Van Damme; Vanden Berghe;
    Lê Van; O'Connor
    """
)

TOWNS = _entries(
    """
    Angers; Ancenis; Auray; Blain; Bréal-sous-Montfort; Bressuire; Brest; Bruz; Caen; Carhaix;
    Challans; Châteaubriant; Châteaulin; Cholet; Clisson; Combourg; Concarneau; Dinan; Dinard;
    Douarnenez; Ernée; Évron; Fontenay-le-Comte; Fougères; Guérande; Guingamp; Hennebont; Janzé;
    La Flèche; La Roche-sur-Yon; Lamballe; Landerneau; Landivisiau; Lannion; Laval; Le Mans;
    Liffré; Lorient; Loudéac; Machecoul; Mayenne; Montaigu; Morlaix; Nantes; Nort-sur-Erdre;
    Paimpol; Pléneuf; Ploërmel; Plouzané; Pontivy; Pornic; Quimper; Quimperlé; Redon; Rezé;
    Sablé; Saint-Brieuc; Saint-Herblain; Saint-Malo; Saint-Nazaire; Saint-Pol-de-Léon; Saumur;
    Ségré; Vannes; Vertou; Vitré; l'Île-d'Yeu
    """
)

DEPARTMENTS = _entries(
    """
    de la Loire-Atlantique; du Maine-et-Loire; de la Mayenne; de la Sarthe; de la Vendée;
    du Finistère; du Morbihan; des Côtes-d'Armor; d'Ille-et-Vilaine; de la Manche; du Calvados;
    des Deux-Sèvres; d'Indre-et-Loire; de l'Orne
    """
)

HOUSES = _entries(
    """
    Les Ajoncs; Les Alizés; L'Ancrage; L'Arbre de Vie; Les Bruyères; Le Cap; Les Capucines;
    La Chrysalide; Les Clos Fleuris; La Clairière; Les Cormiers; Le Courtil; L'Éclaircie;
    L'Embarcadère; L'Escale; L'Estran; Les Fougères; La Gaudinais; Le Gué; Les Genêts; Les Glycines;
    Le Goéland; La Grande Lande; Kan ar Mor; Ker Ys; Ker Huella; Le Logis; La Maison Bleue;
    Le Moulin Neuf; L'Olivier; La Passerelle; Le Phare; Les Pléiades; Le Relais; Roz Avel;
    La Sauldraie; Les Sittelles; Le Sillage; Saint-Yves; Sainte-Anne; Ti Glas; Les Tilleuls;
    La Traversée; Tremplin; Les Trois Rivières; Le Val d'Erdre; Horizon; Trait d'Union; Rebond
    """
)

SERVICES = _entries(
    """
    CHRS {house}; ESAT {house}; IME {house}; ITEP {house}; SAVS {house}; SAMSAH {house};
    Foyer de vie {house}; Foyer {house}; FAM {house}; MAS {house}; EHPAD {house}; SESSAD {house};
    Centre social {house}; Résidence {house}; Association {house}; Accueil de jour {house};
    Entreprise adaptée {house}; Maison relais {house}; Pension de famille {house}; GEM {house};
    CCAS de {town}; C.C.A.S. {town}; CIAS {town}; Mission Locale {town}; Mairie de {town};
    Centre hospitalier de {town}; SAVS de {town}; MDPH {department}; UDAF {department};
    U.D.A.F. {number}; ADAPEI {number}; Adapei {department}; ADMR {town}; APAJH {number};
    Conseil départemental {department}; Département {number} - ASE; ATI {number};
    Sauvegarde {number}; Entraide & Logement {town}; CMP {town}; CAARUD {house}
    """
)

PROVIDERS = (
    *("orange.fr", "orange.fr", "wanadoo.fr", "gmail.com", "gmail.com", "gmail.com", "free.fr"),
    *("laposte.net", "hotmail.fr", "hotmail.com", "outlook.fr", "outlook.com", "yahoo.fr"),
    *("live.fr", "sfr.fr", "bbox.fr", "neuf.fr", "icloud.com", "protonmail.com", "gmx.fr"),
)
