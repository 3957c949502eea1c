"""The invented people of the demonstration, and their accounts."""

import secrets
import unicodedata
from datetime import datetime

from sqlalchemy.orm import Session

from lms.models.accounts import Account

STAFF = (
    ("Dr Adaeze Okafor", "Psychiatrist", "administrator"),
    ("Jonas Ward", "Clinical psychologist", "instructor"),
    ("Ruth Abenov", "Psychiatric nurse practitioner", "administrator"),
    ("Dr Marit Solheim", "Psychiatrist", "director"),
    ("Imani Clarke", "Clinical psychologist", "educator"),
    ("Beatrix Lund", "Licensed clinical social worker", "educator"),
    ("Samir Rahman", "Clinical psychologist", "supervisor"),
    ("Elke Vogt", "Quality auditor", "auditor"),
    ("Noor Karimi", "Clinic manager", "partner"),
)
FORMER = """Tunde Adeyemi|Katharina Brandt|Milica Ćosić|Nomvula Dlamini|Lucía Estrada Ruiz
Farid Haddad|Gwenllian Ŵyn Harries|Ingrid Halvorsen|Jamal Whitfield|Keiko Tanaka
Lena Marković|Mateus Nogueira|Niamh Ó Súilleabháin|Oksana Petrenko"""
PRESENT = """Aroha Ngata|Björn Lindqvist|Chidinma Eze|Dariusz Wójcik|Eleni Papadopoulou
Fatima Zahra El Amrani|Giulia Ferrante|Hye-jin Park|Ioana Dumitrescu|Jyoti Ramaswamy
Kwame Mensah|Leo Ferreira|Mariam Khoury|Nguyễn Thị Minh Khai|Olumide Bankole
Priya Venkataraman|Quentin Lefèvre|Rosa María Delgado Fuentes|Sofía Valenzuela|Tomáš Novák
Ursula Maria Theresia von Hohenfeld-Lindenberg|Viktor Sørensen|Wanjiru Kamau|Xiomara Castellanos
Yusuf Demir|Zofia Kaczmarek"""
PLAIN = str.maketrans("øðı", "odi")
# She holds a certificate, and its renewal is due.
HOLDER = "Lena Marković"


def email(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.removeprefix("Dr ").translate(PLAIN))
    words = plain.encode("ascii", "ignore").decode().lower().split()
    return f"{words[0]}.{words[-1]}@northgate.example"


def account(session: Session, name: str, job: str, hashed: str, at: datetime) -> Account:
    made = Account(
        email=email(name),
        password=hashed,
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        confirmed_at=at,
        full_name=name,
        profession=job,
        created_at=at,
    )
    session.add(made)
    session.flush()
    return made
