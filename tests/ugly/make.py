"""Makes the ugly workbooks of this folder: python3 tests/ugly/make.py

The standard library alone writes them, part by part, so that each can be wrong in its own way. Some need a package from
PyPI and are left as they are where it is missing: xlwt (the old .xls), msoffcrypto-tool (the one with a password) and
pyarrow (Parquet).
All people are invented.
"""

import io
import re
import struct
import zipfile
import zlib
from pathlib import Path

HERE = Path(__file__).parent
FIRST, SECOND, THIRD = "362401196503120012", "11010519491231002X", "360821197011052025"
PEOPLE = [["姓名", "身份证号", "备注"], ["王五", FIRST, ""], ["李四", SECOND, "老人"]]

NAMESPACES = (
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = (
    f'<styleSheet {NAMESPACES}><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1">'
    '<border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/>'
    '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def letters(column):
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Day:
    """A serial number shown as a date."""

    def __init__(self, serial):
        self.serial = serial


class Raw:
    """A cell as XML, with {} for its reference."""

    def __init__(self, xml):
        self.xml = xml


def cell(reference, value):
    if isinstance(value, Raw):
        return value.xml.replace("{}", reference)
    if isinstance(value, Day):
        return f'<c r="{reference}" s="1"><v>{value.serial}</v></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{reference}"><v>{value}</v></c>'
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def sheet(rows, merges=(), dimension=None, hidden_rows=(), hidden_columns=()):
    """A sheet's XML; rows are lists of values, blank ones left out."""
    lines = []
    for at, row in enumerate(rows, start=1):
        cells = "".join(cell(f"{letters(i)}{at}", value) for i, value in enumerate(row) if value != "")
        hidden = ' hidden="1"' if at in hidden_rows else ""
        lines.append(f'<row r="{at}"{hidden}>{cells}</row>')
    said = f'<dimension ref="{dimension}"/>' if dimension else ""
    columns = "".join(f'<col min="{at}" max="{at}" hidden="1"/>' for at in hidden_columns)
    columns = f"<cols>{columns}</cols>" if columns else ""
    merged = "".join(f'<mergeCell ref="{merge}"/>' for merge in merges)
    merged = f"<mergeCells>{merged}</mergeCells>" if merged else ""
    return f'<worksheet {NAMESPACES}>{said}{columns}<sheetData>{"".join(lines)}</sheetData>{merged}</worksheet>'


def book(sheets, old_days=False, shared=None, states=None, chart=None):
    """The parts of a workbook: name of part to text. `sheets` are names with XML; `chart` is the name of a chart sheet."""
    states = states or {}
    names = [name for name, _ in sheets] + ([chart] if chart else [])
    listed = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"' + (f' state="{states[name]}"' if name in states else "") + "/>"
        for i, name in enumerate(names, start=1)
    )
    days = '<workbookPr date1904="1"/>' if old_days else ""
    parts = {
        "xl/workbook.xml": f"<workbook {NAMESPACES}>{days}<sheets>{listed}</sheets></workbook>",
        "xl/styles.xml": STYLES,
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
    }
    relations, types = [], []
    for i, (_, xml) in enumerate(sheets, start=1):
        parts[f"xl/worksheets/sheet{i}.xml"] = xml
        relations.append((f"rId{i}", "worksheet", f"worksheets/sheet{i}.xml"))
        types.append((f"/xl/worksheets/sheet{i}.xml", "worksheet"))
    if chart:
        parts["xl/chartsheets/sheet1.xml"] = f"<chartsheet {NAMESPACES}/>"
        relations.append((f"rId{len(sheets) + 1}", "chartsheet", "chartsheets/sheet1.xml"))
        types.append(("/xl/chartsheets/sheet1.xml", "chartsheet"))
    relations.append(("rId90", "styles", "styles.xml"))
    types.append(("/xl/styles.xml", "styles"))
    if shared is not None:
        items = "".join(f"<si><t>{escape(text)}</t></si>" for text in shared)
        parts["xl/sharedStrings.xml"] = f'<sst {NAMESPACES} count="{len(shared)}" uniqueCount="{len(shared)}">{items}</sst>'
        relations.append(("rId91", "sharedStrings", "sharedStrings.xml"))
        types.append(("/xl/sharedStrings.xml", "sharedStrings"))
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{RELATIONS}">' + "".join(
        f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{target}"/>' for i, kind, target in relations
    ) + "</Relationships>"
    prefix = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    parts["[Content_Types].xml"] = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{prefix}sheet.main+xml"/>'
        + "".join(f'<Override PartName="{part}" ContentType="{prefix}{kind}+xml"/>' for part, kind in types)
        + "</Types>"
    )
    return parts


