"""Writes klik.xls and klik-1904.xls beside itself, with xlwt 1.3. The files are kept, so tests need no Python."""

import datetime
import pathlib

import xlwt

HEADINGS = ["Opgave-id", "Løsning", "Titel", "Beskrivelse", "Slutdato", "Procent", "Status", "Ansvarlig"]


def book(from_1904):
    workbook = xlwt.Workbook(encoding="utf-8")
    workbook.dates_1904 = from_1904
    date = xlwt.easyxf(num_format_str="dd-mm-yyyy")
    percent = xlwt.easyxf(num_format_str="0%")
    tasks = workbook.add_sheet("Opgaver")
    tasks.write(0, 0, "Udtræk 15-06-2018")
    for column, heading in enumerate(HEADINGS):
        tasks.write(2, column, heading)
    for number in range(120):
        row = 3 + number
        tasks.write(row, 0, "KLIK-%d" % (1001 + number))
        tasks.write(row, 1, "BBR")
        tasks.write(row, 2, "Opgave %d: ryd op i æøå" % number)
        tasks.write(row, 3, ("Lang beskrivelse nr. %d med tegn → – “citat” " % number) * 3)
        tasks.write(row, 4, datetime.date(2018, 6, 15) + datetime.timedelta(days=number), date)
        tasks.write(row, 5, (number % 5) * 0.25, percent)
        tasks.write(row, 6, "I gang")
        tasks.write(row, 7, "Åse Ørsted")
    tasks.write(123, 0, 1122)
    tasks.write(123, 1, "BBR")
    tasks.write(123, 2, "Sidste")
    tasks.write(123, 4, "31-06-2018")
    tasks.write(123, 5, xlwt.Formula("1/0"))
    projects = workbook.add_sheet("Projekter")
    for column, heading in enumerate(["Projekt", "Navn", "Udrulning"]):
        projects.write(0, column, heading)
    projects.write(1, 0, "BBR")
    projects.write(1, 1, "Bygnings- og Boligregistret")
    projects.write(1, 2, datetime.date(2018, 11, 1), date)
    return workbook


folder = pathlib.Path(__file__).parent
book(False).save(str(folder / "klik.xls"))
book(True).save(str(folder / "klik-1904.xls"))
