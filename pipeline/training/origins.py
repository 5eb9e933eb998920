"""Names borne in France that the sources of ``pipeline/training/lexicons.py`` lack, or spell
without their accents: Breton, Maghrebi, Portuguese, West and Central African, Malagasy, Comorian,
South-East Asian and Turkish ones, as they are written in France. Written for this project
(Apache-2.0) from what is known of such names; no list of persons stands behind them.
"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


GIVEN = _words(
    """
    Aela Annaïk Arzhel Arzhela Azenor Azeline Bleunvenn Budoc Derrien Divi Donan Elowen Eodez
    Fañch Fragan Gaëlig Gaïd Ganaël Gladez Goulwena Gwenhaël Hoël Iffig Jakez Kaourintin Konogan
    Lenaïg Loïg Lomig Maëlann Marivonig Meriadeg Mériadec Naïg Nominoë Oanell Oanelle Onenn Padrig
    Paol Perig Primel Riwal Riwanon Roparz Sezni Sklaerenn Steren Tudual Tugal Visant Winoc Yvonig
    Ahmed Akram Ali Amal Anas Asmaa Aya Hanan Hussein Kamal Khaled Kheïra Mahmoud Maryam Mohammed
    Omar Sara Taha Wafaa Yahya Ziad
    Alberto Ana Armando Augusto Carlos Cristina Fernanda Fernando Francisca Francisco Glória Isabel
    Jacinto João Jorge Júlio Lídia Luís Luísa Mariana Marta Mónica Paula Raquel Ricardo Rita Rodrigo
    Rosa Rosário Susana Tomás Vítor
    Adjoa Adjoua Affoué Ahou Akoua Amélé Amenan Amoin Assétou Diaryatou Efua Ekoua Essi Ismaïla
    Jainaba Komlan Kouamé Médoune N'Deye Ndèye Nène Ngoné Niakalé Ouleymatou Siré Soumaïla Tiémoko
    Tiguidanké Yandé Zeinab Zénab Mbuyi Ngalula Tshala Anfani Zaïnaba Faniry Nivo Onja Ravaka Tojo
    Tsiry Voahirana
    Chi Cuc Danh Dong Han Hiep Hoai Hoan Huu Khai Khoa Khoi Manh Ngan Nghia Nguyet Nhan Phat Quoc
    Quy Suong Thinh Thoa Thuan Trong Tung Tuyen Uyen Yen
    Asli Baris Hasan Nur Yildiz Yilmaz
    """
)

SURNAMES = _words(
    """
    Abalain Balanant Bodénès Bohec Coatanéa Coatmeur Corfdir Creac'h Daniélou Daoulas Denniel
    Diraison Doaré Drévillon Drogou Férec Floc'h Galliou Goasdoué Goasguen Golvan Gouérou Gourvennec
    Guéguénou Guéguiniat Guénégou Guével Guivarc'h Guyomarc'h Hascoët Hélias Hénaff Jaffrès
    Jaffrézic Kerampran Kerautret Kerbiriou Kerboul Kerdoncuff Kerguélen Kerhoas Kerloc'h Kernéis
    Kerouanton Kerrien Kersalé Kerviel Le_Braz Le_Clec'h Le_Floc'h Le_Mao Le_Men Le_Nours Le_Pen
    Le_Scornet Le_Treut Le_Vern L'Haridon L'Helgouac'h L'Hostis Lozac'h Mazéas Ménez Meudec Mével
    Omnès Plassart Quéau Quéméner Quéméneur Quémeneur Rivoalen Rosec Ségalen Seité Sévellec Squiban
    Talarmin Tersiguel Thépaut Tréguer Trellu Trividic Tymen Urvoas
    Abbas Aït Belaïd Benaïssa Bensaïd Bougherara Bouhadjar Bourouba Boussaïd Chaïb El_Khattabi
    El_Ouafi Habib Hacène Hamza Khaled Mansour Msakni Naceri Naït Ouazzani Oubella Saad Salah Salem
    Sekkal Smaïli Zaïdi Zerhouni
    D'Almeida Barreto Calado Campos Castro Conceição Cruz Galvão Guimarães Jesus Pacheco Queirós
    Bâ Berthé Diakhaté Diané Diankha Diarisso Diédhiou Dièye Fané Gning Guèye Kébé Lô Maïga Mballo
    M'Baye M'Bodji N'Diaye N'Dour N'Doye Ouologuem Sabaly Samaké Sène Soumano Thioub Timéra Togola
    Wagué Yattara Compaoré Ilboudo Kaboré Nikiéma Ouédraogo Tiendrébéogo Yaméogo Zoungrana
    Adjovi Agossou Ahouansou Aka Amegan Amouzou Bohoussou Gbagbo Houénou Houngbédji Hounsou Kablan
    Koudjo Kpodar N'Dri N'Guessan Soglo Zinsou
    Bakala Diakiese Ilungu Kabila Loemba Lukaku Lumumba M'Bemba Milandou Moukoko Mpassi Mpoyi
    Mulumba N'Goma N'Kounkou Ngandu Nlandu Nzaba Okemba Tshibangu Tshimanga Tshisekedi
    Abena Ateba Djoumessi Essomba Essono Eto'o Mbarga Moussavou Ngassa Nguema Njoya Nkoulou Nze
    Obame Onana Ondoua Owona Tchatchoua Youmbi
    Andriamanana Andriamihaja Andrianarivo Andriantsoa Rabearivelo Rakotoarisoa Rakotondrabe
    Rakotonirina Rakotovao Randriamihaja Randrianarisoa Randrianasolo Rasoanaivo Rasolofo
    Rasolonjatovo Ratsimba Ratsiraka Ravelo Ravelojaona Razafimandimby Razafindrakoto Razafy
    M'Changama
    Giang Ho Huu Khuc Khuong Kieu Lai Lieu Nghiem Ninh Quan Tan Tieu Trieu Vinh
    Chhim Inthavong Nhem Phetsarath Phommachanh Sayavong Sisavath Soun Souvannavong Srey Tep Touch
    Vongsavath Yim
    Akbas Akgün Avci Aydin Cakir Çakir Celik Çelik Ergün Gür Isik Kilic Kilinc Köse Ozcan
    Özcan Özçelik Sari Türk Ünal Yildirim Yildiz Yilmaz Yücel Yüksel
    """
)