def packed(parts):
    """A zip of parts, the same bytes each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts):
            info = zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            data = parts[name]
            if isinstance(data, str):
                data = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + data.encode()
            archive.writestr(info, data)
    return out.getvalue()


def write(name, data):
    (HERE / name).write_bytes(data)


def one(rows, **said):
    return packed(book([("名册", sheet(rows, **said))]))


def main():
    header = PEOPLE[0]
    # Where the table stands.
    instructions = [["填表说明"], ["1．请按身份证如实填写，不得更改表头。"], ["2．金额保留两位小数。"]]
    write("051-instructions-on-the-first-sheet.xlsx", packed(book([("说明", sheet(instructions)), ("数据", sheet(PEOPLE))])))
    towns = [("永阳镇", sheet(PEOPLE[:2])), ("敦厚镇", sheet([header, PEOPLE[2]])), ("下拉选项", sheet([["男"], ["女"], ["是"], ["否"]]))]
    write("052-a-sheet-for-each-township.xlsx", packed(book(towns)))
    # Identity numbers and dates as cells hold them.
    write("061-numbers-in-numeric-cells.xlsx", one([header[:2], ["王五", 362401196503120012], ["李四", 110105194912310000]]))
    dated = [["姓名", "身份证号", "出生日期"], ["王五", FIRST, Day(23813 - 1462)], ["李四", SECOND, Day(18263 - 1462)]]
    write("073-days-of-the-1904-system.xlsx", packed(book([("名册", sheet(dated))], old_days=True)))
    # Households.
    block = [
        ["户主姓名", "户主身份证号", "保障人口", "月保障金额", "家庭成员姓名", "家庭成员身份证号"],
        ["王五", FIRST, 2, 640, "王五", FIRST],
        ["", "", "", "", "李四", SECOND],
        ["赵六", THIRD, 1, 320, "赵六", THIRD],
    ]
    write("089-household-merged-over-its-people.xlsx", one(block, merges=["A2:A3", "B2:B3", "C2:C3", "D2:D3"]))
    # Workbooks.
    far = sheet([header[:2], ["王五", FIRST]]).replace(
        "</sheetData>", '<row r="1048576">' + cell("XFD1048576", "x") + "</row></sheetData>"
    )
    write("090-cell-in-the-last-corner.xlsx", packed(book([("名册", far)])))
    whole = one(PEOPLE)
    write("091-torn-off.xlsx", whole[: len(whole) * 2 // 3])
    write("092-text-named-xls.xls", "\n".join("\t".join(row) for row in PEOPLE).encode("gb18030"))
    letter = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'
    write("093-word-document-named-xlsx.xlsx", packed({"word/document.xml": letter, "[Content_Types].xml": "<Types/>"}))
    write("094-pdf-named-xls.xls", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
    write("095-empty-sheet.xlsx", packed(book([("名册", sheet([]))])))
    hidden = book([("名册", sheet(PEOPLE[:2])), ("旧数据", sheet([header, PEOPLE[2]]))], states={"旧数据": "hidden"})
    write("096-hidden-sheet.xlsx", packed(hidden))
    write("097-chart-sheet.xlsx", packed(book([("名册", sheet(PEOPLE))], chart="图表")))
    write("098-dimension-too-small.xlsx", one(PEOPLE, dimension="A1:A1"))
    shared = ["姓名", "身份证号", "王五", FIRST, "李四"]
    at = lambda index: Raw(f'<c r="{{}}" t="s"><v>{index}</v></c>')
    out_of_range = sheet([[at(0), at(1)], [at(2), at(3)], [at(4), at(99)]])
    write("099-shared-text-that-is-not-there.xlsx", packed(book([("名册", out_of_range)], shared=shared)))
    error = Raw('<c r="{}" t="e"><f>VLOOKUP(A2,X:Y,2,0)</f><v>#N/A</v></c>')
    write("100-formula-errors.xlsx", one([["姓名", "身份证号", "出生日期"], ["王五", FIRST, error], ["李四", error, ""]]))
    uncounted = Raw('<c r="{}"><f>B2&amp;""</f></c>')
    write("101-formula-never-reckoned.xlsx", one([["姓名", "身份证号"], ["王五", FIRST], ["李四", uncounted]]))
    write("102-hidden-rows.xlsx", one(PEOPLE, hidden_rows={3}))
    rich = Raw('<c r="{}" t="inlineStr"><is><r><t>王</t></r><r><t>五</t></r><rPh sb="0" eb="1"><t>wang</t></rPh></is></c>')
    write("103-text-in-pieces.xlsx", one([header[:2], [rich, FIRST]]))
    no_references = re.sub(r' r="[A-Z]+\d+"', "", sheet(PEOPLE))
    write("104-cells-without-references.xlsx", packed(book([("名册", no_references)])))
    write("107-hidden-rows-and-columns.xlsx", one(PEOPLE, hidden_rows={2}, hidden_columns={3}))
    # Enciphered with what spreadsheets take where somebody protects a workbook and sets no password for opening it.
    write("108-with-the-default-password.xlsx", (HERE.parent / "fixtures/workbooks/protected.xlsx").read_bytes())
    write("109-merged-cells.ods", open_document())
    with_packages()
    markup()
    records()
    archives()


def with_packages():
    try:
        import xlwt

        old = xlwt.Workbook(encoding="utf-8")
        page = old.add_sheet("名册")
        for y, row in enumerate(PEOPLE):
            for x, value in enumerate(row):
                page.write(y, x, value)
        out = io.BytesIO()
        old.save(out)
        write("105-old-workbook.xls", out.getvalue())
    except ImportError:
        print("xlwt is missing: 105-old-workbook.xls stays as it is")
    try:
        from msoffcrypto.format.ooxml import OOXMLFile

        out = io.BytesIO()
        OOXMLFile(io.BytesIO(one(PEOPLE))).encrypt("lianhe2025", out)
        write("106-with-a-password.xlsx", out.getvalue())
    except ImportError:
        print("msoffcrypto-tool is missing: 106-with-a-password.xlsx stays as it is")
    try:
        import pyarrow
        from pyarrow import parquet

        # 15-digit numbers of the old kind fit into a float; those of 18 digits need all 64 bits.
        columns = {
            "姓名": ["王五", "赵六", "钱一"],
            "身份证号": pyarrow.array([int(FIRST), int(THIRD), 362401650312001], pyarrow.int64()),
            "备注": [None, "老人", None],
        }
        out = io.BytesIO()
        parquet.write_table(pyarrow.table(columns), out, compression="zstd")
        write("117-numbers-as-whole-numbers.parquet", out.getvalue())
    except ImportError:
        print("pyarrow is missing: 117-numbers-as-whole-numbers.parquet stays as it is")


def open_document():
    """An OpenDocument workbook whose township is merged over its people."""
    text = lambda value, said="": f'<table:table-cell office:value-type="string"{said}><text:p>{value}</text:p></table:table-cell>'
    row = lambda *cells: f'<table:table-row>{"".join(cells)}</table:table-row>'
    lines = [
        row(*map(text, ["乡镇", "姓名", "身份证号"])),
        row(text("永阳镇", ' table:number-rows-spanned="2" table:number-columns-spanned="1"'), text("王五"), text(FIRST)),
        row("<table:covered-table-cell/>", text("李四"), text(SECOND)),
        row(text("敦厚镇"), text("赵六"), text(THIRD)),
    ]
    names = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f'<office:document-content {names} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="名册">{"".join(lines)}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    return packed({"mimetype": kind.encode(), "content.xml": content, "META-INF/manifest.xml": manifest})


def markup():
    """Web pages and XML tables, mostly under the name of workbooks."""
    rows = "".join("<tr>" + "".join(f"<td>{value}</td>" for value in row) + "</tr>" for row in PEOPLE)
    page = f'<html><head><meta charset="gb2312"></head><body><table><caption>低保名册</caption>{rows}</table></body></html>'
    write("110-web-page-named-xls.xls", page.encode("gb18030"))
    spread = '<tr><td colspan="3">低保名册</td></tr><tr><th>姓名</th><th>身份证号</th><th>备注</th></tr>'
    unclosed = f"<table>{spread}<tr><td>王五<td>{FIRST}<td>&nbsp;<tr><td>李四<td>{SECOND}<td rowspan=2>老人<tr><td>赵六<td>{THIRD}</table>"
    write("111-web-page-with-tags-left-open.xls", unclosed.encode())
    lines = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{value}</Data></Cell>' for value in row) + "</Row>" for row in PEOPLE
    )
    write("112-spreadsheetml-named-xls.xls", spreadsheet_ml(lines))
    archive = (
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="----=_part"\r\n\r\n------=_part\r\n'
        'Content-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
        f"<table>{rows}</table>\r\n------=_part--\r\n"
    )
    write("118-web-archive-named-xls.xls", archive.encode())
    cell = lambda number: f'<td x:str="{number}">{float(number[:17]):.5E}</td>' if number else "<td></td>"
    exact = "".join(f"<tr><td>{row[0]}</td>{cell(row[1])}</tr>" for row in PEOPLE[1:])
    page = f'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table><tr><td>姓名<td>身份证号</tr>{exact}</table></html>'
    write("119-numbers-behind-what-is-shown.xls", page.encode())
    data = lambda value: f'<Data ss:Type="String">{value}</Data>'
    town = f'<Row><Cell ss:MergeDown="1">{data("永阳镇")}</Cell><Cell>{data("王五")}</Cell><Cell>{data(FIRST)}</Cell></Row>'
    second = f'<Row><Cell ss:Index="2">{data("李四")}</Cell><Cell>{data(SECOND)}</Cell></Row>'
    titles = "<Row>" + "".join(f"<Cell>{data(title)}</Cell>" for title in ["乡镇", "姓名", "身份证号"]) + "</Row>"
    write("120-spreadsheetml-merged-down.xls", spreadsheet_ml(titles + town + second))


def spreadsheet_ml(rows):
    return (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook '
        'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="名册"><Table>{rows}</Table></Worksheet></Workbook>'
    ).encode()


def records():
    """JSON."""
    objects = [dict(zip(PEOPLE[0], row)) for row in PEOPLE[1:]]
    text = "".join("{" + ",".join(f'"{k}":"{v}"' for k, v in entry.items()) + "}\n" for entry in objects)
    write("113-json-lines.jsonl", text.encode())
    torn = text[: len(text) - 12] + "\n" + '{"姓名":"赵六","身份证号":' + THIRD + "}\n"
    write("114-json-lines-torn.jsonl", torn.encode())
    answer = '{"code":0,"data":[' + ",".join(text.splitlines()) + ',"无数据",{"姓名":"赵六","身份证号":"' + THIRD + '"}],"total":4}'
    write("122-json-answer-with-a-stray-text.json", answer.encode())


def archives():
    csv = "\n".join(",".join(row) for row in PEOPLE) + "\n"
    write("115-zip-of-two-lists.zip", packed({"永阳镇.csv": csv.encode("gb18030"), "敦厚镇.csv": csv.encode()}))
    write("116-workbook-inside-a-zip.zip", packed({"低保/名册.xlsx": one(PEOPLE), "说明.txt": "本月无变动\n".encode()}))
    write("121-zip-with-a-torn-member.zip", plain_zip([("永阳镇.csv", csv, False), ("敦厚镇.csv", csv, True)]))


def plain_zip(members):
    """A zip of members that are not packed, their names as Chinese systems write them, in GBK without a word of it."""
    body, directory = b"", b""
    for name, text, torn in members:
        name, data = name.encode("gbk"), text.encode("gb18030")
        sums = struct.pack("<III", zlib.crc32(data), len(data), len(data))
        # What lies there is not what the checksum was taken of.
        data = data[:-20] + bytes(20) if torn else data
        common = struct.pack("<HHHHH", 20, 0, 0, 0, 0x5A21) + sums + struct.pack("<HH", len(name), 0)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name
        body += b"PK\x03\x04" + common + name + data
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


if __name__ == "__main__":
    main()
