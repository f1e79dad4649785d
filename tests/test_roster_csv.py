"""A roster file is read whole or not at all, and every fault tells its place and mend."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ccd.events import Person
from ccd.roster import FIELDS, Role, Roster, RosterError, dump, parse

HEADER = "code,name,role,team,seat,interface,pbx,agency,language"


def sheet(*rows: str, header: str = HEADER, end: str = "\n") -> bytes:
    return end.join((header, *rows, "")).encode()


def people(*rows: str) -> tuple[Person, ...]:
    return parse(sheet(*rows), filename="roster.csv")


def faults(data: bytes) -> tuple[str, ...]:
    with pytest.raises(RosterError) as caught:
        parse(data, filename="roster.csv")
    assert str(caught.value) == "\n".join(caught.value.faults)
    return caught.value.faults


WITH_BOTH = f"{HEADER},phone,email"

ZHANG = "1001,张三,agent,客服一组,A01,PJSIP/1001,north,华信,zh_CN"
ZHANG_READ = Person("1001", "张三", "agent", "客服一组", "A01", "PJSIP/1001", "north", "华信", "zh_CN")


def test_a_row_becomes_a_person() -> None:
    assert people(ZHANG) == (ZHANG_READ,)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_what_spreadsheets_write_is_read_alike(encoding: str, end: str, mark: str) -> None:
    text = end.join((HEADER, "", ZHANG, ",,,,,,,,", "  ", "")).replace(",", mark)
    assert parse(text.encode(encoding), filename="roster.csv") == (ZHANG_READ,)


def test_a_rare_character_survives_gb18030() -> None:
    text = "工号,姓名,角色\n1001,龚䶮𠮷,客服人员\n"
    assert parse(text.encode("gb18030"), filename="r.csv")[0].name == "龚䶮𠮷"


def test_chinese_columns_in_any_order_and_the_optional_left_out() -> None:
    text = "机台,姓名,角色,接口,工号\nA01,张三,班长,PJSIP/1001,1001\n"
    assert parse(text.encode(), filename="r.csv") == (
        Person("1001", "张三", "team_lead", "", "A01", "PJSIP/1001"),
    )


def test_cells_are_unquoted_and_outer_spaces_go() -> None:
    (person,) = people('1001,"Smith, ""Jo""",agent,"客服;一组", A01 ,PJSIP/1001,,\u3000华信,')
    assert (person.name, person.team, person.seat) == ('Smith, "Jo"', "客服;一组", "A01")
    assert person.agency == "华信"


@pytest.mark.parametrize(
    ("written", "role"),
    [
        *[(role.value, role) for role in Role],
        ("客服人员", Role.AGENT),
        ("电销座席", Role.TELESALES),
        ("督导", Role.SENIOR_AGENT),
        ("班长", Role.TEAM_LEAD),
        ("值班领导", Role.DUTY_LEAD),
        ("主管经理", Role.OPERATIONS_MANAGER),
        ("客服经理", Role.OPERATIONS_MANAGER),
        ("质检员", Role.QA_ANALYST),
        ("质培经理", Role.QA_MANAGER),
        ("培训师", Role.TRAINER),
        ("部门负责人", Role.DEPARTMENT_HEAD),
        ("公司领导", Role.MANAGEMENT),
        ("Team Lead", Role.TEAM_LEAD),
        ("QA analyst", Role.QA_ANALYST),
        ("department head", Role.DEPARTMENT_HEAD),
        ("deputy lead", Role.SENIOR_AGENT),
        ("telesales agent", Role.TELESALES),
    ],
)
def test_roles_of_the_manual_are_known_by_either_name(written: str, role: Role) -> None:
    assert people(f"1001,张三,{written},,,,,,")[0].role == role.value


@pytest.mark.parametrize(
    ("row", "place", "what"),
    [
        (",张三,agent,,,,,,", 'column "code"', "is empty"),
        ("1,张三,agent,,,,,,", 'column "code"', "2 to 10 digits"),
        ("12345678901,张三,agent,,,,,,", 'column "code"', "2 to 10 digits"),
        ("１００１,张三,agent,,,,,,", 'column "code"', "half-width"),
        ("10a1,张三,agent,,,,,,", 'column "code"', "2 to 10 digits"),
        ("1001,,agent,,,,,,", 'column "name"', "is empty"),
        ("1001,张\x00三,agent,,,,,,", 'column "name"', "control or invisible"),
        ('1001,"张\n三",agent,,,,,,', 'column "name"', "control or invisible"),
        ("1001,张\u202e三,agent,,,,,,", 'column "name"', "control or invisible"),
        (f"1001,{'张' * 65},agent,,,,,,", 'column "name"', "65 characters; at most 64"),
        ("1001,张三,boss,,,,,,", 'column "role"', "no role; use one of agent,"),
        ("1001,张三,,,,,,,", 'column "role"', "is empty"),
        ("1001,张三,agent,,A01,,,,", 'column "interface"', "is empty beside the seat"),
        ("1001,张三,agent,,,PJSIP/1001,,,", 'column "seat"', "is empty beside the interface"),
        ("1001,张三,agent,,A01,1001,,,", 'column "interface"', "such as PJSIP/1001"),
        ("1001,张三,agent,,A01,PJSIP/,,,", 'column "interface"', "such as PJSIP/1001"),
        ("1001,张三,agent,,A01,PJSIP/10 01,,,", 'column "interface"', "such as PJSIP/1001"),
        ("1001,张三,agent,,A01,pjsip/1001,,,", 'column "interface"', "write PJSIP/1001"),
        ("1001,张三,agent,,A01,PJSIP/1001,North!,,", 'column "pbx"', "[pbx.NAME]"),
        ("1001,张三,agent,,A01,PJSIP/1001,,,中文", 'column "language"', "zh_CN or en"),
        ("1001,张三,agent", "", "3 cells where the header has 9"),
        ("1001,张三,agent,,,,,,,extra", "", "10 cells where the header has 9"),
    ],
)
def test_a_bad_row_is_refused_by_line_and_column(row: str, place: str, what: str) -> None:
    (fault,) = faults(sheet("2001,李四,agent,,,,,,", row))
    assert fault.startswith(f"roster.csv: line 3{', ' if place else ''}{place}: ")
    assert what in fault


@pytest.mark.parametrize("phone", ["手机", "手机号码", "电话", "Phone", "phone"])
@pytest.mark.parametrize("email", ["邮箱", "电子邮箱", "email"])
def test_somebody_without_a_seat_is_reached_outside(phone: str, email: str) -> None:
    data = f"工号,姓名,角色,{phone},{email}\n77,司马文,公司领导,+12025550104,wen@example.com\n".encode(
        "gb18030"
    )
    assert parse(data, filename="r.csv") == (
        Person("77", "司马文", "management", "", "", "", phone="+12025550104", email="wen@example.com"),
    )


def test_a_file_from_before_phones_and_addresses_is_read_as_ever() -> None:
    (person,) = people(ZHANG)
    assert (person.phone, person.email) == ("", "")


@pytest.mark.parametrize(
    ("cells", "column", "what"),
    [
        ("110,", "phone", "'110' is not an outside number; write it as it is dialled from here, 6 to 20"),
        ("+86110,", "phone", "is not an outside number"),
        ("138 0013 8000,", "phone", "half-width digits, maybe a + before"),
        ("021-5555-0100,", "phone", "is not an outside number"),
        ("１３８００１３８０００,", "phone", "half-width digits"),
        ("1380013800a,", "phone", "is not an outside number"),
        ("+,", "phone", "is not an outside number"),
        (f"{'1' * 21},", "phone", "6 to 20"),
        (f"{'1' * 41},", "phone", "at most 40"),
        ("1.38E+10,", "phone", "'1.38E+10' has lost digits to the spreadsheet; format the column as text"),
        (",wen", "email", "'wen' is not an e-mail address; write one, half-width, such as name@example.com"),
        (",wen@", "email", "is not an e-mail address"),
        (",wen@host", "email", "is not an e-mail address"),
        (",wen@example..com", "email", "is not an e-mail address"),
        (",wen@@example.com", "email", "is not an e-mail address"),
        (",wen＠example.com", "email", "half-width"),
        (",a b@example.com", "email", "is not an e-mail address"),
        (",Wen <wen@example.com>", "email", "is not an e-mail address"),
        (",wen@example.com;li@example.com", "email", "is not an e-mail address"),
        (',"wen@example.com\nBcc: all@example.com"', "email", "control or invisible"),
        (f",{'a' * 250}@example.com", "email", "at most 254"),
    ],
)
def test_a_bad_number_or_address_is_refused_by_line_and_column(cells: str, column: str, what: str) -> None:
    (fault,) = faults(sheet(f"1001,张三,agent,,,,,,,{cells}", header=WITH_BOTH))
    assert fault.startswith(f'roster.csv: line 2, column "{column}": ')
    assert what in fault


def test_every_fault_of_every_row_is_told_at_once() -> None:
    found = faults(sheet("1,张三,boss,,A01,,,,", ZHANG, "", "1001,,agent,,,,,,"))
    assert [fault.split(": ")[1] for fault in found] == [
        'line 2, column "code"',
        'line 2, column "role"',
        'line 2, column "interface"',
        'line 5, column "name"',
        'line 5, column "code"',
    ]


def test_a_fault_names_the_column_as_the_file_does() -> None:
    (fault,) = faults("工号,姓名,角色,机台,接口\n1001,张三,班长,A01,\n".encode())
    assert fault.startswith('roster.csv: line 2, column "接口": ')


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    (fault,) = faults('code,name,role,team\r\n\r\n1001,张三,agent,"一\r\n组"\r\n1,李四,agent,\r\n'.encode())[
        1:
    ]
    assert fault.startswith("roster.csv: line 5, ")


def test_a_code_belongs_to_one_person() -> None:
    (fault,) = faults(sheet("1001,张三,agent,,,,,,", "1001,李四,agent,,,,,,"))
    assert fault == 'roster.csv: line 3, column "code": 1001 is taken by line 2; a code belongs to one person'


def seated(code: str, seat: str, interface: str, pbx: str = "") -> str:
    return f"{code},某人,agent,,{seat},{interface},{pbx},,"


@pytest.mark.parametrize(
    "rows",
    [
        [seated("11", "A", "PJSIP/1"), seated("12", "A", "PJSIP/1")],
        [seated("11", "A", "PJSIP/1", "north"), seated("12", "A", "PJSIP/2", "south")],
        [seated("11", "A", "PJSIP/1", "north"), seated("12", "B", "PJSIP/1", "south")],
        [seated("11", "A", "PJSIP/1"), seated("12", "A", "PJSIP/1", "north")],
    ],
    ids=["shared by shifts", "seat on two PBXs", "interface on two PBXs", "said twice alike"],
)
def test_seats_that_do_not_contradict_each_other(rows: list[str]) -> None:
    assert len(people(*rows)) == 2


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (
            [seated("11", "A", "PJSIP/1"), seated("12", "A", "PJSIP/2")],
            '"interface": seat A goes with PJSIP/1',
        ),
        (
            [seated("11", "A", "PJSIP/1"), seated("12", "B", "PJSIP/1")],
            '"seat": interface PJSIP/1 goes with A',
        ),
        (
            [seated("11", "A", "PJSIP/1"), seated("12", "A", "PJSIP/2", "north")],
            '"interface": seat A goes with PJSIP/1',
        ),
        (
            [seated("11", "A", "PJSIP/1", "north"), seated("12", "B", "PJSIP/1")],
            '"seat": interface PJSIP/1 goes with A',
        ),
    ],
    ids=["two interfaces", "two seats", "every PBX, then one", "one PBX, then every"],
)
def test_one_seat_has_one_interface_per_pbx(rows: list[str], fault: str) -> None:
    (found,) = faults(sheet(*rows))
    assert found.startswith(f"roster.csv: line 3, column {fault} in line 2, not with ")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "line 1: the header lacks code, name, role; begin the file with code,"),
        (b"\n\n", "line 1: the header lacks code, name, role"),
        (b"code,name\n1001,x\n", "line 1: the header lacks role"),
        (b"\ncode,name,role,fax\n", 'line 2, column "fax": unknown column'),
        (b"code,name,role,code\n", 'line 1, column "code": the column code is there twice'),
        ("工号,name,role,code\n".encode(), 'line 1, column "code": the column code is there twice'),
        (b"code,,name,role\n", "line 1: column 2 has no name"),
        (b'code,name,role\n11,"open,agent\n', "line 2: not readable as CSV"),
        ("code,name,role\n11,张,agent\n".encode("utf-16"), "is UTF-16"),
        (b"code,name,role\n11,\xff\xff,agent\n", "line 2: byte 18 (0xff) is neither UTF-8 nor GB18030"),
        (b"\xef\xbb\xbfcode,name,role\n11,\xd5\xc5,agent\n", "line 2: byte 21 (0xd5) is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(data: bytes, fault: str) -> None:
    (found,) = faults(data)
    assert found.startswith(f"roster.csv: {fault}")


def test_damaged_utf8_is_not_taken_for_gb18030() -> None:
    data = (
        "code,name,role\n11,张三,agent\n12,张三,agent\n13,张三,agent\n14,张三,agent\n15,张三,agent\n".encode()
    )
    at = data.index("张".encode())
    damaged = data[: at + 1] + b"x" + data[at + 2 :]
    assert "15," in damaged.decode("gb18030")  # it would pass, with other people's names
    (fault,) = faults(damaged)
    assert (
        fault == f"roster.csv: line 2: byte {at} (0xe5) is not UTF-8, as the rest of the file is; correct it"
    )


def test_empty_columns_at_the_end_are_passed_over() -> None:
    assert len(parse(b"code,name,role,,\n11,x,agent,,\n", filename="r.csv")) == 1


def test_a_file_too_large_is_not_even_decoded() -> None:
    (fault,) = faults(b"\xff" * (20 * 1024 * 1024 + 1))
    assert "at most 20971520" in fault


def test_too_many_people_are_refused() -> None:
    rows = "".join(f"{100000 + number},x,agent\n" for number in range(50_001))
    (fault,) = faults(f"code,name,role\n{rows}".encode())
    assert fault.startswith("roster.csv: line 50002: more than 50000 people")


def test_a_long_hostile_cell_is_shown_short_and_on_one_line() -> None:
    (fault,) = faults(sheet(f'1001,张三,"{"x" * 100_000}\n<b>",,,,,,'))
    assert len(fault) < 300
    assert "\n" not in fault


def test_a_site_of_five_thousand_is_read_whole() -> None:
    site = tuple(
        Person(str(10000 + n), f"人{n}", "agent", f"班{n // 10}", f"S{n}", f"PJSIP/{n}") for n in range(5000)
    )
    assert parse(dump(site), filename="r.csv") == site
    assert Roster(site).seat_of("any", "PJSIP/4999") == "S4999"


# --- writing ------------------------------------------------------------------------------------------------

_plain = st.characters(blacklist_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))


def _cell(size: int) -> st.SearchStrategy[str]:
    hazards = st.sampled_from(["=1+1", "'=x", "'", "''", "-", "@SUM(A1)", "＝1", '"', ",", ";", "a,b;c"])
    return st.one_of(hazards, st.text(_plain, max_size=size).map(str.strip))


@st.composite
def rosters(draw: st.DrawFn) -> tuple[Person, ...]:
    codes = draw(st.lists(st.from_regex(r"[0-9]{2,10}", fullmatch=True), unique=True, max_size=8))
    found = []
    for number, code in enumerate(codes):
        seat, interface = draw(
            st.sampled_from([("", ""), ("共", "SIP/共"), (f"-{number}", f"PJSIP/{number}")])
        )
        found.append(
            Person(
                code,
                draw(_cell(64).filter(bool)),
                draw(st.sampled_from(list(Role))).value,
                draw(_cell(64)),
                seat,
                interface,
                draw(st.sampled_from(["", "north", "s-2_x"])),
                draw(_cell(64)),
                draw(st.sampled_from(["", "zh_CN", "en"])),
                draw(st.from_regex(r"(\+?[0-9]{6,20})?", fullmatch=True)),
                draw(st.sampled_from(["", "=a@example.com", "'=b@example.com", "a.b+c@x-y.example.org"])),
            )
        )
    return tuple(found)


@given(rosters())
@example((Person("10", "'=cmd|'/c calc'!A1", "agent", "+1", "", "", "", "'", ""),))
def test_what_is_written_is_read_back_the_same(roster: tuple[Person, ...]) -> None:
    assert parse(dump(roster), filename="r.csv") == roster


@given(st.binary(max_size=200))
@example(b'code,name,role\n11,"a"b,agent\n')
def test_any_bytes_give_people_or_faults_with_a_place(data: bytes) -> None:
    try:
        parse(data, filename="r.csv")
    except RosterError as error:
        found = error.faults
    else:
        return
    assert found
    assert all(fault.startswith("r.csv: ") for fault in found)


def test_no_cell_that_is_written_runs_as_a_formula() -> None:
    written = dump([Person("1001", "=1+1", "agent", "@x", "-1", "PJSIP/1", "", "＋x")])
    assert written.startswith(b"\xef\xbb\xbf" + ",".join(FIELDS).encode() + b"\r\n")
    assert written.decode("utf-8-sig").splitlines()[1] == "1001,'=1+1,agent,'@x,'-1,PJSIP/1,,'＋x,,,"
